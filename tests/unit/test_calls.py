"""Topology: which layer calls a model consists of, however its layers are joined."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.model import open_model
from exporter.planning import plan
from exporter.wiring import Computed, handlers, handles
from exporter.wiring.wiring import Ids
from queries.errors import UnsupportedLayerError
from tests.unit.builders import Wired, failing, randomized, saved, wired

layers = keras.layers


def names(case: Wired) -> list[str]:
    return [planned.name for planned in case.plan.layers]


def test_branches_inputs_and_outputs(tmp_path: Path) -> None:
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    a, b = layers.Dense(5, name="a")(left), layers.Dense(5, name="b")(right)
    total = layers.Add(name="total")([a, b])
    out = layers.Dense(2, name="out")(layers.Concatenate()([total, a, right]))
    case = wired(randomized(keras.Model([left, right], [out, total])), tmp_path)
    assert sorted(names(case)) == ["a", "b", "left", "out", "right", "total"]
    assert failing(case) == []
    position = {name: index for index, name in enumerate(names(case))}
    assert case.plan.layers[position["out"]].inputs == tuple(
        sorted(position[name] for name in ("total", "a", "right"))
    )


def test_inputs_and_outputs_by_name(tmp_path: Path) -> None:
    inputs = {"z": keras.Input((4,), name="z"), "a": keras.Input((4,), name="a")}
    out = {"sum": inputs["z"] + inputs["a"] * 2, "all": layers.Dense(3)(inputs["z"])}
    assert failing(wired(randomized(keras.Model(inputs, out)), tmp_path)) == []


def test_each_use_of_a_shared_layer_has_its_own_neurons(tmp_path: Path) -> None:
    read, shared = keras.Input((3,), name="read"), layers.Dense(3, name="shared")
    model = randomized(keras.Model(read, shared(shared(shared(read)))))
    case = wired(model, tmp_path)
    assert names(case) == ["read", "shared", "shared:2", "shared:3"]
    assert case.plan.parameters == model.count_params()
    assert failing(case) == []


def test_nested_models_at_any_depth(tmp_path: Path) -> None:
    inner = keras.Sequential(
        [keras.Input((4,)), layers.Dense(4, name="dense"), layers.ReLU(name="relu")], name="inner"
    )
    one, two = keras.Input((4,)), keras.Input((4,))
    deep = keras.Model([one, two], [inner(one), one - inner(two)], name="deep")
    first, second = keras.Input((4,), name="first"), keras.Input((4,), name="second")
    c, d = deep([second, first])
    out = layers.Dense(2, name="out")(layers.Add(name="sum")(deep([d, c])))
    model = randomized(keras.Model([first, second], out))
    case = wired(model, tmp_path)
    assert {"deep/inner/dense", "deep/inner/dense:2", "deep/inner/dense:4"} <= set(names(case))
    assert "deep/inner/dense:5" not in names(case)
    assert case.plan.parameters == model.count_params()
    assert failing(case) == []


def test_a_nested_model_of_an_open_shape(tmp_path: Path) -> None:
    base = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(3, 2), layers.GlobalAveragePooling2D()]
    )
    pixels = keras.Input((6, 5, 3))
    assert failing(wired(randomized(keras.Model(pixels, base(pixels))), tmp_path)) == []


def test_an_output_in_the_middle_and_an_input_that_is_an_output(tmp_path: Path) -> None:
    read = keras.Input((3,))
    hidden = layers.Dense(4, activation="tanh")(read)
    model = keras.Model(read, [hidden, layers.Flatten()(read), layers.Dense(2)(hidden)])
    assert failing(wired(randomized(model), tmp_path)) == []


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_both_formats_hold_nested_and_shared_layers(suffix: str, tmp_path: Path) -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4)], name="inner")
    read = keras.Input((4,))
    model = randomized(keras.Model(read, layers.Add()([inner(read), inner(inner(read))])))
    opened = open_model(saved(model, tmp_path / f"model{suffix}"))
    assert failing(Wired(opened, plan(opened))) == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda x: layers.Dropout(0.5, name="l")(x, training=True), "training=True"),
        (lambda x: layers.Softmax(name="l")(x, mask=x), "mask"),
        (lambda x: layers.Add(name="l")([x, np.ones((1, 3), "float32")]), "a constant"),
    ],
    ids=["training", "mask", "constant"],
)
def test_calls_with_more_than_tensors_are_refused(call: Any, said: str, tmp_path: Path) -> None:
    read = keras.Input((3,))
    path = saved(keras.Model(read, call(read)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))


def test_a_nested_model_hands_its_training_on(tmp_path: Path) -> None:
    inner = keras.Sequential([keras.Input((3,)), layers.BatchNormalization(name="n")], name="inner")
    read = keras.Input((3,))
    path = saved(keras.Model(read, inner(read, training=True)), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"inner/n .*training=True"):
        plan(open_model(path))


@keras.saving.register_keras_serializable("tests")
class Gain(keras.layers.Layer):  # type: ignore[misc]
    """A layer of somebody's own: one factor a channel."""

    def build(self, shape: Any) -> None:
        self.gain = self.add_weight(name="gain", shape=shape[-1:])

    def call(self, inputs: Any) -> Any:
        return inputs * self.gain


@pytest.fixture
def handled() -> Iterator[None]:
    """Register a handler for the layer, as its owner would."""

    @handles("tests>Gain")
    def gain(layer: Any, ids: Ids) -> Computed:
        """Multiply each channel by its gain."""
        weights = np.asarray(layer.gain)[..., np.newaxis]
        return Computed(ids[..., np.newaxis], weights, rank=ids.ndim)

    yield
    del handlers._HANDLERS["tests>Gain"]


@pytest.fixture
def own() -> Any:
    return randomized(keras.Sequential([keras.Input((3, 2)), Gain(name="own"), layers.Dense(2)]))


@pytest.mark.usefixtures("handled")
def test_an_own_layer_with_a_handler_is_wired(own: Any, tmp_path: Path) -> None:
    assert failing(wired(own, tmp_path)) == []


def test_an_own_layer_without_a_handler_is_refused(own: Any, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedLayerError, match=r"own \(Gain: .*exporter\.wiring\.handles"):
        open_model(saved(own, tmp_path / "model.keras"))


def test_a_handler_of_the_wrong_shape_is_told(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(layer: Any, ids: Ids) -> Computed:
        del layer
        return Computed(ids[np.newaxis], np.ones((), np.float32), rank=1)

    monkeypatch.setitem(handlers._HANDLERS, "tests>Gain", wrong)
    opened = open_model(saved(own, tmp_path / "model.keras"))
    with pytest.raises(UnsupportedLayerError, match=r"gives the shape \(1,\), but Keras \(3, 2\)"):
        plan(opened)
