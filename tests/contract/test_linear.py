"""Linear maps are what Keras computes without activations, and products of its weights."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from exporter import drop, load
from queries import NeuronFilter, NeuronGraph
from queries.analysis import linear
from queries.errors import ParameterError
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_grouped import put_together
from tests.unit.builders import randomized

pytestmark = pytest.mark.computed

Floats = NDArray[np.float64]

PIXELS = (6, 6, 2)


def assert_close(found: Any, expected: Any) -> None:
    """Compare with what Keras answers in float32."""
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-5)


def block(reference: Reference, weights: Floats, rows: list[int], layer: str) -> Floats:
    """Return the weights from some neurons into a layer."""
    return np.asarray(weights[np.ix_(rows, reference.ids(layer))])


def dense(frame: pd.DataFrame, shape: tuple[int, ...], source: int, target: int) -> Floats:
    """Return the weights of a frame as a matrix, whose sides begin at two ids."""
    matrix = np.zeros(shape)
    matrix[frame["source"] - source, frame["target"] - target] = frame["weight"]
    return matrix


def gradients(file: Path, target: str) -> Floats:
    """Return how a layer changes with the input of a linear model: shape (units, *PIXELS)."""
    import keras
    import tensorflow as tf

    model = keras.models.load_model(file)
    pixels = tf.zeros((1, *PIXELS))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        values = keras.Model(model.input, model.get_layer(target).output)(pixels)
    return np.asarray(tape.jacobian(values, pixels))[0, :, 0]


def shown(drawn: Any, name: str) -> pd.DataFrame:
    """Return what a renderer of a figure draws."""
    return pd.DataFrame(dict(drawn.select_one({"name": name}).data_source.data))


@pytest.fixture(scope="session")
def linear_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Save a model without activations that branches, adds, strides, averages and normalises."""
    import keras

    layers = keras.layers
    pixels = keras.Input(PIXELS, name="pixels")
    left = layers.Conv2D(3, 3, padding="same", name="left")(pixels)
    right = layers.Conv2D(3, 1, name="right")(pixels)
    both = layers.Add(name="both")([left, layers.BatchNormalization(name="norm")(right)])
    mean = layers.AveragePooling2D(2, name="mean")(both)
    joined = layers.Concatenate(name="joined")(
        [layers.Flatten(name="flat")(mean), layers.Flatten(name="past")(right)]
    )
    hidden = layers.Dense(5, name="hidden")(joined)
    file = tmp_path_factory.mktemp("linear") / "linear.keras"
    randomized(keras.Model(pixels, layers.Dense(4, name="out")(hidden)), 3).save(file)
    return file


@pytest.fixture
def branched(store: GraphStore, linear_file: Path, scratch: str) -> Iterator[NeuronGraph]:
    """Give that model in each store, open for queries."""
    load(linear_file, store.location, name=scratch)
    with NeuronGraph(store.location, model=scratch) as graph:
        yield graph
    drop(scratch, store.location)


@pytest.fixture
def channels(
    store: GraphStore, references: dict[str, Reference], scratch: str
) -> Iterator[NeuronGraph]:
    """Give the small Sequential as a channel graph."""
    load(references["pooled"].file, store.location, name=scratch, granularity="channel")
    with NeuronGraph(store.location, model=scratch) as graph:
        yield graph
    drop(scratch, store.location)


