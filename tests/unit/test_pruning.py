"""What it costs to prune a channel, against Keras models in which it puts out 0."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from exporter import load
from queries import NeuronGraph
from queries.analysis import forward, pruning
from queries.core.neuron_filter import NeuronFilter
from queries.errors import GraphDamagedError, NeuronNotFoundError, ParameterError
from tests.pruned import changes, predicted
from tests.unit.builders import chain, layer, randomized, saved

SAMPLES = 7


def branched() -> Any:
    """Build a model of two inputs, with every way to join inputs, and a softmax."""
    import keras

    layers = keras.layers
    pixels, more = keras.Input((6, 5, 2), name="pixels"), keras.Input((3,), name="more")
    conv = layers.Conv2D(3, 3, activation="sigmoid", padding="same", name="conv")(pixels)
    deep = layers.DepthwiseConv2D(2, depth_multiplier=2, activation="relu", name="deep")(conv)
    norm = layers.BatchNormalization(name="norm")(deep)
    pool = layers.MaxPooling2D(2, name="pool")(norm)
    side = layers.Conv2D(6, 3, strides=2, activation="tanh", name="side")(pixels)
    least = layers.Minimum(name="least")([pool, side])
    both = layers.Multiply(name="times")([least, pool])
    flat = layers.Concatenate(name="all")([layers.Flatten()(both), more])
    hidden = layers.PReLU(name="slopes")(layers.Dense(4, name="hidden")(flat))
    return randomized(
        keras.Model([pixels, more], layers.Dense(3, activation="softmax", name="odds")(hidden))
    )


def drawn(model: Any, samples: int = SAMPLES) -> list[NDArray[np.float32]]:
    random = np.random.default_rng(11)
    shapes = [each.shape[1:] for each in model.inputs]
    return [random.standard_normal((samples, *shape)).astype(np.float32) for shape in shapes]


@pytest.fixture(scope="module")
def model() -> Any:
    return branched()


@pytest.fixture(scope="module")
def graph(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    with NeuronGraph(saved(model, tmp_path_factory.mktemp("pruning") / "branched.keras")) as opened:
        yield opened


@pytest.fixture(scope="module")
def inputs(model: Any) -> dict[str, NDArray[np.float32]]:
    return dict(zip(["pixels", "more"], drawn(model), strict=True))


@pytest.fixture(scope="module")
def costs(graph: NeuronGraph, inputs: dict[str, NDArray[np.float32]]) -> pd.DataFrame:
    return graph.prune_cost(inputs)


class TestChange:
    def test_is_that_of_keras(
        self, costs: pd.DataFrame, model: Any, inputs: dict[str, NDArray[np.float32]]
    ) -> None:
        for row in costs.itertuples():
            change = changes(model, str(row.layer), int(str(row.channel)), list(inputs.values()))
            expected = np.abs(change).mean(), np.sqrt((change**2).mean())
            assert (row.mean_change, row.rms_change) == pytest.approx(expected, rel=1e-6, abs=2e-6)
        assert costs["mean_change"].max() > 1e-3

    def test_has_a_row_for_each_channel_with_parameters(self, costs: pd.DataFrame) -> None:
        channels = {"conv": 3, "deep": 6, "norm": 6, "side": 6, "hidden": 4, "slopes": 4}
        assert dict(costs.groupby("layer").size()) == channels
        assert set(costs["name"]) == {
            f"{name}[{channel}]" for name, count in channels.items() for channel in range(count)
        }
        assert list(costs["neurons"][costs["layer"] == "conv"]) == [30] * 3

    def test_rises(self, costs: pd.DataFrame) -> None:
        assert costs["rms_change"].is_monotonic_increasing

    def test_may_come_in_another_order(
        self, graph: NeuronGraph, costs: pd.DataFrame, inputs: dict[str, NDArray[np.float32]]
    ) -> None:
        frame = graph.prune_cost(inputs, sort=["layer", "-rms_change"], limit=3)
        expected = costs[costs["layer"] == "conv"].sort_values("rms_change", ascending=False)
        pd.testing.assert_frame_equal(frame, expected.reset_index(drop=True))
        with pytest.raises(ParameterError, match=r"^sort: the answer to prune_cost has no column"):
            graph.prune_cost(inputs, sort="accuracy_after")

    def test_of_a_layer_that_is_named_without_parameters_or_an_output(
        self, graph: NeuronGraph, model: Any, inputs: dict[str, NDArray[np.float32]]
    ) -> None:
        frame = graph.prune_cost(inputs, neurons=NeuronFilter(layer=["pool", "odds", "pixels"]))
        assert dict(frame.groupby("layer").size()) == {"pool": 6, "odds": 3, "pixels": 2}
        of = frame.set_index("name")["mean_change"]
        for name, channel in (("pool", 4), ("odds", 1)):
            change = changes(model, name, channel, list(inputs.values()))
            np.testing.assert_allclose(of[f"{name}[{channel}]"], np.abs(change).mean(), atol=2e-6)
        black = [inputs["pixels"] * np.array([0, 1], np.float32), inputs["more"]]
        change = predicted(model, black) - predicted(model, list(inputs.values()))
        np.testing.assert_allclose(of["pixels[0]"], np.abs(change).mean(), atol=2e-6)

    def test_of_a_neuron_is_that_of_its_channel(
        self, graph: NeuronGraph, costs: pd.DataFrame, inputs: dict[str, NDArray[np.float32]]
    ) -> None:
        frame = graph.prune_cost(inputs, neurons="conv[1]@0,0")
        expected = costs[costs["name"] == "conv[1]"].reset_index(drop=True)
        pd.testing.assert_frame_equal(frame, expected)

    def test_needs_no_more_memory_for_more_samples(
        self,
        graph: NeuronGraph,
        costs: pd.DataFrame,
        inputs: dict[str, NDArray[np.float32]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        most: list[int] = []
        compute = forward.ForwardPass.compute

        def noted(self: forward.ForwardPass, layers: Any, values: Any) -> None:
            most.append(values.size)
            compute(self, layers, values)

        neurons = int(graph.models()["neurons"].iloc[0])
        monkeypatch.setattr(forward.ForwardPass, "compute", noted)
        monkeypatch.setattr(forward, "_ENTRIES", 1 << 5)
        monkeypatch.setattr(pruning, "_VALUES", 3 * neurons)
        frame = graph.prune_cost(inputs)
        assert max(most) == 3 * neurons
        numbers = ["mean_change", "rms_change"]
        order = frame.set_index("name").loc[costs["name"], numbers]
        np.testing.assert_allclose(order, costs[numbers], rtol=1e-9, atol=1e-15)

    def test_where_relationships_are_too_many_to_be_kept(
        self,
        graph: NeuronGraph,
        costs: pd.DataFrame,
        inputs: dict[str, NDArray[np.float32]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(forward, "MOST_KEPT", 10)
        frame = graph.prune_cost(inputs, neurons="side")
        expected = costs[costs["layer"] == "side"].set_index("name").loc[frame["name"]]
        np.testing.assert_allclose(frame["rms_change"], expected["rms_change"], rtol=1e-9)

    def test_tells_how_far_it_is(
        self, graph: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
    ) -> None:
        told: list[tuple[str, int, int]] = []
        with NeuronGraph(graph.location, progress=lambda *each: told.append(each)) as opened:
            opened.prune_cost(inputs, neurons="hidden")
        assert told[-1] == ("forward passes", 4 * SAMPLES, 4 * SAMPLES)


def test_a_channel_whose_kernel_and_bias_are_0_is_pruned_where_its_activation_keeps_0(
    tmp_path: Path,
) -> None:
    for activation, is_same in (("relu", True), ("sigmoid", False)):
        model = chain(
            (5, 5, 1),
            layer("Conv2D", filters=3, kernel_size=2, activation=activation, name="conv"),
            layer("Flatten"),
            layer("Dense", units=2, name="out"),
        )
        (x,) = drawn(model)
        with NeuronGraph(saved(model, tmp_path / f"{activation}.keras")) as graph:
            cost = graph.prune_cost(x, neurons="conv[2]")["mean_change"].iloc[0]
        before = model.predict(x, verbose=0)
        conv = model.get_layer("conv")
        conv.set_weights([np.asarray(each) * [1, 1, 0] for each in conv.weights])
        change = np.abs(model.predict(x, verbose=0).astype(np.float64) - before).mean()
        assert np.isclose(cost, change, rtol=1e-5) == is_same


@pytest.fixture(scope="module")
def labels(model: Any, inputs: dict[str, NDArray[np.float32]]) -> NDArray[np.int64]:
    """Give labels of which about half are what the model says."""
    right = predicted(model, list(inputs.values())).argmax(axis=1)
    labels: NDArray[np.int64] = np.where(np.arange(SAMPLES) % 2, right, (right + 1) % 3)
    return labels


class TestLabels:
    def test_give_the_accuracy(
        self,
        graph: NeuronGraph,
        model: Any,
        inputs: dict[str, NDArray[np.float32]],
        labels: NDArray[np.int64],
    ) -> None:
        frame = graph.prune_cost(inputs, labels, neurons=NeuronFilter(layer=["hidden", "odds"]))
        assert frame["accuracy_before"].unique() == [SAMPLES // 2 / SAMPLES]
        before = predicted(model, list(inputs.values()))
        for row in frame.itertuples():
            change = changes(model, str(row.layer), int(str(row.channel)), list(inputs.values()))
            right = ((before + change).argmax(axis=1) == labels).mean()
            assert row.accuracy_after == right
        assert frame["accuracy_after"].nunique() > 1
        assert frame["accuracy_after"].is_monotonic_decreasing

    def test_may_be_class_numbers_or_rows_with_a_1(
        self,
        graph: NeuronGraph,
        inputs: dict[str, NDArray[np.float32]],
        labels: NDArray[np.int64],
        tmp_path: Path,
    ) -> None:
        file = tmp_path / "test.npz"
        np.savez(file, y=labels, pixels=inputs["pixels"], more=inputs["more"])
        frames = [
            graph.prune_cost(inputs, given, neurons="hidden")
            for given in (labels, labels.tolist(), labels[:, np.newaxis], np.eye(3)[labels])
        ]
        frames.append(graph.prune_cost(file, neurons="hidden"))
        for frame in frames[1:]:
            pd.testing.assert_frame_equal(frame, frames[0])

    @pytest.mark.parametrize(("activation", "limit"), [("sigmoid", 0.5), (None, 0.0)])
    def test_of_one_output_that_tells_two_classes_apart(
        self, tmp_path: Path, activation: str | None, limit: float
    ) -> None:
        model = chain(
            (4,),
            layer("Dense", units=3, activation="tanh", name="hidden"),
            layer("Dense", units=1, activation=activation, name="out"),
        )
        (x,) = drawn(model, 20)
        y = np.arange(20) % 2
        with NeuronGraph(saved(model, tmp_path / "two.keras")) as graph:
            frame = graph.prune_cost(x, y)
        before = predicted(model, [x])[:, 0]
        assert frame["accuracy_before"].iloc[0] == ((before > limit) == y).mean()
        for row in frame.itertuples():
            after = before + changes(model, "hidden", int(str(row.channel)), [x])[:, 0]
            assert row.accuracy_after == ((after > limit) == y).mean()

    @pytest.mark.parametrize("channels", ["channels_last", "channels_first"])
    def test_of_an_output_with_places(self, tmp_path: Path, channels: str) -> None:
        shape = (3, 4, 1) if channels == "channels_last" else (1, 3, 4)
        model = chain(
            shape,
            layer("Conv2D", filters=2, kernel_size=1, name="conv", data_format=channels),
            layer("Conv2D", filters=3, kernel_size=1, name="out", data_format=channels),
        )
        (x,) = drawn(model)
        y = np.random.default_rng(1).integers(0, 3, (SAMPLES, 3, 4))
        with NeuronGraph(saved(model, tmp_path / "places.keras")) as graph:
            frame = graph.prune_cost(x, y)
        # Convolutions of single pixels are products, whatever the axis.
        pixels = x.reshape(SAMPLES, 3, 4, 1)
        first, second = (model.get_layer(name) for name in ("conv", "out"))

        def right(keep: list[int]) -> float:
            hidden = pixels @ np.asarray(first.kernel)[0, 0] + np.asarray(first.bias)
            out = hidden * keep @ np.asarray(second.kernel)[0, 0] + np.asarray(second.bias)
            return float((out.argmax(axis=-1) == y).mean())

        assert frame["accuracy_before"].iloc[0] == pytest.approx(right([1, 1]))
        after = frame.set_index("channel")["accuracy_after"]
        assert after[0] == pytest.approx(right([0, 1]))
        assert after[1] == pytest.approx(right([1, 0]))


class TestErrors:
    @pytest.mark.parametrize(
        ("x", "y", "said"),
        [
            (np.zeros((2, 6, 5, 2)), None, "has 2 inputs; give a dictionary"),
            ({"pixels": np.zeros((2, 6, 5, 2))}, None, "no array for the input 'more'"),
            ({"pixel": np.zeros(2)}, None, "no input 'pixel'; its inputs are pixels, more"),
            ({"pixels": np.zeros((2, 60)), "more": 0}, None, r"\(2, 60\).*\(samples, 6, 5, 2\)"),
            ({"pixels": np.zeros((0, 6, 5, 2)), "more": 0}, None, "there is no sample"),
            ({"pixels": [["a"]], "more": 0}, None, "array of <U1, and no numbers"),
            ({"pixels": [[1], [1, 2]], "more": 0}, None, "x is no array of numbers"),
            (
                {"pixels": np.zeros((2, 6, 5, 2)), "more": np.zeros((3, 3))},
                None,
                "different numbers of samples: 2 of 'pixels', 3 of 'more'",
            ),
            (
                {"pixels": np.zeros((2, 6, 5, 2)), "more": np.array([[0, 0, 0], [0, np.nan, 0]])},
                None,
                "sample 1 of the input 'more' has a value that is NaN or infinite",
            ),
            ("nowhere.npz", None, "cannot read nowhere.npz: No such file"),
        ],
    )
    def test_of_samples(self, graph: NeuronGraph, x: Any, y: Any, said: str) -> None:
        with pytest.raises(ParameterError, match=said):
            graph.prune_cost(x, y)

    @pytest.mark.parametrize(
        ("y", "said"),
        [
            (np.zeros(3), r"shape \(3,\), but 7 samples.*\(7,\), or of \(7, 3\) of 0 and 1"),
            (np.full(7, 3), "the classes 0 to 2 apart.*labels from 3 to 3"),
            (np.full(7, 0.5), "classes 0 to 2"),
            (np.full((7, 3), 1 / 3), "one is 1 and the others are 0"),
            (["a"] * 7, "no numbers"),
        ],
    )
    def test_of_labels(
        self, graph: NeuronGraph, inputs: dict[str, NDArray[np.float32]], y: Any, said: str
    ) -> None:
        with pytest.raises(ParameterError, match=said):
            graph.prune_cost(inputs, y)

    def test_of_labels_in_a_file(
        self, graph: NeuronGraph, inputs: dict[str, NDArray[np.float32]], tmp_path: Path
    ) -> None:
        file = tmp_path / "test.npz"
        np.savez(file, labels=np.zeros(3), pixels=inputs["pixels"], more=inputs["more"])
        with pytest.raises(ParameterError, match=r"^x: labels of .*test\.npz: an array of the"):
            graph.prune_cost(file)

    def test_of_neurons(self, graph: NeuronGraph, inputs: dict[str, NDArray[np.float32]]) -> None:
        with pytest.raises(NeuronNotFoundError, match="channels 0 to 2, not 3"):
            graph.prune_cost(inputs, neurons="conv[3]")

    def test_of_files(self, graph: NeuronGraph, tmp_path: Path) -> None:
        file = tmp_path / "x.npz"
        np.savez(file, x_test=np.zeros(3))
        with pytest.raises(ParameterError, match=r"the arrays x_test, and no pixels, more; write"):
            graph.prune_cost(file)
        np.savez(file, pixels=np.array([None]), more=np.zeros((1, 3)))
        with pytest.raises(
            ParameterError, match=r"cannot read .*x\.npz: an array in it holds objects"
        ):
            graph.prune_cost(file)
        for content in (b"", b"PK\x03\x04 no archive", b"no file of NumPy"):
            file.write_bytes(content)
            with pytest.raises(ParameterError, match=r"x.npz.*savez"):
                graph.prune_cost(file)
        np.save(tmp_path / "x.npy", np.zeros(3))
        with pytest.raises(ParameterError, match="has 2 inputs, pixels, more; say for which"):
            graph.prune_cost(tmp_path / "x.npy")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"granularity": "channel"}, "as a channel graph; load it with granularity='neuron'"),
            ({"top": 1}, "without its weak relationships"),
            ({"from_layer": "hidden"}, "without its inputs.*from_layer"),
        ],
    )
    def test_of_what_cannot_compute(
        self,
        model: Any,
        tmp_path: Path,
        inputs: dict[str, NDArray[np.float32]],
        options: dict[str, Any],
        said: str,
    ) -> None:
        folder = tmp_path / "part.lbug"
        load(saved(model, tmp_path / "branched.keras"), folder, **options)
        with NeuronGraph(folder) as part, pytest.raises(ParameterError, match=said):
            part.prune_cost(inputs)


WRONG = {
    "reduce = 'median'": r"its reduce is 'median', and none of sum, max, min, product",
    "activation = 'swish9'": "its activation is 'swish9', which is no function that is known",
    "activation_config = '{\"apha\": 1}'": "its activation is 'elu' of .*'apha': 1.*: got an.*",
    "shape = [7]": r"its shape is \(7,\), and it has 3 neurons",
}


def test_a_graph_that_says_what_nobody_can_compute(tmp_path: Path) -> None:
    own = chain(
        (2,), layer("Dense", units=3, activation="elu", name="mid"), layer("Dense", units=2)
    )
    place = tmp_path / "own.lbug"
    load(saved(own, tmp_path / "own.keras"), place)
    right = "reduce = 'sum', l.activation = 'elu', l.activation_config = '{}', l.shape = [3]"
    with NeuronGraph(place) as graph:
        for change, said in WRONG.items():
            graph.write(f"MATCH (l:Layer {{name: 'mid'}}) SET l.{right} SET l.{change}")
            with pytest.raises(GraphDamagedError, match=f"what layer 'mid' puts out .*: {said}; "):
                graph.prune_cost(np.zeros((1, 2)))
        graph.write(f"MATCH (l:Layer {{name: 'mid'}}) SET l.{right}")
        assert len(graph.prune_cost(np.zeros((1, 2)))) == 3
