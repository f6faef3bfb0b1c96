"""A handler that wires a layer wrongly is found out, wherever the layer stands."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.verifying.graph_source import StreamSource
from exporter.verifying.verification import VerifyReport, compare
from exporter.wiring import EMPTY, ZERO, Computed, Moved, Parts
from exporter.wiring import handlers as registry
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.results import Ids
from tests.unit.builders import Spec, chain, failing, layer, randomized, wired

Wrong = Callable[..., Any]


def permute_that_reshapes(layer: Any, ids: Ids) -> Moved:
    return Moved(ids.reshape([ids.shape[dim - 1] for dim in layer.dims]))


def padding_behind(layer: Any, ids: Ids) -> Moved:
    (top, bottom), (left, right) = layer.padding
    pads = [(0, top + bottom), (0, left + right), (0, 0)]
    return Moved(np.pad(ids, pads, constant_values=ZERO))


def padding_by_neurons(layer: Any, ids: Ids) -> Moved:
    return Moved(np.pad(ids, [*layer.padding, (0, 0)], mode="edge"))


def padding_by_nothing(layer: Any, ids: Ids) -> Moved:
    return Moved(np.pad(ids, [*layer.padding, (0, 0)], constant_values=EMPTY))


def cropping_behind(layer: Any, ids: Ids) -> Moved:
    (top, bottom), (left, right) = layer.cropping
    return Moved(ids[: ids.shape[0] - top - bottom, : ids.shape[1] - left - right])


def the_first_again(layer: Any, ids: Ids) -> Moved:
    del layer
    return Moved(np.broadcast_to(ids.reshape(-1)[0], ids.shape))


def constant_zero(layer: Any, ids: Ids) -> Moved:
    shape = layer.compute_output_shape((None, *ids.shape))[1:]
    return Moved(np.full(shape, ZERO, dtype=np.int64))


def no_neurons_at_all(layer: Any, ids: Ids) -> Moved:
    del layer
    return Moved(ids + 10**6)


def upsampling_by_tiles(layer: Any, ids: Ids) -> Moved:
    return Moved(np.tile(ids, (*layer.size, 1)))


def flatten_columns_first(layer: Any, ids: Ids) -> Moved:
    del layer
    return Moved(ids.transpose(1, 0, 2).reshape(-1))


MOVES: list[tuple[Spec, Wrong]] = [
    (layer("Permute", dims=(2, 1, 3)), permute_that_reshapes),
    (layer("ZeroPadding2D", padding=((1, 0), (0, 2))), padding_behind),
    (layer("ZeroPadding2D", padding=((1, 0), (0, 2))), padding_by_neurons),
    (layer("ZeroPadding2D", padding=((1, 0), (0, 2))), padding_by_nothing),
    (layer("Cropping2D", cropping=((1, 0), (0, 1))), cropping_behind),
    (layer("Cropping2D", cropping=((1, 0), (0, 1))), constant_zero),
    (layer("UpSampling2D", size=2), upsampling_by_tiles),
    (layer("Flatten"), flatten_columns_first),
    (layer("Dropout", rate=0.5), constant_zero),
    (layer("Dropout", rate=0.5), no_neurons_at_all),
    (layer("GaussianNoise", stddev=0.5), the_first_again),
]
BEFORE: dict[str, list[Spec]] = {
    "input": [],
    "computed": [layer("Conv2D", filters=2, kernel_size=1, padding="same", name="conv")],
    "moved": [layer("Reshape", target_shape=(4, 3, 2)), layer("ActivityRegularization")],
}


def report_of(model: Any, folder: Path) -> VerifyReport:
    case = wired(model, folder)
    case.model.keras.run_eagerly = True
    return compare(case.model, StreamSource(case.plan))


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(
    ("moving", "wrong"), MOVES, ids=[f"{spec[0]}-{wrong.__name__}" for spec, wrong in MOVES]
)
def test_a_wrong_move_fails_in_its_own_row(
    moving: Spec, wrong: Wrong, before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class_name, settings = moving
    named = layer(class_name, **settings, name="moving")
    model = chain((3, 4, 2), *BEFORE[before], named)
    assert failing(wired(model, tmp_path)) == []
    monkeypatch.setitem(registry._HANDLERS, class_name, wrong)
    report = report_of(model, tmp_path)
    row = report.frame.set_index("layer").loc["moving"]
    assert not report.passed
    assert not row["passed"]
    assert row["changes"] > 0
    assert report.frame.set_index("layer")["passed"].drop("moving").all()


@pytest.mark.parametrize("behind", [False, True])
def test_a_wrong_concatenate(behind: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    one, other = keras.Input((3, 2), name="one"), keras.Input((3, 2), name="other")
    joined = keras.layers.Concatenate(name="joined")([one, other])
    output = keras.layers.Dense(2)(joined) if behind else joined
    model = randomized(keras.Model([one, other], output))

    def exchanged(layer: Any, *inputs: Ids) -> Moved:
        return Moved(np.concatenate(inputs[::-1], axis=layer.axis))

    monkeypatch.setitem(registry._HANDLERS, "Concatenate", exchanged)
    assert failing(wired(model, tmp_path))[0] == "joined"


def test_parts_in_the_wrong_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    read = keras.Input((4,))
    first, second = keras.ops.split(read, 2, axis=1)
    model = keras.Model(read, [first * 2.0, second * 3.0])
    assert failing(wired(model, tmp_path)) == []

    def exchanged(operation: Any, ids: Ids) -> Parts:
        del operation
        return Parts(tuple(map(Moved, reversed(np.split(ids, 2)))))

    monkeypatch.setitem(registry._HANDLERS, "ops.Split", exchanged)
    # Keras numbers the names of operations through the whole process.
    assert failing(wired(model, tmp_path))[0].startswith("split")


def without_relationships(layer: Any, ids: Ids) -> Computed:
    del layer
    return replace(one_to_one(ids), sources=np.full((*ids.shape, 1), ZERO, dtype=np.int64))


@pytest.mark.parametrize("before", ["input", "computed"])
def test_neurons_without_relationships_are_computed(
    before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = chain((3, 4, 2), *BEFORE[before], layer("ReLU", name="positive"))
    monkeypatch.setitem(registry._HANDLERS, "ReLU", without_relationships)
    report = report_of(model, tmp_path)
    assert report.frame.loc[~report.frame["passed"], "layer"].tolist() == ["positive"]
    assert len(report.seeded) == 1


class TestOfZeros:
    """What layers make of the constant 0 follows from no relationship."""

    @pytest.mark.parametrize(
        "spec",
        [
            layer("Dense", units=3, activation="sigmoid"),
            layer("Conv2D", filters=2, kernel_size=2, padding="same"),
            layer("BatchNormalization"),
            layer("Softmax"),
            layer("PReLU"),
            layer("AveragePooling2D", pool_size=2),
            layer("MaxPooling2D", pool_size=2),
            layer("GlobalMaxPooling2D"),
        ],
        ids=lambda spec: spec[0],
    )
    def test_a_layer(self, spec: Spec, tmp_path: Path) -> None:
        import keras

        read = keras.Input((3, 4, 2))
        behind = getattr(keras.layers, spec[0])(**spec[1])(keras.ops.zeros_like(read))
        model = randomized(keras.Model(read, [behind, keras.layers.Dense(2)(read)]))
        assert failing(wired(model, tmp_path)) == []

    @pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Maximum", "Minimum"])
    def test_joined(self, name: str, tmp_path: Path) -> None:
        import keras

        read = keras.Input((3, 2))
        nothing = keras.ops.zeros_like(read)
        merge = getattr(keras.layers, name)
        outputs = [merge()([nothing, nothing]), merge()([read, nothing]), read * 2.0]
        assert failing(wired(keras.Model(read, outputs), tmp_path)) == []

    @pytest.mark.parametrize("name", ["max", "min", "prod", "sum", "mean"])
    def test_reduced(self, name: str, tmp_path: Path) -> None:
        import keras

        read = keras.Input((3, 2))
        reduce = getattr(keras.ops, name)
        outputs = [reduce(keras.ops.zeros_like(read), axis=1), read * 2.0]
        assert failing(wired(keras.Model(read, outputs), tmp_path)) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e38])
def test_a_model_that_diverged_passes(bad: float, tmp_path: Path) -> None:
    model = chain(
        (6, 6, 2),
        layer("Conv2D", filters=3, kernel_size=3, padding="same", activation="relu"),
        layer("BatchNormalization"),
        layer("MaxPooling2D", pool_size=2),
        layer("Flatten"),
        layer("Dense", units=5, activation="tanh"),
        layer("Dense", units=4),
        layer("Softmax"),
    )
    for weighted in model.layers:
        for variable in weighted.weights[:2]:
            values = np.asarray(variable).copy()
            values.reshape(-1)[1] = bad
            variable.assign(values)
    with np.errstate(all="ignore"):
        assert failing(wired(model, tmp_path)) == []


@pytest.mark.parametrize("name", ["mish", "softsign", "sparsemax", "squareplus"])
def test_what_overflows_within_an_activation_does_so_in_the_graph(
    name: str, tmp_path: Path
) -> None:
    import keras

    read = keras.Input((3,))
    function = keras.layers.Activation(name)
    model = keras.Model(read, [function(read * 1e30), function(read * 1.5e38)])
    assert failing(wired(model, tmp_path)) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["SeparableConv2D", "variance", "glu", "divide"])
def test_steps_of_a_model_that_diverged_pass(name: str, bad: float, tmp_path: Path) -> None:
    import keras

    read = keras.Input((5, 4, 2))
    behind = keras.layers.Conv2D(2, 2, name="first")(read)
    outputs = {
        "SeparableConv2D": keras.layers.SeparableConv2D(3, 2, padding="same"),
        "variance": lambda x: keras.ops.var(x, axis=-1),
        "glu": lambda x: keras.ops.glu(x, axis=-1),
        "divide": lambda x: x / keras.ops.abs(x),
    }
    model = randomized(keras.Model(read, outputs[name](behind)))
    for variable in model.weights[::2]:
        values = np.asarray(variable).copy()
        values.reshape(-1)[1] = bad
        variable.assign(values)
    with np.errstate(all="ignore"):
        assert failing(wired(model, tmp_path)) == []
