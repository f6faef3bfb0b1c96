"""Topology: which layer calls a model consists of, however its layers are joined."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.wiring import Computed, handlers, handles
from exporter.wiring.results import Ids
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
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


def test_a_mask_may_be_a_tensor(tmp_path: Path) -> None:
    read = keras.Input((3,))
    case = wired(keras.Model(read, layers.Softmax(name="l")(read, mask=read)), tmp_path)
    assert "l/greater" in [layer.name for layer in case.plan.layers]
    assert failing(case) == []


def test_training_is_left_to_predict_which_says_false(tmp_path: Path) -> None:
    inner = keras.Sequential([keras.Input((3,)), layers.BatchNormalization()], name="inner")
    read = keras.Input((3,))
    noisy = layers.Dropout(0.5)(read, training=True)
    case = wired(randomized(keras.Model(read, [inner(read, training=True), noisy])), tmp_path)
    assert failing(case) == []


def test_operations_in_a_legacy_file_which_keras_cannot_read(tmp_path: Path) -> None:
    read = keras.Input((4,))
    inner = keras.Model(read, [read, layers.Dense(4)(read)])
    outer = keras.Input((4,))
    one, two = inner(outer * 2 + 1)
    total = layers.Add()([one, two]) / 3 + one
    path = saved(randomized(keras.Model(outer, total - two)), tmp_path / "model.h5")
    with pytest.raises((TypeError, ValueError)):
        keras.models.load_model(path)
    opened = open_model(path)
    assert failing(Wired(opened, plan(opened))) == []


@keras.saving.register_keras_serializable("tests")
class Derived(keras.Model):  # type: ignore[misc]
    """A functional model of a class of its own, which changes no computation."""


def test_a_class_derived_from_a_functional_model(tmp_path: Path) -> None:
    # HDF5 does not say in which package a class is registered.
    read, outer = keras.Input((3,)), keras.Input((3,))
    inner = Derived(read, layers.Dense(3)(read), name="inner")
    model = randomized(Derived(outer, layers.ReLU()(inner(outer)), name="outer"))
    assert failing(wired(model, tmp_path)) == []


def test_an_input_without_axes_is_refused(tmp_path: Path) -> None:
    read = keras.Input(())
    model = keras.Model(read, layers.Dense(2)(layers.Flatten()(read)))
    with pytest.raises(UnsupportedLayerError, match="no axis beside the batch"):
        plan(open_model(saved(model, tmp_path / "model.keras")))


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_inputs_of_integers(dtype: str, tmp_path: Path) -> None:
    read = keras.Input((4, 3), dtype=dtype)
    out = layers.Dense(2)(layers.Rescaling(1 / 255)(layers.MaxPooling1D()(read) / 2))
    assert failing(wired(randomized(keras.Model(read, out)), tmp_path)) == []


def test_arithmetic_of_integers_is_refused(tmp_path: Path) -> None:
    read = keras.Input((4,), dtype="uint8")
    path = saved(keras.Model(read, read - 128), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match="in uint8, which rounds and wraps around"):
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


def test_an_own_layer_without_a_handler_is_taken_apart(own: Any, tmp_path: Path) -> None:
    case = wired(own, tmp_path)
    assert failing(case) == []
    assert "own/multiply" in names(case)


def test_a_handler_that_fails_is_told(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(handlers._HANDLERS, "tests>Gain", lambda layer, ids: ids[layer.missing])
    opened = open_model(saved(own, tmp_path / "model.keras"))
    with pytest.raises(UnsupportedLayerError, match="its handler fails: AttributeError"):
        plan(opened)


def test_a_handler_of_the_wrong_shape_is_told(
    own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(layer: Any, ids: Ids) -> Computed:
        del layer
        return Computed(ids[np.newaxis], np.ones((), np.float32), rank=1)

    monkeypatch.setitem(handlers._HANDLERS, "tests>Gain", wrong)
    opened = open_model(saved(own, tmp_path / "model.keras"))
    with pytest.raises(
        UnsupportedLayerError, match=r"gives the shape \(1,\), but the model \(3, 2\)"
    ):
        plan(opened)
