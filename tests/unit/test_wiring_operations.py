from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.model import open_model
from exporter.planning import plan
from exporter.wiring.activation import ELEMENTWISE
from queries.errors import UnsupportedLayerError
from tests.unit.builders import Wired, failing, saved, wired

Formula = Callable[[Any, Any], Any]


def computed(formula: Formula, folder: Path) -> Wired:
    import keras

    inputs = [keras.Input((4, 5, 3)), keras.Input((4, 5, 3))]
    return wired(keras.Model(inputs, formula(*inputs)), folder)


def _ops() -> Any:
    import keras

    return keras.ops


ARITHMETIC: dict[str, Formula] = {
    "x * 2 + y": lambda x, y: x * 2 + y,
    "3 - x / 4": lambda x, y: [3 - x / 4, y],
    "x - 0.5": lambda x, y: [x - 0.5, y],
    "x - y": lambda x, y: x - y,
    "x * y": lambda x, y: x * y,
    "-x": lambda x, y: [-x, y],
    "0.5 + 2 * x": lambda x, y: [0.5 + 2 * x, y],
    "x * array": lambda x, y: [x * np.arange(3, dtype="float32"), y],
    "array - x": lambda x, y: [_ops().subtract(np.arange(3, dtype="float32"), x), y],
    "max(x, y)": lambda x, y: _ops().maximum(x, y),
    "min(x, 0)": lambda x, y: [_ops().minimum(x, 0.0), y],
    "max(0, x)": lambda x, y: [_ops().maximum(0.0, x), y],
}
MOVES: dict[str, Formula] = {
    "slices": lambda x, y: [-x[:, 1:, ::2], y],
    "one row": lambda x, y: [-x[:, 1], y],
    "ellipsis": lambda x, y: [-x[..., :2], y],
    "transpose": lambda x, y: [-_ops().transpose(x, (0, 3, 1, 2)), y],
    "reshape": lambda x, y: [-_ops().reshape(x, (-1, 6, 10)), y],
    "squeeze": lambda x, y: [-_ops().squeeze(x[:, :1], 1), y],
    "expand_dims": lambda x, y: [-_ops().expand_dims(x[..., 0], 1), y],
    "flip": lambda x, y: [-_ops().flip(x, 2), y],
    "roll": lambda x, y: [-_ops().roll(x, 1, 2), y],
    "repeat": lambda x, y: [-_ops().repeat(x, 2, 1), y],
    "tile": lambda x, y: [-_ops().tile(x, (1, 2, 1, 1)), y],
    "moveaxis": lambda x, y: [-_ops().moveaxis(x, 1, 3), y],
    "swapaxes": lambda x, y: [-_ops().swapaxes(x, 1, 2), y],
    "concatenate": lambda x, y: -_ops().concatenate([x, y], axis=2),
    "stack": lambda x, y: -_ops().stack([x[..., 0], y[..., 0]], axis=1),
}


def _activation(name: str) -> Formula:
    return lambda x, y: [getattr(_ops(), name)(x), y]


def _function(name: str) -> Formula:
    """Apply a function between 0.1 and 0.9, where all but one are defined."""
    offset = 1.1 if name == "arccosh" else 0.1
    return lambda x, y: [getattr(_ops(), name)(_ops().sigmoid(x) * 0.8 + offset), y]


ACTIVATIONS = [
    "celu",
    "elu",
    "gelu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "log_sigmoid",
    "log_softmax",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "squareplus",
    "tanh",
    "tanh_shrink",
]
FORMULAS = {
    **ARITHMETIC,
    **MOVES,
    **{name: _activation(name) for name in ACTIVATIONS},
    **{name: _function(name) for name in sorted(ELEMENTWISE)},
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=list(FORMULAS))
def test_replays(formula: Formula, tmp_path: Path) -> None:
    assert failing(computed(formula, tmp_path), samples=2) == []


@pytest.mark.parametrize("name", ["mean", "sum", "max", "min", "prod"])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [1, (1, 2), -1, (-1, 1), [2, 3]], ids=str)
def test_reductions(name: str, keepdims: bool, axis: Any, tmp_path: Path) -> None:
    function = getattr(_ops(), name)
    case = computed(lambda x, y: [function(x, axis=axis, keepdims=keepdims), y], tmp_path)
    assert failing(case, samples=2) == []


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda x, y: x / y, "it divides by a tensor"),
        (lambda x, y: [_ops().maximum(x, 0.5), y], "a constant other than 0"),
        (lambda x, y: [_ops().sum(x, axis=0), y], "the samples of a batch"),
        (lambda x, y: _ops().concatenate([x, y], axis=0), "the samples of a batch"),
        (lambda x, y: _ops().matmul(x, _ops().transpose(y, (0, 1, 3, 2))), "its weights depend"),
    ],
    ids=["divide", "maximum", "sum", "concatenate", "matmul"],
)
def test_refusals(formula: Formula, said: str, tmp_path: Path) -> None:
    import keras

    inputs = [keras.Input((4, 5, 3)), keras.Input((4, 5, 3))]
    path = saved(keras.Model(inputs, formula(*inputs)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))
