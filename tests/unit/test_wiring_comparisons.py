"""Comparisons, and choices by them: neurons of 1 and 0."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, saved, wired

ops = keras.ops
LEVELS = np.linspace(-1, 1, 4, dtype="float32")
HALF = np.array([True, False, True, False])

FORMULAS: dict[str, Callable[[Any], Any]] = {
    "x > y": lambda t: t.x > t.y,
    "x >= 0.5": lambda t: t.x >= 0.5,
    "x < y": lambda t: t.x < t.y,
    "0.1 <= x": lambda t: ops.less_equal(0.1, t.x),
    "0.1 > x": lambda t: ops.greater(0.1, t.x),
    "x > array": lambda t: t.x > LEVELS,
    "array >= x": lambda t: ops.greater_equal(LEVELS, t.x),
    "x == max": lambda t: ops.equal(t.x, ops.max(t.x, axis=2, keepdims=True)),
    "x != max": lambda t: ops.not_equal(ops.max(t.x, axis=1, keepdims=True), t.x),
    "and": lambda t: ops.logical_and(t.x > 0, t.y > 0),
    "and of numbers": lambda t: ops.logical_and(ops.relu(t.x), -ops.relu(t.y)),
    "or": lambda t: ops.logical_or(t.x > 1, ops.relu(t.y)),
    "or of opposites": lambda t: ops.logical_or(t.x, -t.x),
    "xor": lambda t: ops.logical_xor(t.x > 0, t.y > 0),
    "not": lambda t: ops.logical_not(ops.relu(t.x)),
    "and a constant": lambda t: ops.logical_and(HALF, t.x > 0),
    "or a constant": lambda t: ops.logical_or(t.x > 0, HALF),
    "xor a constant": lambda t: ops.logical_xor(t.x > 0, HALF),
    "all": lambda t: ops.all(t.x > -1, axis=1),
    "any": lambda t: ops.any(ops.relu(t.x - 1), axis=(1, 2), keepdims=True),
    "finite": lambda t: ops.isfinite(ops.log(ops.relu(t.x))),
    "step": lambda t: ops.heaviside(ops.relu(t.x), np.array([0.5], "float32")),
    "where": lambda t: ops.where(t.x > 0, t.x, t.y),
    "where a number": lambda t: ops.where(ops.relu(t.x), t.x, t.y),
    "where 0": lambda t: ops.where(t.x > 0, t.y, 0.0),
    "0 or": lambda t: ops.where(t.x > 0, 0.0, t.y),
    "where 2": lambda t: ops.where(t.x > t.y, t.y, 2.0),
    "array or": lambda t: ops.where(t.x > t.y, LEVELS, t.y),
    "two constants": lambda t: ops.where(t.x > 0, 3.0, LEVELS),
    "a wider choice": lambda t: ops.where(t.x[:, :1] > 0, t.x, t.y),
    "a mask": lambda t: ops.softmax(ops.where(t.x > 0, t.x, -1e9)),
    "as a number": lambda t: ops.cast(t.x > 0, "float32") * t.y,
}


def model(*formulas: Callable[[Any], Any]) -> Any:
    """Return a model with an output a formula."""
    read = SimpleNamespace(x=keras.Input((3, 4)), y=keras.Input((3, 4)))
    return keras.Model([read.x, read.y], [formula(read) for formula in formulas])


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    """One model of all formulas: most of the time goes into building and saving one."""
    return wired(model(*FORMULAS.values()), tmp_path_factory.mktemp("comparisons"))


def test_comparisons_replay(case: Wired) -> None:
    assert failing(case) == []


def test_neurons_say_1_or_0(case: Wired) -> None:
    x, y = np.random.default_rng(2).normal(size=(2, 5, 3, 4)).astype("float32")
    said = case.model.keras.predict_on_batch([x, y])
    np.testing.assert_array_equal(said[0], x > y)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda t: ops.where(t.x > 0, t.y, -np.inf), "a constant that is not finite"),
        (lambda t: ops.heaviside(t.x, t.y), "its second argument is no constant"),
    ],
    ids=["infinite", "heaviside"],
)
def test_refusals(formula: Callable[[Any], Any], said: str, tmp_path: Path) -> None:
    path = saved(model(formula), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))