class TestEffectiveWeights:
    @pytest.mark.parametrize("target", ["mean", "out"])
    def test_are_what_keras_computes(
        self, branched: NeuronGraph, linear_file: Path, target: str
    ) -> None:
        import keras

        model = keras.models.load_model(linear_file)
        part = keras.Model(model.input, model.get_layer(target).output)
        size = int(np.prod(PIXELS))
        basis = np.eye(size, dtype=np.float32).reshape(-1, *PIXELS)
        nothing = np.asarray(part(np.zeros_like(basis[:1]))).reshape(-1)
        answers = np.asarray(part(basis)).reshape(size, -1) - nothing
        frame = branched.effective_weights("pixels", target)
        first = int(branched.neurons(target)["id"].min())
        assert_close(dense(frame, answers.shape, 0, first), answers)
        assert_close(frame["bias"], nothing[frame["target"] - first])

    def test_their_picture_is_the_gradient(self, branched: NeuronGraph, linear_file: Path) -> None:
        gradient = gradients(linear_file, "out")
        drawn = branched.plot.effective_weights("pixels", "out").figure
        cells = shown(drawn, "cells")
        heads = shown(drawn, "heads")
        assert len(heads) == 4 * PIXELS[-1]
        corners = {}
        for (target, channel), (_, head) in zip(
            np.ndindex(4, PIXELS[-1]), heads.iterrows(), strict=True
        ):
            assert head["text"] == ("" if target else f"channel {channel}")
            of_image = cells["source"].str.startswith(f"pixels[{channel}]@")
            image = cells[of_image & (cells["target"] == f"out[{target}]")]
            left, top = corners[target, channel] = head["left"] + 0.5, head["top"] + 0.5
            found = np.zeros(PIXELS[:2])
            x, y = (image["left"] - left).round(), (image["top"] - top).round()
            found[y.astype(int), x.astype(int)] = image["weight"]
            names = [f"pixels[{channel}]@{i:.0f},{j:.0f}" for i, j in zip(x, y, strict=True)]
            assert image["source"].tolist() == names
            assert_close(found, gradient[target, :, :, channel])
        lefts, tops = ({place[axis] for place in corners.values()} for axis in (0, 1))
        assert (len(lefts), len(tops)) == (PIXELS[-1], 4)
        assert min(np.diff(sorted(lefts))) > PIXELS[1]
        assert min(np.diff(sorted(tops))) > PIXELS[0]
        labels = drawn.yaxis[0].major_label_overrides
        middles = {top + (PIXELS[0] - 1) / 2: f"out[{row}]" for row, top in enumerate(sorted(tops))}
        assert list(labels.values()) == list(middles.values())
        np.testing.assert_allclose([*map(float, labels)], [*middles])
        marks: Any = drawn.select_one({"name": "cells"})
        colours = marks.glyph.fill_color.transform
        assert (-colours.low, colours.high) == (cells["weight"].abs().max(),) * 2

    def test_what_has_no_picture(self, branched: NeuronGraph) -> None:
        both = NeuronFilter(layer=["pixels", "left"])
        with pytest.raises(ParameterError, match="source: name one layer, not pixels, left"):
            branched.plot.effective_weights(both, "out")
        with pytest.raises(ParameterError, match="target: no path leads there"):
            branched.plot.effective_weights("out", "pixels")
        with pytest.raises(ParameterError, match=r"108 targets and each channel, 216 in all"):
            branched.plot.effective_weights("pixels", "both")

    def test_hold_the_sources(self, branched: NeuronGraph, linear_file: Path) -> None:
        import keras

        model = keras.models.load_model(linear_file)
        kernel, bias = (np.asarray(value) for value in model.get_layer("out").weights)
        # "hidden" stands for what "right" passes on to it.
        frame = branched.effective_weights(NeuronFilter(layer=["right", "hidden"]), "out")
        assert frame["source"].unique().tolist() == branched.neurons("hidden")["id"].tolist()
        assert_close(frame["weight"], kernel.ravel())
        assert_close(frame["bias"], np.tile(bias, len(kernel)))

    @pytest.mark.parametrize("ends", [(0, -1), (1, 3), (-1, 0)])
    def test_are_the_products_along_all_paths(
        self, graph: NeuronGraph, reference: Reference, ends: tuple[int, int]
    ) -> None:
        source, target = (reference.layers[end] for end in ends)
        sums = block(
            reference, reference.path_sums("signed"), reference.ids(source.name), target.name
        )
        frame = graph.effective_weights(source.name, graph.neurons(target.name))
        found = dense(frame, sums.shape, source.first, target.first)
        np.testing.assert_allclose(found, sums, rtol=1e-4, atol=1e-5 * np.abs(sums).max())
        for side in ("source", "target"):
            names = [reference.graph.nodes[neuron]["name"] for neuron in frame[side]]
            assert frame[f"{side}_name"].tolist() == names

    def test_in_a_channel_graph(
        self, channels: NeuronGraph, references: dict[str, Reference]
    ) -> None:
        expected = put_together(references["pooled"], "channel")
        weights = nx.to_numpy_array(expected, nodelist=sorted(expected), weight="l1")
        frame = channels.effective_weights("pixels", "odds", by="l1")
        paths = np.linalg.inv(np.eye(len(weights)) - weights)
        assert_close(frame["weight"], paths[frame["source"], frame["target"]])
        assert len(frame) == 2 * 4

    def test_of_too_many_pairs_are_refused(
        self, pooled: NeuronGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linear, "MOST_PAIRS", 23)
        assert len(pooled.effective_weights("digits", "odds")) <= 23
        with pytest.raises(ParameterError, match=r"more than 23 of 60 sources.* fewer"):
            pooled.effective_weights("pixels", "digits")


