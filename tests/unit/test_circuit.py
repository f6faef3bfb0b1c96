"""Influence and pruning, by the small graph of circuit-tracer's tests and by NetworkX."""

import itertools
import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from queries.analysis.circuit import flow as flows
from queries.analysis.circuit.flow import Flow, Through, flow
from queries.analysis.circuit.influence import (
    edge_influence,
    node_influence,
    shares,
    threshold,
    with_leaves,
)
from queries.analysis.circuit.pruning import Kept, by_influence, by_share
from queries.analysis.operators import Columns, EdgeColumns, NodeOf, Scores
from queries.core.layer import Layer
from queries.errors import ParameterError

# The graph of test_small_graph in circuit-tracer's tests/test_graph.py: a row a target.
FED = {11: (1, 3, 6, 8), 3: (0, 1, 6), 1: (9, 10), 0: (9,)}
INFLUENCE = np.array([1, 4, 0, 3, 0, 0, 4, 0, 3, 3, 2, 0]) / 12


def small() -> tuple[csr_array, np.ndarray]:
    """Return the graph and its answer."""
    matrix = np.zeros((12, 12))
    for target, sources in FED.items():
        matrix[target, list(sources)] = 10
    return csr_array(matrix), np.eye(12)[11]


def random_graph(seed: int, nodes: int = 14) -> csr_array:
    """Return contributions of either sign, from nodes to those of higher numbers."""
    drawn = np.random.default_rng(seed)
    matrix = np.tril(drawn.normal(size=(nodes, nodes)), -1)
    return csr_array(matrix * (drawn.random((nodes, nodes)) < 0.5))


def by_paths(matrix: csr_array, answer: int) -> np.ndarray:
    """Return the influence of each node on an answer by adding up all paths between them."""
    weights = abs(matrix.toarray())
    rows = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, rows, out=np.zeros_like(weights), where=rows > 0)
    graph: nx.DiGraph[int] = nx.DiGraph(weights.T)

    def weight(path: list[int]) -> float:
        return math.prod(float(graph.edges[edge]["weight"]) for edge in itertools.pairwise(path))

    influence = np.zeros(len(graph))
    for node in graph:
        if node != answer:
            influence[node] = sum(map(weight, nx.all_simple_paths(graph, node, answer)))
    return influence


def test_influence_is_that_of_circuit_tracer() -> None:
    graph, answer = small()
    np.testing.assert_allclose(node_influence(shares(graph), answer), INFLUENCE)


def test_influence_of_relationships_is_that_of_circuit_tracer() -> None:
    graph, answer = small()
    pruned = graph.tolil()
    pruned[0, 9] = pruned[3, 0] = 0
    expected = np.zeros((12, 12))
    expected[11, [1, 3, 6, 8]], expected[3, [1, 6]], expected[1, [9, 10]] = 1 / 4, 1 / 8, 3 / 16
    score = edge_influence(shares(csr_array(pruned)), answer)
    np.testing.assert_allclose(score.toarray(), expected)


@pytest.mark.parametrize("seed", range(4))
def test_influence_adds_up_all_paths(seed: int) -> None:
    graph = random_graph(seed)
    answer = np.eye(graph.shape[0])[-1]
    np.testing.assert_allclose(
        node_influence(shares(graph), answer), by_paths(graph, graph.shape[0] - 1), atol=1e-15
    )


@pytest.mark.parametrize("seed", range(4))
def test_influence_of_all_leaves_is_one(seed: int) -> None:
    graph = random_graph(seed)
    nodes = graph.shape[0]
    own = np.random.default_rng(seed).normal(size=nodes)
    answer = np.eye(2 * nodes)[nodes - 1]
    influence = node_influence(shares(with_leaves(graph, own)), answer)
    assert influence[nodes:].sum() == pytest.approx(1, abs=1e-12)


def test_influence_is_the_same_at_every_scale() -> None:
    graph = random_graph(2)
    answer = np.eye(graph.shape[0])[-1]
    expected = node_influence(shares(graph), answer)
    tiny = node_influence(shares(csr_array(graph * 1e-12)), answer)
    assert expected.any()
    np.testing.assert_allclose(tiny, expected, rtol=1e-12)


class Blocks:
    """What flows over relationships, one at a time; counts those that are taken."""

    def __init__(self, count: int) -> None:
        self.count, self.taken = count, 0

    def contribution_a_share(self, _: Layer) -> Scores:
        return np.ones(4)

    def edge_blocks(self, _: Layer) -> Iterator[EdgeColumns]:
        for _each in range(self.count):
            self.taken += 1
            yield np.array([0, 1]), np.array([2, 3]), np.array([1.0, 2.0])

    def node_blocks(self, layer: Layer, node: NodeOf) -> Iterator[Columns]:
        for source, target, share in self.edge_blocks(layer):
            yield node[source], node[target], share, share


