"""Operations that take norms and other statistics over axes, or divide by them."""

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import failing, saved, wired

ops = keras.ops
Formula = Callable[[Any], Any]
RANDOM = np.random.default_rng(5)
ONE = RANDOM.normal(size=3).astype("float32")
TWO = RANDOM.normal(size=(5, 3)).astype("float32")
NORMALIZED: dict[str, Formula] = {
    "normalize": ops.normalize,
    "normalize by 1": lambda x: ops.normalize(x, order=1),
    "normalize by 3": lambda x: ops.normalize(x, axis=2, order=3, epsilon=1e-3),
    "normalize by 4": lambda x: ops.normalize(x, order=4),
    "normalize axes": lambda x: ops.normalize(x, axis=(1, 3)),
    "normalize all axes": lambda x: ops.normalize(x, axis=(1, 2, 3)),
    "normalize by matrices": lambda x: ops.normalize(x, axis=(3, 1), order=1),
    "normalize by much": lambda x: ops.normalize(x, axis=-1, epsilon=2.0),
    "normalize 1 by much": lambda x: ops.normalize(x, axis=-1, order=1, epsilon=2.0),
    "layer norm": ops.layer_normalization,
    "layer norm of axes": lambda x: ops.layer_normalization(x, TWO, TWO, axis=(2, 3)),
    "layer norm of an axis": lambda x: ops.layer_normalization(
        x, RANDOM.normal(size=4), None, axis=1, epsilon=0.1
    ),
    "layer norm by row": lambda x: ops.layer_normalization(x, ONE, ONE, axis=3),
    "layer norm by a tensor": lambda x: ops.layer_normalization(
        x, ops.tanh(x[:, :1, :1]), ops.sigmoid(x), epsilon=0.01
    ),
    "rms norm": ops.rms_normalization,
    "rms norm by row": lambda x: ops.rms_normalization(x, ONE, epsilon=0.1),
    "rms norm of axes": lambda x: ops.rms_normalization(x, TWO, axis=(2, 3)),
    "rms norm by a tensor": lambda x: ops.rms_normalization(x, ops.tanh(x)),
    "batch norm": lambda x: ops.batch_normalization(x, ONE, ONE**2, -1, ONE, 2 * ONE),
    "batch norm of an axis": lambda x: ops.batch_normalization(
        x, TWO[:, 0], TWO[:, 1] ** 2, 2, TWO[:, 2], TWO[:, 0], epsilon=0.1
    ),
}
DISTANT: dict[str, Formula] = {
    "of two tensors": lambda x: ops.cdist(x[:, 0], ops.tanh(x[:, 1, :2])),
    "of two of more axes": lambda x: ops.cdist(x, ops.tanh(x[:, :1, :2])),
    "from a constant": lambda x: ops.cdist(x, TWO),
    "of a constant": lambda x: ops.cdist(TWO, x),
    "from a constant of more axes": lambda x: ops.cdist(x[:, 0], TWO[np.newaxis]),
    "of samples": lambda x: ops.cdist(x[:, 0, 0], TWO),
}
ORDERS = [None, 2, 1, 3, 2.5, 0, math.inf, -math.inf, -1]
MATRIX_ORDERS = [None, "fro", 1, -1, math.inf, -math.inf]
TAKEN: dict[str, Formula] = {
    **{
        f"moments over {axes}": partial(ops.moments, axes=axes, keepdims=axes == [2])
        for axes in ([1], [2], [1, 2], [-1, 1])
    },
    **{
        f"norm {order} over {axis}": partial(ops.norm, ord=order, axis=axis, keepdims=axis == 1)
        for order in ORDERS
        for axis in (1, -1)
    },
    **{
        f"norm {order} of matrices {axis}": partial(
            ops.norm, ord=order, axis=axis, keepdims=axis == (1, 2)
        )
        for order in MATRIX_ORDERS
        for axis in ((1, 2), (3, 1))
    },
    **{
        f"{name} over {axis}": partial(getattr(ops, name), axis=axis, keepdims=axis == 1)
        for name in ("var", "std", "ptp")
        for axis in (1, (2, 3), (-1, 1))
    },
}


