"""Counts, relationships and what is added up over them agree with NetworkX and numpy."""

from typing import Any, Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from tests.contract.reference import Reference

Edge = tuple[int, int, float]


def rows(frame: pd.DataFrame) -> list[Edge]:
    """Return edges in the order of their ends."""
    return sorted(zip(frame["source"], frame["target"], frame["weight"], strict=True))


def assert_same(found: list[Edge], expected: list[Edge]) -> None:
    assert [edge[:2] for edge in found] == [edge[:2] for edge in expected]
    weights, known = ([edge[2] for edge in edges] for edges in (found, expected))
    np.testing.assert_allclose(weights, known, rtol=1e-5, atol=1e-7)


def sizes(value: Any) -> tuple[int, ...] | None:
    """Return sizes along axes, None for a null."""
    return None if value is None else tuple(value)


class TestCounts:
    def test_summary(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.summary()
        weights = np.array([weight for *_, weight in reference.edges()])
        assert len(frame) == 1
        assert frame.iloc[0].to_dict() == pytest.approx(
            {
                "layers": len(reference.layers),
                "neurons": reference.graph.number_of_nodes(),
                "edges": reference.graph.number_of_edges(),
                "density": nx.density(reference.graph),
                "min_weight": weights.min(),
                "max_weight": weights.max(),
                "mean_weight": weights.mean(),
                "mean_absolute_weight": np.abs(weights).mean(),
                "zero_weights": int((weights == 0).sum()),
                "not_finite": 0,
            },
            rel=1e-5,
        )
        assert frame["density"][0] == nx.density(reference.graph)

    def test_layers(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.layers()
        layers = reference.layers
        assert frame["index"].tolist() == list(range(len(layers)))
        for column in ("name", "class_name", "first", "last", "parameters"):
            assert frame[column].tolist() == [getattr(layer, column) for layer in layers]
        assert [tuple(shape) for shape in frame["shape"]] == [layer.shape for layer in layers]
        assert [value if isinstance(value, str) else None for value in frame["activation"]] == [
            layer.activation for layer in layers
        ]
        assert (frame["neurons"] == frame["last"] - frame["first"] + 1).all()
        assert frame["edges"].tolist() == [len(reference.edges(layer.name)) for layer in layers]
        assert [list(inputs) for inputs in frame["inputs"]] == [
            [] if index == 0 else [index - 1] for index in range(len(layers))
        ]
        expected = ["max" if layer.class_name == "MaxPooling2D" else "sum" for layer in layers]
        assert frame["reduce"].tolist() == expected

    def test_settings_of_layers(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.layers().set_index("name")
        for name, row in frame.iterrows():
            # A Sequential does not have its InputLayer among its layers.
            own = {layer.name: layer for layer in reference.keras.layers}.get(name)
            kernel = getattr(own, "kernel_size", getattr(own, "pool_size", None))
            assert sizes(row["kernel"]) == kernel
            assert sizes(row["stride"]) == (getattr(own, "strides", None) if kernel else None)
            assert sizes(row["dilation"]) == getattr(own, "dilation_rate", None)
            padding = row["padding"] if isinstance(row["padding"], str) else None
            assert padding == (getattr(own, "padding", None) if kernel else None)
            assert (None if pd.isna(row["groups"]) else row["groups"]) == getattr(
                own, "groups", None
            )
        moved = {name: text for name, text in frame["moved_by"].items() if isinstance(text, str)}
        flat = {"norm": "drop (Dropout), flat (Flatten)"} if reference.name == "pooled" else {}
        assert moved == flat


class TestEdges:
    def test_are_all_there(self, graph: NeuronGraph, reference: Reference) -> None:
        assert_same(rows(graph.edges()), reference.edges())

    def test_are_found_by_their_ends(self, graph: NeuronGraph, reference: Reference) -> None:
        second, third = reference.layers[1], reference.layers[2]
        some = NeuronFilter(layer=third.name, channel=0)
        for source, target in (
            (second.name, None),
            (None, third.name),
            (second.name, some),
            (None, some),
            (reference.ids(second.name)[::2], third.name),
            (None, reference.ids(second.name, third.name)[::3]),
            (third.name, second.name),
            (None, reference.layers[0].name),
            (NeuronFilter(layer=[second.name, third.name]), None),
            (None, NeuronFilter(layer=[second.name, third.name])),
        ):
            begin, end = (set(graph.neurons(side)["id"]) for side in (source, target))
            expected = [edge for edge in reference.edges() if edge[0] in begin and edge[1] in end]
            assert_same(rows(graph.edges(source, target)), expected)

    @pytest.mark.parametrize("source", [None, "pixels"])
    def test_are_found_by_absolute_weight(
        self, pooled: NeuronGraph, references: dict[str, Reference], source: str | None
    ) -> None:
        begin = set(pooled.neurons(source)["id"])
        every = [edge for edge in references["pooled"].edges() if edge[0] in begin]
        expected = [edge for edge in every if abs(edge[2]) >= 0.5]
        assert 0 < len(expected) < len(every)
        assert_same(rows(pooled.edges(source, min_weight=0.5)), expected)

    def test_of_weight_0_are_there(self, graph: NeuronGraph, reference: Reference) -> None:
        zeros = sum(weight == 0 for *_, weight in reference.edges())
        assert zeros > 0
        assert (graph.edges()["weight"] == 0).sum() == zeros


class TestStrongestEdges:
    @pytest.mark.parametrize("k", [1, 7, 10_000])
    def test_are_the_first_by_absolute_weight(
        self, graph: NeuronGraph, reference: Reference, k: int
    ) -> None:
        frame = graph.strongest_edges(k=k)
        _assert_strongest(frame, reference.edges(), k)
        names = reference.graph.nodes(data="name")
        assert frame["source_name"].tolist() == [names[neuron] for neuron in frame["source"]]
        assert frame["target_name"].tolist() == [names[neuron] for neuron in frame["target"]]

    def test_are_of_the_neurons_asked_for(self, graph: NeuronGraph, reference: Reference) -> None:
        second, third = (layer.name for layer in reference.layers[1:3])
        into = reference.edges(third)
        _assert_strongest(graph.strongest_edges(target=third, k=5), into, 5)
        _assert_strongest(graph.strongest_edges(second, k=5), into, 5)
        _assert_strongest(graph.strongest_edges(second, third, k=5), into, 5)
        assert graph.strongest_edges(third, second).empty


def _assert_strongest(frame: pd.DataFrame, edges: list[Edge], k: int) -> None:
    known = {edge[:2]: edge[2] for edge in edges}
    pairs = list(zip(frame["source"], frame["target"], strict=True))
    assert len(set(pairs)) == len(pairs) == min(k, len(edges))
    np.testing.assert_allclose(frame["weight"], [known[pair] for pair in pairs], 1e-5, 1e-7)
    strongest = sorted((abs(weight) for weight in known.values()), reverse=True)[:k]
    np.testing.assert_allclose(frame["weight"].abs(), strongest, rtol=1e-5, atol=1e-7)


class TestWeightDistribution:
    @pytest.mark.parametrize("bins", [1, 7, 20])
    def test_is_the_histogram_of_numpy(
        self, graph: NeuronGraph, reference: Reference, bins: int
    ) -> None:
        frame = graph.weight_distribution(bins=bins)
        assert frame["layer"].unique().tolist() == [layer.name for layer in reference.layers[1:]]
        for index, layer in enumerate(reference.layers[1:], start=1):
            # The weights as stored, for a bin's bound may be a weight; test_are_all_there
            # has shown that they are right.
            _assert_histogram(
                frame[frame["layer"] == layer.name], graph.edges(target=layer.name), bins
            )
            assert (frame[frame["layer"] == layer.name]["layer_index"] == index).all()

    def test_is_of_the_neurons_asked_for(self, pooled: NeuronGraph) -> None:
        some = NeuronFilter(layer="conv", channel=1)
        frame = pooled.weight_distribution(some, bins=5)
        assert set(frame["layer"]) == {"conv"}
        _assert_histogram(frame, pooled.edges(target=some), 5)


def _assert_histogram(frame: pd.DataFrame, edges: pd.DataFrame, bins: int) -> None:
    weights = edges["weight"].to_numpy()
    if weights.min() == weights.max():
        # Here numpy would widen the range; a bin of width 0 says the same.
        only = frame.iloc[0]
        assert len(frame) == 1
        assert (only["bin"], only["edges"], only["share"]) == (0, len(weights), 1)
        assert (only["low"], only["high"]) == (weights[0], weights[0])
        return
    counts, bounds = np.histogram(weights, bins)
    filled = np.nonzero(counts)[0]
    assert frame["bin"].tolist() == filled.tolist()
    assert frame["edges"].tolist() == counts[filled].tolist()
    np.testing.assert_allclose(frame["low"], bounds[filled], atol=1e-9)
    np.testing.assert_allclose(frame["high"], bounds[filled + 1], atol=1e-9)
    np.testing.assert_allclose(frame["share"], counts[filled] / counts.sum())


class TestStrength:
    @pytest.mark.parametrize("direction", ["in", "out"])
    @pytest.mark.parametrize("measure", ["absolute", "signed", "count"])
    def test_is_the_weighted_degree(
        self,
        graph: NeuronGraph,
        reference: Reference,
        direction: Literal["in", "out"],
        measure: Literal["absolute", "signed", "count"],
    ) -> None:
        frame = graph.strength(direction=direction, measure=measure)
        weighted = reference.weighted(measure)
        degree = weighted.in_degree if direction == "in" else weighted.out_degree
        expected = dict(degree(weight="weight"))
        assert frame["id"].tolist() == sorted(expected)
        np.testing.assert_allclose(
            frame["strength"], [expected[neuron] for neuron in frame["id"]], rtol=1e-5, atol=1e-6
        )

    def test_of_a_layer_is_part_of_that_of_all(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        layer = reference.layers[3].name
        whole = graph.strength()
        part = whole[whole["layer"] == layer].reset_index(drop=True)
        pd.testing.assert_frame_equal(graph.strength(layer), part)
