"""The strongest paths are those that trying every path finds."""

import math
from collections.abc import Callable, Hashable
from typing import Literal

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from queries.answers.path import Distinct
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

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


def channels_of(reference: Reference, path: Path) -> tuple[tuple[str, int], ...]:
    """Return the channels that a path goes over."""
    nodes = reference.graph.nodes
    return tuple((nodes[neuron]["layer"], nodes[neuron]["channel"]) for neuron in path)


KINDS: dict[Distinct, Callable[[Reference, Path], Hashable]] = {
    "channel": channels_of,
    "target": lambda _, path: path[-1],
}
"""What the paths have in common of which the strongest alone is taken."""


def strongest_of_each(
    reference: Reference, every: dict[Path, float], distinct: Distinct
) -> dict[Hashable, float]:
    """Return the largest absolute product of the paths of each kind."""
    strongest: dict[Hashable, float] = {}
    for path, product in every.items():
        kind = KINDS[distinct](reference, path)
        strongest[kind] = max(strongest.get(kind, 0.0), abs(product))
    return strongest


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

    @pytest.mark.parametrize("case", ENDS)
    def test_the_best_of_each_kind(
        self, graph: NeuronGraph, reference: Reference, case: str
    ) -> None:
        ends = ENDS[case](reference)
        every = every_path(reference, ends)
        for distinct, kind_of in KINDS.items():
            each = strongest_of_each(reference, every, distinct)
            assert len(each) < len(every) or case == "next layers"
            ranked = sorted(each.values(), reverse=True)
            for k in sorted({1, 2, len(each), len(each) + 7}):
                frame = graph.strongest_paths(*ends, k=k, distinct=distinct)
                paths = [tuple(hops["id"]) for _, hops in frame.groupby("path")]
                kinds = [kind_of(reference, path) for path in paths]
                assert len(paths) == len(set(kinds)) == min(k, len(each))
                strengths = frame.groupby("path")["strength"].first().to_numpy()
                for expected in (
                    ranked[:k],
                    [each[kind] for kind in kinds],
                    [abs(every[path]) for path in paths],
                ):
                    np.testing.assert_allclose(strengths, expected, rtol=1e-5)

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


class TestLongestPath:
    @pytest.mark.parametrize("weights", ["absolute", "signed"])
    def test_is_as_long_as_that_of_networkx(
        self, graph: NeuronGraph, reference: Reference, weights: Literal["absolute", "signed"]
    ) -> None:
        weighted = reference.weighted(weights)
        frame = graph.longest_path(weights=weights)
        assert frame["length"].iloc[-1] == pytest.approx(
            nx.dag_longest_path_length(weighted, weight="weight"), rel=1e-5
        )
        assert_is_path(frame, reference)


class TestShortestPaths:
    @pytest.mark.parametrize("case", ENDS)
    def test_are_those_of_networkx(
        self, graph: NeuronGraph, reference: Reference, case: str
    ) -> None:
        sources, targets = ENDS[case](reference)
        frame = graph.shortest_paths(sources, targets)
        weighted = reference.weighted("absolute")
        for column, weight in {"hops": None, "length": "weight"}.items():
            expected = nx.multi_source_dijkstra_path_length(
                weighted, set(sources), weight=weight or (lambda *_: 1)
            )
            assert sorted(frame["id"]) == sorted(targets)
            for neuron, found in zip(frame["id"], frame[column], strict=True):
                assert pd.isna(found) == (neuron not in expected)
                if not pd.isna(found):
                    assert found == pytest.approx(expected[neuron], rel=1e-5)

    def test_are_none_against_the_stream(self, pooled: NeuronGraph) -> None:
        frame = pooled.shortest_paths("digits", "conv")
        assert frame["hops"].isna().all()
        assert frame["length"].isna().all()


class TestWidestPath:
    @pytest.mark.parametrize("case", ENDS)
    def test_has_the_strongest_weakest_link(
        self, graph: NeuronGraph, reference: Reference, case: str
    ) -> None:
        sources, targets = ENDS[case](reference)
        frame = graph.widest_path(sources, targets)
        assert_is_path(frame, reference)
        assert frame["id"].iloc[0] in sources
        assert frame["id"].iloc[-1] in targets
        width = frame["weakest"].iloc[0]
        assert frame["weight"].abs().min() == pytest.approx(width)
        # Over wider relationships alone no target is reached.
        wider: nx.DiGraph[int] = nx.DiGraph()
        wider.add_nodes_from(reference.graph)
        wider.add_edges_from(
            edge[:2] for edge in reference.edges() if abs(edge[2]) > width * (1 + 1e-5)
        )
        reached = {t for s in sources for t in nx.descendants(wider, s)}
        assert not reached.intersection(targets)


class TestPathCounts:
    @pytest.mark.parametrize("case", ENDS)
    def test_add_up_all_paths(self, graph: NeuronGraph, reference: Reference, case: str) -> None:
        sources, targets = ENDS[case](reference)
        counts = graph.path_counts(sources, targets).set_index("id").loc[targets]
        norm = graph.path_norm(sources, targets).iloc[0]
        measures = {"paths": "count", "absolute": "absolute", "signed": "signed"}
        for column, measure in measures.items():
            sums = reference.path_sums(measure)
            over_edges = (sums - np.eye(len(sums)))[np.ix_(sources, targets)].sum(axis=0)
            scale = np.abs(over_edges).max()
            np.testing.assert_allclose(counts[column], over_edges, rtol=1e-4, atol=1e-5 * scale)
            assert norm[column] == pytest.approx(over_edges.sum(), rel=1e-4, abs=1e-5 * scale)


def assert_is_path(frame: pd.DataFrame, reference: Reference) -> None:
    """Check that each hop follows a relationship, of that weight."""
    ids = frame["id"].tolist()
    assert frame["hop"].tolist() == list(range(len(ids)))
    assert math.isnan(frame["weight"].iloc[0])
    weights = [reference.graph.edges[pair]["weight"] for pair in nx.utils.pairwise(ids)]
    np.testing.assert_allclose(frame["weight"].iloc[1:], weights, rtol=1e-5)
