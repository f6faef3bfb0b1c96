"""Masks are computed with as Keras does, and where nothing looks at one it makes no neurons."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter import load, verify
from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved, wired

layers, ops = keras.layers, keras.ops

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
"""Of Keras, about a layer that takes no notice of masks."""

STEPS = 5
MASK = np.asarray([[True, False, True, True, False]])


def masked(x: Any, name: str = "embedding") -> Any:
    return layers.Embedding(7, 3, mask_zero=True, name=name)(x)


def unmasked(x: Any, name: str = "unmasked") -> Any:
    return layers.Embedding(7, 3, name=name)(x)


def inner(*made: Any) -> Any:
    return keras.Sequential([keras.Input((STEPS, 3)), *made], name="inner")


WIRED: dict[str, Callable[[Any], Any]] = {
    "dense": lambda x: layers.Dense(2)(masked(x)),
    "flatten": lambda x: layers.Dense(2)(layers.Flatten()(masked(x))),
    "conv": lambda x: layers.GlobalAveragePooling1D()(layers.Conv1D(2, 2)(masked(x))),
    "normalization": lambda x: layers.BatchNormalization()(masked(x)),
    "sum": lambda x: layers.Add()([masked(x), masked(x, "other")]),
    "a sum with what has none": lambda x: layers.GlobalAveragePooling1D()(
        layers.Add()([masked(x), unmasked(x)])
    ),
    "operation": lambda x: layers.GlobalAveragePooling1D()(masked(x) * 2),
    "distributed": lambda x: layers.TimeDistributed(layers.Dense(2))(masked(x)),
    "largest": lambda x: layers.GlobalMaxPooling1D()(masked(x)),
    "nested": lambda x: inner(layers.Dense(2), layers.Dropout(0.5))(masked(x)),
    "reversible": lambda x: layers.GlobalAveragePooling1D()(
        layers.ReversibleEmbedding(7, 3, mask_zero=True)(unmasked(x), reverse=True)
    ),
    "a constant that nobody looks at": lambda x: layers.BatchNormalization()(
        unmasked(x), mask=MASK
    ),
    "constant": lambda x: layers.GlobalAveragePooling1D()(unmasked(x), mask=MASK),
    "constant of softmax": lambda x: layers.Softmax(axis=1)(unmasked(x), mask=MASK[:, :, None]),
    "no mask": lambda x: layers.GlobalAveragePooling1D()(unmasked(x)),
}


@pytest.mark.parametrize("formula", WIRED.values(), ids=list(WIRED))
def test_replays(formula: Callable[[Any], Any], tmp_path: Path) -> None:
    read = keras.Input((STEPS,), dtype="int32")
    case = wired(randomized(keras.Model(read, formula(read))), tmp_path)
    assert failing(case, samples=5) == []
    assert not {"NotEqual", "Any"} & {row.class_name for row in case.plan.rows}


COMPUTED: dict[str, Callable[[Any], Any]] = {
    "average": lambda x: layers.GlobalAveragePooling1D()(masked(x)),
    "average behind": lambda x: layers.GlobalAveragePooling1D()(
        layers.Dropout(0.1)(layers.Dense(3, activation="relu")(masked(x)))
    ),
    "nested": lambda x: inner(layers.Dense(2), layers.GlobalAveragePooling1D())(masked(x)),
    "joined": lambda x: layers.GlobalAveragePooling1D()(
        layers.Concatenate()([unmasked(x), masked(x)])
    ),
    "sum": lambda x: layers.GlobalAveragePooling1D()(layers.Add()([masked(x), masked(x, "other")])),
    "a mask of one's own": lambda x: layers.GlobalAveragePooling1D()(unmasked(x), mask=x > 2),
    "heads": lambda x: layers.MultiHeadAttention(2, 3)(
        unmasked(x), unmasked(x, "other"), attention_mask=(x != 0)[:, None, :]
    ),
    "masking": lambda x: layers.GlobalAveragePooling1D()(
        layers.Masking(1.0)(ops.one_hot(x, 1) + ops.one_hot(x, 2)[..., 1:])
    ),
}


@pytest.mark.parametrize("formula", COMPUTED.values(), ids=list(COMPUTED))
def test_a_mask_that_is_computed_with(formula: Callable[[Any], Any], tmp_path: Path) -> None:
    read = keras.Input((STEPS,), dtype="int32")
    case = wired(randomized(keras.Model(read, layers.Dense(1)(formula(read)))), tmp_path)
    assert failing(case, samples=8) == []


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_masking(value: float, tmp_path: Path) -> None:
    made = [layers.Masking(value, name="masking"), layers.Dense(2)]
    case = wired(randomized(keras.Sequential([keras.Input((STEPS, 3)), *made])), tmp_path)
    assert failing(case) == []
    x = np.random.default_rng(1).normal(size=(2, STEPS, 3)).astype("float32")
    x[0, 1], x[1, 2, :2] = value, value
    assert_same(case, x)
    steps = [layer.name for layer in case.plan.layers if layer.class_name == "Masking"]
    assert steps == ([] if value == 0 else ["masking/equal", "masking/kept", "masking"])


def test_masking_before_an_average(tmp_path: Path) -> None:
    made = [layers.Masking(0.5, name="masking"), layers.GlobalAveragePooling1D(name="average")]
    case = wired(keras.Sequential([keras.Input((STEPS, 3)), *made]), tmp_path)
    assert failing(case) == []
    x = np.random.default_rng(1).normal(size=(3, STEPS, 3)).astype("float32")
    x[0, 1], x[1, 2, :2], x[2, 1:] = 0.5, 0.5, 0.5
    assert_same(case, x)


def test_a_constant_mask_of_steps_is_refused(tmp_path: Path) -> None:
    read = keras.Input((STEPS, 3))
    step = layers.TimeDistributed(layers.Softmax(), name="steps")
    path = saved(keras.Model(read, step(read, mask=MASK)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"steps .*constant as its argument 'mask'"):
        plan(open_model(path))


def assert_same(case: Wired, x: Any) -> None:
    name = case.plan.layers[0].name
    values = replay(StreamSource(case.plan), {name: x.astype(np.float64)})
    expected = np.asarray(case.model.keras.predict_on_batch(x))
    last = values[case.plan.layers[-1].name]
    np.testing.assert_allclose(last, expected.reshape(len(last), -1), atol=1e-6)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_operations_that_make_masks_have_the_same_names_each_time(
    suffix: str, tmp_path: Path
) -> None:
    made = [layers.Embedding(7, 3, mask_zero=True), layers.GlobalAveragePooling1D(name="average")]
    model = randomized(keras.Sequential([keras.Input((STEPS,), dtype="int32"), *made]))
    path = saved(model, tmp_path / f"model{suffix}")
    # Keras numbers the operations that it makes in this process through.
    named = [[row.name for row in plan(open_model(path)).rows] for _ in range(2)]
    assert named[0] == named[1]
    assert "not_equal" in named[0]
    load(path, tmp_path / "graph.lbug", progress=False)
    assert verify(path, tmp_path / "graph.lbug", progress=False).passed
