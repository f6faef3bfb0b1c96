from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.wiring.activation import ELEMENTWISE
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, saved, wired

Formula = Callable[[Any, Any], Any]


def computed(formula: Formula, folder: Path) -> Wired:
    import keras

    inputs = [keras.Input((4, 5, 3)), keras.Input((4, 5, 3))]
    return wired(keras.Model(inputs, formula(*inputs)), folder)


def _ops() -> Any:
    import keras

    return keras.ops


CONSTANT = np.random.default_rng(3).normal(size=(3, 4)).astype("float32")
ARITHMETIC: dict[str, Formula] = {
    "x * 2 + y": lambda x, y: x * 2 + y,
    "3 - x / 4": lambda x, y: [3 - x / 4, y],
    "x + column": lambda x, y: [x[:, :, :4] + CONSTANT[:1].reshape(4, 1), y],
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
    "max(x, constants)": lambda x, y: [
        _ops().maximum(x, CONSTANT.reshape(4, 1, 3)),
        _ops().minimum(CONSTANT[:, 0], y),
    ],
    "max(x, 0.5)": lambda x, y: [_ops().maximum(x, 0.5), _ops().minimum(-0.2, y)],
    "x / y": lambda x, y: x / (_ops().abs(y) + 0.5),
    "1 / x": lambda x, y: [2 / (_ops().abs(x) + 0.5), y],
    "array / x": lambda x, y: [_ops().divide(CONSTANT[0, :3] + 5, _ops().exp(x) + 1), y],
    "x ** 3": lambda x, y: [x**3, y**2],
    "2 ** x": lambda x, y: [2**x, y],
    "x ** y": lambda x, y: [x ** _ops().round(2 * y), _ops().relu(x) ** _ops().relu(y), x**y],
    "x ** array": lambda x, y: [x ** np.array([2.0, 0.5, 2.0], dtype="float32"), y],
    "x % 0.7": lambda x, y: [x % 0.7, y // 0.3],
    "x % array": lambda x, y: [x % np.array([0.7, 2.0, 0.7], dtype="float32"), y],
    "x * integers": lambda x, y: [x * np.arange(3), y + np.arange(3)],
    "clip": lambda x, y: [_ops().clip(x, -0.5, 0.25), y],
    "nan_to_num": lambda x, y: [_ops().nan_to_num(x), y],
    "relu of 6 arguments": lambda x, y: [_relu()(x, 0.1, 0.8, 0.2), y],
    "where": lambda x, y: [_ops().where([[[True, False, True]]], x, y), y],
    "where 0": lambda x, y: [-_ops().where([[[True, False, True]]], x, 0.0), y],
    "where 2": lambda x, y: [_ops().where([[[True, False, True]]], 2.0, x), y],
    "glu": lambda x, y: [_ops().glu(_ops().concatenate([x, y], 2), 2), y],
    "log 0": lambda x, y: [_ops().log(_ops().relu(x)), _ops().sqrt(y)],
    "var": lambda x, y: [_ops().var(x, axis=(1, 2)), _ops().std(y, axis=2, keepdims=True)],
    "logsumexp": lambda x, y: [_ops().logsumexp(x, axis=-1), _ops().norm(y, axis=1)],
    "cumsum": lambda x, y: [_ops().cumsum(x, axis=1), _ops().cumprod(y, axis=-1)],
    "diff": lambda x, y: [_ops().diff(x, axis=2), _ops().diff(y, n=2, axis=1)],
    "divide_no_nan": lambda x, y: [
        _ops().divide_no_nan(x, _ops().relu(y)),
        _ops().divide_no_nan(y, np.arange(3, dtype="float32")),
    ],
    "average": lambda x, y: [
        _ops().average(x, axis=3, weights=np.arange(3.0)),
        _ops().average(y, axis=1),
    ],
    "amax": lambda x, y: [_ops().amax(x, axis=1), _ops().amin(y, axis=(1, 2))],
}
PRODUCTS: dict[str, Formula] = {
    "x @ matrix": lambda x, y: [x @ CONSTANT, y],
    "x @ vector": lambda x, y: [_ops().matmul(x, CONSTANT[:, 0]), y],
    "matrix @ x": lambda x, y: [_ops().matmul(np.ones((2, 5), "float32"), x), y],
    "dot": lambda x, y: [_ops().dot(x, CONSTANT), y],
    "einsum": lambda x, y: [_ops().einsum("bhwc,cd->bdhw", x, CONSTANT), y],
    "einsum of a constant first": lambda x, y: [_ops().einsum("cd,...c->...d", CONSTANT, x), y],
    "tensordot": lambda x, y: [_ops().tensordot(x, CONSTANT, axes=[[1], [1]]), y],
    "tensordot of 1": lambda x, y: [_ops().tensordot(x, CONSTANT, axes=1), y],
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
    "append": lambda x, y: -_ops().append(x, y, axis=1),
    "hstack": lambda x, y: [-_ops().hstack([x, y]), -_ops().dstack([x, y])],
    "zeros": lambda x, y: -_ops().concatenate([x, _ops().zeros_like(y)], axis=2),
    "split": lambda x, y: [-part for part in _ops().split(x, [1, 3], axis=2)] + [y],
    "unstack": lambda x, y: [-part for part in _ops().unstack(x, axis=3)] + [y],
    "pad": lambda x, y: [-_ops().pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]]), y],
    "reflect": lambda x, y: [-_ops().pad(x, [[0, 0], [1, 0], [0, 2], [0, 0]], "reflect"), y],
    "take": lambda x, y: [-_ops().take(x, [0, 2, 2], axis=2), y],
    "rot90": lambda x, y: [-_ops().rot90(x, axes=(1, 2)), y],
    "triangles": lambda x, y: [-_ops().tril(x), -_ops().triu(y, 1)],
    "diagonal": lambda x, y: [-_ops().diagonal(x, axis1=1, axis2=2), y],
    "cast": lambda x, y: [-_ops().cast(x, "float64"), -_ops().stop_gradient(y)],
    "cast to integers": lambda x, y: [_ops().cast(3 * x, "int32"), -y],
    "blocks": lambda x, y: [_ops().depth_to_space(_ops().concatenate([x, y[..., :1]], 3), 2), -y],
    "borders": lambda x, y: [
        -_ops().image.pad_images(x, 1, 2, target_height=6, target_width=8),
        -_ops().image.crop_images(y, 1, 1, target_height=2, target_width=3),
    ],
}


