"""Passes over scaled relationships, against NetworkX and NumPy with the products as weights."""

import math
from collections.abc import Iterator
from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest

from queries import NeuronGraph
from queries.analysis import centrality, linear, passes
from queries.analysis.network import Network
from queries.analysis.operators import ABSOLUTE_TOTAL, LOG_PRODUCT
from queries.analysis.path import best_path, strongest
from queries.analysis.scaled_network import ScaledNetwork
from queries.stores import open_store
from queries.stores.models import chosen
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

Case = tuple[Network, "nx.DiGraph[int]"]


@pytest.fixture
def case(pooled: NeuronGraph, references: dict[str, Reference]) -> Iterator[Case]:
    """Give a model with values of its neurons, and the same with the products as weights."""
    graph = references["pooled"].graph.copy()
    values = np.random.default_rng(0).normal(size=(2, len(graph)))
    values[:, ::7] = 0.0
    source, target = values
    for begin, end, edge in graph.edges(data=True):
        edge["weight"] *= source[begin] * target[end]
    with open_store(pooled.location) as store:
        network = store.network(chosen(store, "pooled"), "weight")
        yield ScaledNetwork(network, source=source, target=target), graph


def test_sums_over_all_paths(case: Case) -> None:
    network, graph = case
    weights = nx.to_numpy_array(graph, nodelist=sorted(graph))
    katz = np.ones(len(graph)) @ np.linalg.inv(np.eye(len(graph)) - 0.1 * weights)
    found = centrality.katz(network, "signed", alpha=0.1, beta=1.0)
    np.testing.assert_allclose(found, katz, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(passes.in_strength(network), np.abs(weights).sum(0), rtol=1e-5)
    np.testing.assert_allclose(passes.out_strength(network), np.abs(weights).sum(1), rtol=1e-5)
    paths = np.linalg.inv(np.eye(len(graph)) - weights)
    begin, end = np.flatnonzero(network.inputs), np.flatnonzero(network.outputs)
    effective = linear.effective_weights(network, begin, end).toarray()
    np.testing.assert_allclose(effective, paths[np.ix_(begin, end)], rtol=1e-4, atol=1e-5)


def test_reach_over_strong_relationships(case: Case) -> None:
    network, graph = case
    strong = nx.DiGraph(hop for hop in graph.edges if abs(graph.edges[hop]["weight"]) > 0.3)
    begin = int(np.flatnonzero(network.inputs)[10])
    start = np.arange(network.neurons) == begin
    found = np.flatnonzero(passes.reached_forward(network, start, above=0.3))
    assert set(found) == nx.descendants(strong, begin)


def test_strongest_paths(case: Case) -> None:
    network, graph = case
    begin, end = (np.flatnonzero(side) for side in (network.inputs, network.outputs))
    onward = passes.maxima_backward(network, np.where(network.outputs, 0.0, -np.inf), LOG_PRODUCT)
    found = list(islice(strongest(begin, end, onward, network), 5))
    for path in found:
        hops = pairwise(step.neuron for step in path)
        expected = [graph.edges[hop]["weight"] for hop in hops]
        assert [step.weight for step in path[1:]] == pytest.approx(expected, rel=1e-5)
    strengths = [math.prod(abs(step.weight) for step in path) for path in found]
    assert strengths == sorted(strengths, reverse=True)
    # A product of matrices that takes the largest where the usual one adds up.
    size = np.abs(nx.to_numpy_array(graph, nodelist=sorted(graph)))
    best = network.outputs.astype(np.float64)
    for _ in network.layers:
        best = np.maximum(best, (size * best).max(axis=1))
    assert strengths[0] == pytest.approx(best[begin].max(), rel=1e-5)


def test_longest_path(case: Case) -> None:
    network, graph = case
    for _, _, edge in graph.edges(data=True):
        edge["weight"] = abs(edge["weight"])
    own = np.zeros(network.neurons)
    arriving = passes.maxima_forward(network, own, ABSOLUTE_TOTAL)
    longest = nx.dag_longest_path(graph)
    assert arriving.max() == pytest.approx(nx.path_weight(graph, longest, "weight"), rel=1e-5)
    path = best_path(network, own, arriving, ABSOLUTE_TOTAL, int(arriving.argmax()))
    assert [step.neuron for step in path] == longest