def flow_of(blocks: Blocks, node: list[int], *, apart: bool) -> Flow:
    layers = [SimpleNamespace(edges=1)]
    network: Any = SimpleNamespace(layers=layers, neurons_of=lambda _: slice(0, 4))
    through = Through(*np.zeros((2, max(node) + 1)))
    return flow(blocks, through, network, np.array(node), apart=apart)


def test_what_flows_between_nodes_is_summed_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows, "MOST_EDGES", 5)
    monkeypatch.setattr(flows, "_MERGED", 3)
    held = 0
    joined = flows._joined

    def most_held(parts: Any) -> Any:
        nonlocal held
        held = max(held, sum(len(source) for source, *_ in parts))
        return joined(parts)

    monkeypatch.setattr(flows, "_joined", most_held)
    edges = flow_of(Blocks(100), [0, 0, 1, 1], apart=False).edges
    assert edges.toarray().tolist() == [[0, 0], [300, 0]]
    assert held < 10


def test_too_many_relationships_are_refused_before_they_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flows, "MOST_EDGES", 5)
    blocks = Blocks(100)
    with pytest.raises(ParameterError, match="take the level channel or layer"):
        flow_of(blocks, [0, 1, 2, 3], apart=True)
    assert blocks.taken == 3
    monkeypatch.setattr(flows, "MOST_EDGES", 1)
    with pytest.raises(ParameterError, match="take the level layer"):
        flow_of(blocks, [0, 1, 2, 3], apart=False)


def test_what_nothing_feeds_has_no_influence_on_itself() -> None:
    assert not node_influence(shares(csr_array((3, 3))), np.array([0.0, 0.0, 1.0])).any()


@pytest.mark.parametrize(
    ("scores", "share", "least"),
    [
        ([5, 3, 2], 0.5, 5),
        ([5, 3, 2], 0.51, 3),
        ([2, 5, 3], 1.0, 2),
        ([1, 1, 1], 0.1, 1),
        ([0, 0], 0.5, 0),
        ([], 0.5, 0),
    ],
)
def test_threshold_is_the_last_score_that_is_needed(
    scores: list[float], share: float, least: float
) -> None:
    assert threshold(np.array(scores, dtype=float), share) == least


def kept_of(graph: csr_array, answer: np.ndarray, nodes: float, edges: float) -> Kept:
    fed = np.diff(graph.indptr) > 0
    return by_influence(graph, answer, inputs=~fed, fed=fed, nodes=nodes, edges=edges)


def test_a_small_graph_is_pruned_as_circuit_tracer_prunes_it() -> None:
    graph, answer = small()
    kept = kept_of(graph, answer, 0.8, 0.98)
    # Node 0 goes for its influence of 1 / 12, and both of its relationships with it.
    assert np.flatnonzero(kept.nodes).tolist() == [1, 3, 6, 8, 9, 10, 11]
    targets = np.repeat(np.arange(12), np.diff(graph.indptr))
    left_out = {(0, 9), (3, 0)}
    assert {
        (int(target), int(source))
        for target, source in zip(targets[~kept.edges], graph.indices[~kept.edges], strict=True)
    } == left_out


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_has_no_loose_ends(seed: int) -> None:
    graph = random_graph(seed)
    answer = np.eye(graph.shape[0])[-1]
    kept = kept_of(graph, answer, 0.6, 0.8)
    targets = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    left: nx.DiGraph[int] = nx.DiGraph()
    left.add_nodes_from(np.flatnonzero(kept.nodes).tolist())
    left.add_edges_from(
        zip(graph.indices[kept.edges].tolist(), targets[kept.edges].tolist(), strict=True)
    )
    last = graph.shape[0] - 1
    assert set(left) == {*nx.ancestors(left, last), last}
    fed = set(np.flatnonzero(np.diff(graph.indptr)).tolist())
    assert not {node for node in fed.intersection(left) if not left.pred[node]}


def test_all_is_kept_that_has_influence_where_all_is_wanted() -> None:
    graph, answer = small()
    kept = kept_of(graph, answer, 1.0, 1.0)
    assert kept.edges.all()
    assert np.array_equal(kept.nodes, (INFLUENCE > 0) | (answer > 0))


def test_by_share_keeps_the_fewest_of_each_group() -> None:
    absolute = np.array([6, 3, 1, 0, 0.5, 0.5])
    group = np.array([1, 1, 1, 1, 2, 2])
    assert by_share(absolute, group, 0.9).tolist() == [True, True, False, False, True, True]
    assert by_share(absolute, group, 0.6).tolist() == [True, False, False, False, True, True]
    assert not by_share(np.zeros(2), np.zeros(2, dtype=int), 1.0).any()