class TestCombine:
    def test_is_the_product_of_two_layers(self, graph: NeuronGraph, reference: Reference) -> None:
        before, first, second = reference.layers[2:5]
        weights = nx.to_numpy_array(reference.graph, nodelist=sorted(reference.graph))
        one = block(reference, weights, reference.ids(before.name), first.name)
        other = block(reference, weights, reference.ids(first.name), second.name)
        frame = graph.combine(first.name, graph.neurons(second.name))
        found = dense(frame, (len(one), other.shape[1]), before.first, second.first)
        assert_close(found, one @ other)
        own, more = (
            np.zeros(layer.shape) if layer.bias is None else layer.bias for layer in (first, second)
        )
        bias = own.ravel() @ other + more.ravel()
        assert_close(frame["bias"], bias[frame["target"] - second.first])

    def test_passes_the_layers_between(self, graph: NeuronGraph, reference: Reference) -> None:
        first, last = reference.layers[1], reference.layers[-1]
        frame = graph.combine(first.name, last.name)
        expected = graph.effective_weights(reference.layers[0].name, last.name)
        pd.testing.assert_frame_equal(frame.drop(columns="bias"), expected.drop(columns="bias"))

    def test_leaves_out_what_goes_around_the_first(
        self, branched: NeuronGraph, linear_file: Path
    ) -> None:
        import keras

        model = keras.models.load_model(linear_file)
        head = keras.Model(model.input, model.get_layer("left").output)
        size = int(np.prod(PIXELS))
        basis = np.eye(size, dtype=np.float32).reshape(-1, *PIXELS)
        nothing = np.asarray(head(np.zeros_like(basis[:1])))
        # What "both" gets by "left" alone is what "left" answers.
        answers = (np.asarray(head(basis)) - nothing).reshape(size, -1)
        frame = branched.combine("left", "both")
        first = int(branched.neurons("both")["id"].min())
        assert_close(dense(frame, answers.shape, 0, first), answers)
        everything = keras.Model(model.input, model.get_layer("both").output)
        at_rest = np.asarray(everything(np.zeros_like(basis[:1]))).ravel()
        assert_close(frame["bias"], at_rest[frame["target"] - first])

    def test_of_one_channel(self, graph: NeuronGraph, reference: Reference) -> None:
        first, second = reference.layers[1:3]
        frame = graph.combine(f"{first.name}[1]", second.name)
        ids = [n for n in reference.ids(first.name) if reference.graph.nodes[n]["channel"] == 1]
        weights = nx.to_numpy_array(reference.graph, nodelist=sorted(reference.graph))
        before = reference.ids(reference.layers[0].name)
        expected = weights[np.ix_(before, ids)] @ block(reference, weights, ids, second.name)
        assert_close(dense(frame, expected.shape, 0, second.first), expected)

    def test_in_a_channel_graph(
        self, channels: NeuronGraph, references: dict[str, Reference]
    ) -> None:
        expected = put_together(references["pooled"], "channel")
        weights = nx.to_numpy_array(expected, nodelist=sorted(expected), weight="l2")
        ids = {name: channels.neurons(name)["id"].to_numpy() for name in ("norm", "hidden")}
        frame = channels.combine("hidden", "digits", by="l2")
        squared = weights @ weights
        assert_close(frame["weight"], squared[frame["source"], frame["target"]])
        assert frame["source"].unique().tolist() == ids["norm"].tolist()
