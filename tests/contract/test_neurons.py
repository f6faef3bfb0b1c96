"""Neurons, their filters and their neighbours are those that Keras shows."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from tests.contract.reference import Reference

Node = Mapping[str, Any]


def _between(node: Node, axis: str, low: float, high: float) -> bool:
    return node.get(axis) is not None and low <= node[axis] <= high


FILTERS: dict[str, tuple[Any, Callable[[Node], bool]]] = {
    "everything": (None, lambda _: True),
    "empty filter": (NeuronFilter(), lambda _: True),
    "layer": ("conv", lambda n: n["layer"] == "conv"),
    "layers": (
        NeuronFilter(layer=["conv", "hidden"]),
        lambda n: n["layer"] in {"conv", "hidden"},
    ),
    "no layers": (NeuronFilter(layer=[]), lambda _: False),
    "channel": (NeuronFilter(channel=1), lambda n: n["channel"] == 1),
    "channels": (NeuronFilter(channel=[0, 2]), lambda n: n["channel"] in {0, 2}),
    "x": (NeuronFilter(x=1), lambda n: n.get("x") == 1),
    "y": (NeuronFilter(y=1), lambda n: n.get("y") == 1),
    "x and y": (NeuronFilter(x=2, y=0), lambda n: (n.get("x"), n.get("y")) == (2, 0)),
    "range": (NeuronFilter(y=range(1, 3)), lambda n: _between(n, "y", 1, 2)),
    "range with step": (NeuronFilter(x=range(0, 5, 2)), lambda n: n.get("x") in {0, 2, 4}),
    "empty range": (NeuronFilter(x=range(2, 2)), lambda _: False),
    "from": (NeuronFilter(x=slice(3, None)), lambda n: _between(n, "x", 3, 9)),
    "to": (NeuronFilter(y=slice(None, 2)), lambda n: _between(n, "y", 0, 1)),
    "tuple": (NeuronFilter(x=(1, 4)), lambda n: n.get("x") in {1, 4}),
    "bias between": (
        NeuronFilter(bias=(-0.25, 0.5)),
        lambda n: n["bias"] is not None and -0.25 <= n["bias"] <= 0.5,
    ),
    "bias from": (NeuronFilter(bias=(0, None)), lambda n: (n["bias"] or -1) >= 0),
    "bias to": (NeuronFilter(bias=(None, 0)), lambda n: (n["bias"] or 1) <= 0),
    "layer and bias": (
        NeuronFilter(layer="hidden", bias=(0, None)),
        lambda n: n["layer"] == "hidden" and n["bias"] >= 0,
    ),
    "id": (63, lambda n: n["id"] == 63),
    "numpy id": (np.int64(63), lambda n: n["id"] == 63),
    "ids": ([3, 99, 124, 124], lambda n: n["id"] in {3, 99, 124}),
    "ids of a generator": ((i for i in (3, 99)), lambda n: n["id"] in {3, 99}),
    "range of ids": (range(10, 70), lambda n: 10 <= n["id"] < 70),
    "no ids": ([], lambda _: False),
    "ids that are partly there": (range(-1, 2), lambda n: n["id"] < 2),
    "frame": (pd.DataFrame({"id": [5, 5, 6]}), lambda n: n["id"] in {5, 6}),
    "empty frame": (pd.DataFrame({"id": []}, dtype="int64"), lambda _: False),
    "name": (NeuronFilter(name="conv[2]@1,0"), lambda n: n["name"] == "conv[2]@1,0"),
    "names": (
        NeuronFilter(name=["conv[2]@1,0", "hidden[3]"]),
        lambda n: n["name"] in {"conv[2]@1,0", "hidden[3]"},
    ),
    "text of a neuron": ("conv[2]@1,0", lambda n: n["name"] == "conv[2]@1,0"),
    "text of a unit": ("hidden[3]", lambda n: n["name"] == "hidden[3]"),
    "text of a channel": ("conv[2]", lambda n: n["layer"] == "conv" and n["channel"] == 2),
    "text of a place": ("conv@2,1", lambda n: n["name"].endswith("@2,1") and n["layer"] == "conv"),
    "text with ranges": (
        "pixels[0..0]@1..3,4..",
        lambda n: (
            n["layer"] == "pixels"
            and n["channel"] == 0
            and _between(n, "x", 1, 3)
            and _between(n, "y", 4, 9)
        ),
    ),
    "text with a list": (
        "pixels[0,1]@..1,2",
        lambda n: n["layer"] == "pixels" and _between(n, "x", 0, 1) and n["y"] == 2,
    ),
}


class TestNeurons:
    def test_are_those_of_keras(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.neurons()
        nodes = pd.DataFrame([reference.graph.nodes[id_] for id_ in reference.graph])
        assert frame["id"].tolist() == nodes.index.tolist() == list(reference.graph)
        for column in ("name", "layer", "layer_index"):
            assert frame[column].tolist() == nodes[column].tolist()
        for axis in ("channel", "x", "y"):
            assert frame[axis].equals(nodes[axis].astype("Int64"))
        assert frame["z"].isna().all()
        bias = nodes["bias"].to_numpy(dtype=float)
        np.testing.assert_allclose(frame["bias"], bias, rtol=1e-6, atol=1e-7)

    @pytest.mark.one_in(5)
    @pytest.mark.parametrize("case", FILTERS)
    def test_are_filtered(
        self, pooled: NeuronGraph, references: dict[str, Reference], case: str
    ) -> None:
        neurons, meant = FILTERS[case]
        # A generator gives its ids but once, whichever store comes first.
        neurons = [3, 99] if case == "ids of a generator" else neurons
        expected = [
            neuron
            for neuron, node in references["pooled"].graph.nodes(data=True)
            if meant({**node, "id": neuron})
        ]
        assert pooled.neurons(neurons)["id"].tolist() == expected
        # The same filter means the same neurons wherever it is taken.
        assert pooled.strength(neurons)["id"].tolist() == expected
        assert pooled.katz(neurons)["id"].tolist() == expected

    def test_a_bound_of_the_bias_is_included(
        self, pooled: NeuronGraph, references: dict[str, Reference]
    ) -> None:
        bias = references["pooled"].layer("hidden").bias
        assert bias is not None
        limit = float(bias[2])
        found = pooled.neurons(NeuronFilter(layer="hidden", bias=(limit, limit)))
        assert found["channel"].tolist() == [2]


class TestNeighbours:
    @pytest.mark.parametrize("direction", ["in", "out"])
    def test_are_those_of_the_graph(
        self, graph: NeuronGraph, reference: Reference, direction: str
    ) -> None:
        neurons = reference.ids(reference.layers[1].name, reference.layers[4].name)[::3]
        frame = _neighbours(graph, neurons, direction)
        expected = {
            (target, source) if direction == "in" else (source, target): weight
            for source, target, weight in reference.edges()
            if (target if direction == "in" else source) in neurons
        }
        found = dict(zip(_pairs(frame), frame["weight"], strict=True))
        assert len(frame) == len(expected)
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-7)
        assert frame["weight"].abs().is_monotonic_decreasing

    def test_come_with_what_they_are(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.neighbours(reference.layers[2].name, k=10_000)
        nodes = reference.graph.nodes
        assert len(frame) > 0
        for column in ("name", "layer", "channel", "x", "y"):
            assert frame[column].tolist() == [nodes[id_][column] for id_ in frame["id"]]

    def test_may_be_few_and_strong(self, pooled: NeuronGraph) -> None:
        everything = pooled.neighbours("hidden", direction="out")
        few = pooled.neighbours("hidden", direction="out", min_weight=0.4, k=5)
        strong = everything[everything["weight"].abs() >= 0.4]
        assert 5 < len(strong) < len(everything)
        pd.testing.assert_frame_equal(few, strong.head(5))


def _neighbours(graph: NeuronGraph, neurons: list[int], direction: str) -> pd.DataFrame:
    if direction == "in":
        return graph.neighbours(neurons, k=10_000)
    return graph.neighbours(neurons, direction="out", k=10_000)


def _pairs(frame: pd.DataFrame) -> list[tuple[int, int]]:
    return list(zip(frame["neuron"], frame["id"], strict=True))
