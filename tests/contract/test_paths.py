"""The strongest paths are those that trying every path finds."""

import math
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from tests.contract.reference import Reference

Path = tuple[int, ...]
Ends = tuple[list[int], list[int]]


def _layers(begin: int, end: int) -> Callable[[Reference], Ends]:
    def ends(reference: Reference) -> Ends:
        return (
            reference.ids(reference.layers[begin].name),
            reference.ids(reference.layers[end].name),
        )

    return ends


def _one_neuron_each(reference: Reference) -> Ends:
    begin, end = _layers(1, -1)(reference)
    return [begin[len(begin) // 2]], [end[1]]


def _sources_on_other_paths(reference: Reference) -> Ends:
    names = [layer.name for layer in reference.layers]
    return reference.ids(*names[1:4])[::2], reference.ids(names[-1])


def _targets_on_other_paths(reference: Reference) -> Ends:
    names = [layer.name for layer in reference.layers]
    return reference.ids(names[1])[::3], reference.ids(*names[2:5])[::2]


def _neurons_that_are_both(reference: Reference) -> Ends:
    names = [layer.name for layer in reference.layers]
    middle = reference.ids(*names[2:6])
    return middle, middle


ENDS: dict[str, Callable[[Reference], Ends]] = {
    "next layers": _layers(1, 2),
    "inner layers": _layers(2, 5),
    "one neuron each": _one_neuron_each,
    "sources on other paths": _sources_on_other_paths,
    "targets on other paths": _targets_on_other_paths,
    "both": _neurons_that_are_both,
}


def every_path(reference: Reference, ends: Ends) -> dict[Path, float]:
    """Return the product of the weights of every path over no weight 0."""
    sources, targets = ends
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(reference.graph)
    graph.add_weighted_edges_from(edge for edge in reference.edges() if edge[2] != 0)
    # Where the source is a target, NetworkX counts it alone as a path.
    return {
        tuple(path): math.prod(graph.edges[pair]["weight"] for pair in nx.utils.pairwise(path))
        for source in sources
        for path in nx.all_simple_paths(graph, source, set(targets))
        if len(path) > 1
    }


def assert_strongest(frame: pd.DataFrame, every: dict[Path, float], k: int) -> None:
    """Compare a frame with all paths; which of equally strong ones come first is open."""
    found = [
        (tuple(hops["id"]), hops["strength"].iloc[0], hops["sign"].iloc[0])
        for _, hops in frame.groupby("path")
    ]
    assert frame["path"].drop_duplicates().tolist() == list(range(1, len(found) + 1))
    assert len(found) == len({path for path, *_ in found}) == min(k, len(every))
    products = np.array([every[path] for path, *_ in found])
    strengths = np.array([strength for _, strength, _ in found])
    np.testing.assert_allclose(strengths, np.abs(products), rtol=1e-5)
    assert [sign for *_, sign in found] == np.sign(products).tolist()
    strongest = sorted((abs(product) for product in every.values()), reverse=True)[:k]
    np.testing.assert_allclose(strengths, strongest, rtol=1e-5)
    assert (np.diff(strengths) <= 1e-12 * strengths[:-1]).all()


class TestStrongestPaths:
    @pytest.mark.parametrize("case", ENDS)
    def test_are_those_that_trying_every_path_finds(
        self, graph: NeuronGraph, reference: Reference, case: str
    ) -> None:
        ends = ENDS[case](reference)
        every = every_path(reference, ends)
        assert len(every) > 1
        for k in sorted({1, 2, 9, len(every) // 2, len(every), len(every) + 7}):
            assert_strongest(graph.strongest_paths(*ends, k=k), every, k)

    def test_are_found_through_the_whole_model(
        self, graph: NeuronGraph, reference: Reference
    ) -> None:
        begin, end = reference.layers[0].name, reference.layers[-1].name
        every = every_path(reference, (reference.ids(begin), reference.ids(end)))
        assert_strongest(graph.strongest_paths(begin, end, k=100), every, 100)

    def test_say_every_hop(self, graph: NeuronGraph, reference: Reference) -> None:
        frame = graph.strongest_paths(reference.layers[1].name, reference.layers[-1].name, k=25)
        nodes = reference.graph.nodes
        assert frame["name"].tolist() == [nodes[neuron]["name"] for neuron in frame["id"]]
        assert frame["layer"].tolist() == [nodes[neuron]["layer"] for neuron in frame["id"]]
        for _, hops in frame.groupby("path"):
            ids = hops["id"].tolist()
            assert hops["hop"].tolist() == list(range(len(ids)))
            assert math.isnan(hops["weight"].iloc[0])
            weights = [reference.graph.edges[pair]["weight"] for pair in nx.utils.pairwise(ids)]
            np.testing.assert_allclose(hops["weight"].iloc[1:], weights, rtol=1e-5)
            assert hops["strength"].nunique() == hops["sign"].nunique() == 1
            assert hops["strength"].iloc[0] == pytest.approx(abs(math.prod(weights)), rel=1e-5)

    def test_may_be_named_in_every_way(self, pooled: NeuronGraph) -> None:
        expected = pooled.strongest_paths("conv", "digits", k=5)
        ways = (
            (NeuronFilter(layer="conv"), NeuronFilter(layer="digits")),
            (pooled.neurons("conv"), pooled.neurons("digits")),
            (pooled.neurons("conv")["id"], pooled.neurons("digits")["id"].to_numpy()),
        )
        for source, target in ways:
            pd.testing.assert_frame_equal(pooled.strongest_paths(source, target, k=5), expected)

    def test_are_none_against_the_stream(self, pooled: NeuronGraph) -> None:
        assert pooled.strongest_paths("digits", "conv").empty
        assert pooled.strongest_paths("conv", "conv").empty