def _relu() -> Any:
    import keras

    return keras.activations.relu


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
    **PRODUCTS,
    **MOVES,
    **{name: _activation(name) for name in ACTIVATIONS},
    **{name: _function(name) for name in sorted(ELEMENTWISE)},
}


# Keras 3.15 compares with NotImplemented where it infers the shape of a tensordot.
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
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
        (lambda x, y: [_ops().power(-2.0, x), y], "raises a constant that is not above 0"),
        (lambda x, y: x % y, "divides by a tensor, with a remainder"),
        (lambda x, y: [_ops().pad(x, 1, constant_values=1.0), y], "a constant other than 0"),
        (lambda x, y: [_ops().cast(x, "int8"), y], "it rounds to int8"),
        (lambda x, y: [_ops().argpartition(x, 1, axis=1), y], "depends on their order"),
        (lambda x, y: [_ops().sum(x, axis=0), y], "the samples of a batch"),
        (lambda x, y: [_ops().cumsum(x, axis=0), y], "the samples of a batch"),
        (lambda x, y: _ops().concatenate([x, y], axis=0), "the samples of a batch"),
    ],
    ids=["power", "mod", "pad", "cast", "argpartition", "sum", "cumsum", "concatenate"],
)
def test_refusals(formula: Formula, said: str, tmp_path: Path) -> None:
    import keras

    inputs = [keras.Input((4, 5, 3)), keras.Input((4, 5, 3))]
    path = saved(keras.Model(inputs, formula(*inputs)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))
