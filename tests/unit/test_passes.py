"""Passes through random models."""

from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import TOTAL, WeightKind
from queries.analysis.path import best_path
from tests.unit.networks import Edges, layer, random_network, readers, scaled_network, weights_of

Floats = NDArray[np.float64]
Case = tuple[Network, "nx.MultiDiGraph[int]"]


@pytest.fixture(params=[*range(25), *(f"scaled {seed}" for seed in range(25, 40))])
def case(request: pytest.FixtureRequest) -> Case:
    if isinstance(request.param, int):
        return random_network(request.param)
    return scaled_network(int(request.param.removeprefix("scaled ")))


def path_sums(graph: "nx.MultiDiGraph[int]", measure: Callable[[float], float]) -> Floats:
    """Return the sum over all paths of the product of the weights, by source and target."""
    size = len(graph)
    adjacency = np.zeros((size, size))
    for source, target, edge in graph.edges(data=True):
        adjacency[source, target] += measure(edge["weight"])
    return np.asarray(np.linalg.inv(np.eye(size) - adjacency)) - np.eye(size)


def absolute(graph: "nx.MultiDiGraph[int]") -> "nx.MultiDiGraph[int]":
    changed: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    changed.add_nodes_from(graph)
    changed.add_weighted_edges_from(
        (source, target, abs(edge["weight"])) for source, target, edge in graph.edges(data=True)
    )
    return changed


@pytest.mark.parametrize(
    ("weights", "measure"), [("absolute", abs), ("signed", float), ("count", lambda _: 1.0)]
)
def test_sums_are_over_all_paths(
    case: Case, weights: WeightKind, measure: Callable[[float], float]
) -> None:
    network, graph = case
    sums = path_sums(graph, measure)
    own = np.random.default_rng(0).normal(size=len(graph))
    forward = passes.sums_forward(network, own, weights=weights)
    backward = passes.sums_backward(network, own, weights=weights)
    np.testing.assert_allclose(forward, own @ sums, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(backward, sums @ own, rtol=1e-9, atol=1e-9)


def test_pagerank(case: Case) -> None:
    network, graph = case
    own = np.ones(len(graph))
    scores = own + passes.shares_forward(network, own, 0.85)
    expected = nx.pagerank(absolute(graph), tol=1e-14, max_iter=1000)
    np.testing.assert_allclose(
        scores / scores.sum(), [expected[neuron] for neuron in range(len(graph))], rtol=1e-9
    )


@pytest.mark.parametrize("above", [-1.0, 0.0, 0.7])
def test_reach(case: Case, above: float) -> None:
    network, graph = case
    strong: nx.DiGraph[int] = nx.DiGraph()
    strong.add_nodes_from(graph)
    strong.add_edges_from((s, t) for s, t, weight in weights_of(graph) if abs(weight) > above)
    of = np.zeros(len(graph), dtype=bool)
    of[[len(graph) // 3, len(graph) // 2]] = True
    for found, joined in (
        (passes.reach_forward(network, of, above=above), nx.descendants),
        (passes.reach_backward(network, of, above=above), nx.ancestors),
    ):
        expected = {n for neuron in np.flatnonzero(of) for n in joined(strong, int(neuron))}
        assert set(np.flatnonzero(found).tolist()) == expected


def test_maxima_are_the_longest_paths(case: Case) -> None:
    network, graph = case
    own = np.zeros(len(graph))
    arriving = passes.maxima_forward(network, own, TOTAL)
    longest = float(np.maximum(own, arriving).max())
    assert longest == pytest.approx(nx.dag_longest_path_length(graph), abs=1e-12)
    if longest > 0:
        end = int(arriving.argmax())
        steps = best_path(network, own, arriving, TOTAL, end)
        assert sum(step.weight for step in steps[1:]) == pytest.approx(longest)
        for before, after in pairwise(steps):
            weights = [edge["weight"] for edge in graph[before.neuron][after.neuron].values()]
            assert after.weight in weights


def test_maxima_backward_are_those_of_the_reversed_graph(case: Case) -> None:
    network, graph = case
    sinks = np.array([-np.inf if graph.out_degree(n) else 0.0 for n in range(len(graph))])
    arriving = passes.maxima_backward(network, sinks, TOTAL)
    for neuron in range(len(graph)):
        ways = [
            sum(max(e["weight"] for e in graph[a][b].values()) for a, b in pairwise(path))
            for sink in np.flatnonzero(sinks == 0)
            for path in nx.all_simple_paths(nx.DiGraph(graph), neuron, int(sink))
            if len(path) > 1
        ]
        assert arriving[neuron] == pytest.approx(max(ways, default=-np.inf), abs=1e-12)


def test_path_masses_of_a_deep_model_stay_in_range() -> None:
    """The weight of all paths is about 1e600."""
    spans = [range(2 * index, 2 * index + 2) for index in range(11)]
    edges: Edges = [
        (source, target, 1e60 * (source + 1))
        for before, span in pairwise(spans)
        for target in span
        for source in before
    ]
    layers = [
        layer(index, span, 4 if index else 0, (index - 1,)) for index, span in enumerate(spans)
    ]
    network = Network(layers, *readers(edges, np.random.default_rng(0)))
    end = np.repeat([False, True], [20, 2])
    forward, backward = passes.log_path_masses(network, end[::-1], end)
    through = (forward + backward).reshape(-1, 2)
    # All paths cross each layer, by its second neuron (n + 2) / (n + 1) times as many.
    assert np.logaddexp.reduce(through, axis=1) == pytest.approx(through[0, 0] + np.log(3))
    first = 2 * np.arange(10)
    np.testing.assert_allclose(np.exp(through[:10, 1] - through[:10, 0]), (first + 2) / (first + 1))
