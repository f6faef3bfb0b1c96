"""Passes over scaled relationships, against NetworkX and NumPy with the products as weights."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest

from queries import NeuronGraph
from queries.analysis import centrality, linear, passes
from queries.analysis.operators import ABSOLUTE_TOTAL, LOG_PRODUCT, Scores
from queries.analysis.path import best_path, strongest
from queries.analysis.scaled_network import ScaledNetwork
from queries.stores import open_store
from queries.stores.models import find_model
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed


@pytest.fixture(scope="module")
def values(references: dict[str, Reference]) -> Scores:
    """Give a value of each neuron as a source, and one as a target; some are 0."""
    values = np.random.default_rng(0).normal(size=(2, len(references["pooled"].graph)))
    values[:, ::7] = 0.0
    return values


@pytest.fixture
def products(references: dict[str, Reference], values: Scores) -> "nx.DiGraph[int]":
    """Give the graph of a model with the products of values and weights as weights."""
    graph = references["pooled"].graph.copy()
    for begin, end, edge in graph.edges(data=True):
        edge["weight"] *= values[0, begin] * values[1, end]
    return graph


@contextmanager
def scaled(opened: NeuronGraph, values: Scores) -> Iterator[ScaledNetwork]:
    """Give the relationships of the model in a store, scaled."""
    with open_store(opened.location) as store:
        network = store.network(find_model(store, "pooled"), "weight")
        yield ScaledNetwork(network, source=values[0], target=values[1])


def test_sums_over_all_paths(
    pooled: NeuronGraph, values: Scores, products: "nx.DiGraph[int]"
) -> None:
    with scaled(pooled, values) as network:
        weights = nx.to_numpy_array(products, nodelist=sorted(products))
        katz = np.ones(len(products)) @ np.linalg.inv(np.eye(len(products)) - 0.1 * weights)
        found = centrality.katz(network, "signed", alpha=0.1, beta=1.0)
        np.testing.assert_allclose(found, katz, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(passes.in_strength(network), np.abs(weights).sum(0), rtol=1e-5)
        np.testing.assert_allclose(passes.out_strength(network), np.abs(weights).sum(1), rtol=1e-5)
        paths = np.linalg.inv(np.eye(len(products)) - weights)
        begin, end = np.flatnonzero(network.inputs), np.flatnonzero(network.outputs)
        effective = linear.effective_weights(network, begin, end).toarray()
        np.testing.assert_allclose(effective, paths[np.ix_(begin, end)], rtol=1e-4, atol=1e-5)


def test_reach_over_strong_relationships(
    pooled: NeuronGraph, values: Scores, products: "nx.DiGraph[int]"
) -> None:
    with scaled(pooled, values) as network:
        strong = nx.DiGraph(
            hop for hop in products.edges if abs(products.edges[hop]["weight"]) > 0.3
        )
        begin = int(np.flatnonzero(network.inputs)[10])
        start = np.arange(network.neurons) == begin
        found = np.flatnonzero(passes.reach_forward(network, start, above=0.3))
        assert set(found) == nx.descendants(strong, begin)


def test_strongest_paths(pooled: NeuronGraph, values: Scores, products: "nx.DiGraph[int]") -> None:
    with scaled(pooled, values) as network:
        begin, end = (np.flatnonzero(side) for side in (network.inputs, network.outputs))
        onward = passes.maxima_backward(
            network, np.where(network.outputs, 0.0, -np.inf), LOG_PRODUCT
        )
        found = list(islice(strongest(begin, end, onward, network), 5))
        for path in found:
            hops = pairwise(step.neuron for step in path)
            expected = [products.edges[hop]["weight"] for hop in hops]
            assert [step.weight for step in path[1:]] == pytest.approx(expected, rel=1e-5)
        strengths = [math.prod(abs(step.weight) for step in path) for path in found]
        assert strengths == sorted(strengths, reverse=True)
        # A product of matrices that takes the largest where the usual one adds up.
        size = np.abs(nx.to_numpy_array(products, nodelist=sorted(products)))
        best = network.outputs.astype(np.float64)
        for _ in network.layers:
            best = np.maximum(best, (size * best).max(axis=1))
        assert strengths[0] == pytest.approx(best[begin].max(), rel=1e-5)


def test_longest_path(pooled: NeuronGraph, values: Scores, products: "nx.DiGraph[int]") -> None:
    with scaled(pooled, values) as network:
        for _, _, edge in products.edges(data=True):
            edge["weight"] = abs(edge["weight"])
        own = np.zeros(network.neurons)
        arriving = passes.maxima_forward(network, own, ABSOLUTE_TOTAL)
        longest = nx.dag_longest_path(products)
        assert arriving.max() == pytest.approx(
            nx.path_weight(products, longest, "weight"), rel=1e-5
        )
        path = best_path(network, own, arriving, ABSOLUTE_TOTAL, int(arriving.argmax()))
        assert [step.neuron for step in path] == longest