@pytest.mark.parametrize(
    "formulas", [NORMALIZED, TAKEN, DISTANT], ids=["normalized", "taken", "distant"]
)
def test_replays(formulas: dict[str, Formula], tmp_path: Path) -> None:
    read = keras.Input((4, 5, 3))
    model = keras.Model(read, [formula(read) for formula in formulas.values()])
    assert failing(wired(model, tmp_path), samples=2) == []


def test_of_inputs_that_are_all_zero(tmp_path: Path) -> None:
    read = keras.Input((4, 3), name="read")
    model = keras.Model(read, [ops.normalize(read, order=order) for order in (1, 2, 3)])
    zeros = np.zeros((2, 4, 3), dtype=np.float32)
    case = wired(model, tmp_path)
    values = replay(StreamSource(case.plan), {"read": zeros.astype(np.float64)})
    assert not any(np.asarray(each).any() for each in model(zeros))
    assert not any(each.any() for name, each in values.items() if "/" not in name)


@pytest.mark.parametrize(
    "formula",
    [
        lambda x: x - ops.mean(x, axis=(1, 2), keepdims=True),
        lambda x: ops.average(x, axis=1) - x[:, 0],
        lambda x: ops.std(x, axis=1),
    ],
    ids=["mean", "average", "std"],
)
def test_nothing_is_left_of_inputs_that_are_all_alike(formula: Formula, tmp_path: Path) -> None:
    read = keras.Input((7, 3), name="read")
    case = wired(keras.Model(read, formula(read)), tmp_path)
    values = replay(StreamSource(case.plan), {"read": np.full((1, 7, 3), 1e6)})
    assert not values[case.plan.layers[-1].name].any()


def test_what_the_settings_of_keras_say_of_epsilon_is_kept(tmp_path: Path) -> None:
    usual = keras.config.epsilon()
    read = keras.Input((3,))
    path = saved(keras.Model(read, ops.rms_normalization(read)), tmp_path / "model.keras")
    keras.config.set_epsilon(0.25)
    try:
        opened = open_model(path)
    finally:
        keras.config.set_epsilon(usual)
    biases = [layer.wiring.bias for layer in plan(opened).layers]
    assert [float(each) for each in biases if each is not None] == [0.25]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda x: ops.norm(x, ord=2, axis=(1, 2)), "order 2 is of singular values"),
        (lambda x: ops.norm(x, ord="nuc", axis=(1, 2)), "order 'nuc' is of singular values"),
        (lambda x: ops.norm(x, axis=(1, 2, 3)), "Keras takes no norm over 3 axes"),
        (lambda x: ops.norm(x, axis=(0, 1)), "the samples of a batch"),
        (lambda x: ops.normalize(x, order=math.inf), "no norm of the order inf to normalize by"),
        (lambda x: ops.normalize(x, axis=(1, 2), order=3), "no norm of matrices of the order 3"),
        (lambda x: ops.layer_normalization(x, axis=0), "the samples of a batch"),
        (lambda x: ops.var(x, axis=(0, 1)), "the samples of a batch"),
        (lambda x: ops.rms_normalization(x, x[:, 0]), "a tensor of another rank"),
        (lambda x: ops.layer_normalization(ONE, x, axis=0), "normalizes a constant by a tensor"),
        (lambda x: ops.corrcoef(x[:, 0, 0]), "joins the samples of a batch"),
        (lambda x: ops.cdist(TWO, x[:, 0, 0]), "joins the samples of a batch"),
        (lambda x: ops.cdist(x[:, 0, 0], x[:, 0]), "joins the samples of a batch"),
    ],
)
def test_refusals(formula: Formula, said: str, tmp_path: Path) -> None:
    read = keras.Input((4, 5, 3))
    path = saved(keras.Model(read, formula(read)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))
