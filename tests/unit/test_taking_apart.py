"""Layers without a handler are taken apart: by the operations and layers of their ``call``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.inspection import inspect
from exporter.planning.push import plan
from queries.errors import ModelFileError, UnsupportedLayerError
from tests.opening import open_model
from tests.unit import own_layers as own
from tests.unit.builders import Wired, failing, randomized, saved, wired

layers, ops = keras.layers, keras.ops


def names(case: Wired) -> list[str]:
    return [planned.name for planned in case.plan.layers]


def behind(*made: Any, shape: tuple[int, ...] = (3, 4)) -> Any:
    """Return a model of layers one behind the other, with random weights."""
    return randomized(keras.Sequential([keras.Input(shape, name="read"), *made]))


def called(call: Callable[[Any], Any], shape: tuple[int, ...] = (3, 4)) -> Any:
    """Return a functional model."""
    read = keras.Input(shape, name="read")
    return randomized(keras.Model(read, call(read)))


def _turned(x: Any) -> Any:
    read, table, _ = own.Turned(name="turned")(x)
    return own.Turning(name="turning")(read, table)


MODELS: dict[str, Callable[[], Any]] = {
    "block": lambda: behind(own.Block(name="block"), layers.Dense(2)),
    "weights": lambda: behind(own.Weighted(5, name="own")),
    "nested": lambda: behind(own.Nested(name="outer")),
    "several outputs": lambda: called(own.Halves(name="own")),
    "token": lambda: behind(own.Token(name="token"), layers.Dense(2)),
    "moving": lambda: behind(own.Moving(name="moving"), layers.Dense(2)),
    "spectral": lambda: behind(layers.SpectralNormalization(own.Weighted(2), name="spectral")),
    "each step": lambda: behind(layers.TimeDistributed(own.Block(name="block"), name="each")),
    "masked": lambda: called(
        lambda x: layers.Softmax(name="l")(x, mask=np.arange(12).reshape(1, 3, 4) % 3 > 0)
    ),
    "masked by place": lambda: called(
        lambda x: layers.Softmax(name="l")(x, np.arange(12).reshape(1, 3, 4) % 3 > 0)
    ),
    "one function": lambda: behind(
        layers.Dense(4, own.rough), layers.Conv1D(2, 2, activation=own.quick)
    ),
    "outputs": lambda: behind(own.Holding(name="own")),
    "table": lambda: called(_turned),
    "backbone": lambda: own.Backbone(name="backbone"),
    "constant": lambda: called(lambda x: layers.Add(name="l")([x, np.ones((1, 3, 4), "float32")])),
}


@pytest.mark.parametrize("name", MODELS)
def test_replays(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    case = wired(model, tmp_path)
    assert failing(case) == []
    # The vector of a SpectralNormalization is of no layer in it.
    assert case.plan.parameters == model.count_params() - 2 * (name == "spectral")


def test_parts_are_named_below_their_layer(tmp_path: Path) -> None:
    case = wired(MODELS["nested"](), tmp_path)
    assert names(case) == [
        "read",
        "outer/block/first",
        "outer/block/rest_0",
        "outer/block/last",
        "outer/block/add",
        "outer/block/re_lu",
        "outer/weighted/matmul",
        "outer/weighted/multiply",
        "outer/weighted/add",
        "outer/weighted/subtract",
        "outer/weighted/multiply:2",
        "outer/weighted/multiply:3",
        "outer/block/first:2",
        "outer/block/rest_0:2",
        "outer/block/last:2",
        "outer/block/add:2",
        "outer/block/re_lu:2",
        "outer/tail/dense",
        "outer/tail/dense:2",
    ]
    # Keras goes on to number layers through.
    layers.Dense(2), own.Block()
    path = tmp_path / "model.keras"
    assert [layer.name for layer in plan(open_model(path)).layers] == names(case)


def test_a_graph_of_layers_that_its_constructor_makes(tmp_path: Path) -> None:
    """Nothing in the file names its layers, so that names by Keras's own numbers would not last."""
    path = saved(randomized(own.Backbone(name="backbone")), tmp_path / "model.keras")
    layers.Dense(2), layers.ReLU()
    expected = [
        "read",
        "first",
        *(f"normalized/layer_norm/{step}" for step in ("mean", "centred", "squares", "rsqrt")),
        "normalized/layer_norm",
        "last",
        "add",
        "re_lu",
    ]
    assert [layer.name for layer in plan(open_model(path)).layers] == expected
    outer = keras.Sequential([keras.Input((3, 4), name="outer"), own.Backbone(name="inner")])
    case = wired(randomized(outer), tmp_path)
    assert failing(case) == []
    assert names(case) == ["outer", *(f"inner/{name}" for name in expected[1:])]


def test_a_function_that_calls_one_of_keras_is_that_of_its_layer(tmp_path: Path) -> None:
    case = wired(MODELS["one function"](), tmp_path)
    dense = case.plan.layers[1].wiring
    assert (dense.activation, dense.activation_config) == ("gelu", {"approximate": True})
    assert len(case.plan.layers) > 4


def test_a_block_that_is_called_twice_shares_its_weights(tmp_path: Path) -> None:
    block = own.Weighted(4, name="own")
    model = called(lambda x: layers.Add()([block(x), block(block(x))]))
    case = wired(model, tmp_path)
    assert failing(case) == []
    assert case.plan.parameters == model.count_params()
    assert {"own/matmul", "own/matmul:2", "own/matmul:3"} <= set(names(case))


def test_a_tensor_as_a_named_argument(tmp_path: Path) -> None:
    gated = own.Gated(name="gated")
    case = wired(called(lambda x: gated(x, gate=layers.Dense(4)(x), scale=2.0)), tmp_path)
    assert failing(case) == []


@pytest.mark.parametrize("cls", [own.Whole, own.TwoInputs])
def test_a_model_that_is_a_class(cls: Any, tmp_path: Path) -> None:
    model = cls(name="whole")
    names_of_inputs = ["left", "right"] if cls is own.TwoInputs else ["input"]
    inputs = {name: np.ones((2, 3, 4), "float32") for name in names_of_inputs}
    model(inputs if len(inputs) > 1 else inputs["input"])
    case = wired(randomized(model), tmp_path)
    assert failing(case) == []
    assert case.plan.parameters == model.count_params()
    assert set(names(case)) >= {*names_of_inputs, "block/first", "block/rest_0", "out"}


def test_a_model_that_is_a_class_within_another(tmp_path: Path) -> None:
    case = wired(behind(own.Whole(name="whole"), layers.Dense(3)), tmp_path)
    assert failing(case) == []
    assert "whole/block/first" in names(case)


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.Model):  # type: ignore[misc]
    """A graph of layers, whose class computes something else."""

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return 2.0 * super().call(*args, **kwargs)


def test_a_graph_of_layers_whose_class_has_its_own_call(tmp_path: Path) -> None:
    read, outer = keras.Input((3,), name="read"), keras.Input((3,), name="outer")
    inner = Doubled(read, layers.Dense(3, name="dense_77")(read), name="inner")
    model = Doubled(outer, layers.ReLU(name="relu")(inner(outer)), name="doubled")
    case = wired(randomized(model), tmp_path)
    assert failing(case) == []
    assert names(case) == ["outer", "inner/dense_77", "inner/multiply", "relu", "multiply"]


def test_inspect_counts_the_same_without_weights(tmp_path: Path) -> None:
    for name in ("nested", "token", "several outputs"):
        model = MODELS[name]()
        case = wired(model, tmp_path)
        report = inspect(tmp_path / "model.keras")
        assert (report.neurons, report.edges) == (case.plan.neurons, case.plan.edges)
        assert report.parameters == model.count_params()


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "tensorflow": (
        lambda: own.ByTensorFlow(name="l"),
        r"l \(ByTensorFlow: its call\(\) on \(3, 4\) fails at line \d+ of own_layers.py: Value",
    ),
    "choosing": (lambda: own.Choosing(name="l"), "TypeError: A symbolic KerasTensor cannot be"),
    "random": (lambda: own.Random(name="l"), "changes what it holds, as random numbers do"),
    "making": (lambda: own.Making(name="l"), "makes weights, which no file can have"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_apart_is_refused(name: str, tmp_path: Path) -> None:
    make, said = REFUSED[name]
    path = saved(behind(make()), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said) as error:
        open_model(path)
    assert len(str(error.value).splitlines()) == 1


def test_all_that_is_refused_is_named_together(tmp_path: Path) -> None:
    model = behind(
        own.ByTensorFlow(name="one"),
        layers.Hashing(2, name="two"),
        own.Choosing(name="three"),
    )
    path = saved(model, tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"3 layers cannot be wired: one .*two .*three"):
        open_model(path)
    assert len(plan(open_model(path, partial=True), partial=True).layers) == 1


def test_a_model_class_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    @keras.saving.register_keras_serializable("tests")
    class Deciding(keras.Model):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x if ops.max(x) > 0 else -x

        def get_config(self) -> dict[str, Any]:
            return {"name": self.name}

    model = Deciding(name="deciding")
    model(np.ones((1, 3), "float32"))
    path = saved(model, tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"deciding \(Deciding: its call\(\) on \(3,\)"):
        open_model(path)


def test_an_unknown_class_says_how_to_register_it(tmp_path: Path) -> None:
    path = saved(MODELS["block"](), tmp_path / "model.keras")
    objects = keras.saving.get_custom_objects()
    kept = dict(objects)
    objects.clear()
    try:
        with pytest.raises(UnsupportedLayerError, match="import the module that registers it"):
            open_model(path)
    finally:
        objects.update(kept)


def test_a_model_class_that_was_never_called_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="not yet been built"):
        path = saved(own.Whole(), tmp_path / "model.keras")
    with pytest.raises(ModelFileError, match="before its input shape was known"):
        open_model(path)
