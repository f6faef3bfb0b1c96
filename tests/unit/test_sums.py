"""Sums of weights that may be NaN or infinite, against sums of Python's floats."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import Scores, WeightKind
from queries.analysis.scaled_network import ScaledNetwork
from tests.unit.networks import layer, readers

SPECIAL = [np.nan, np.inf, -np.inf, 0.0]
KINDS: list[WeightKind] = ["absolute", "signed", "count"]
COUNTED: dict[WeightKind, Callable[[float], float]] = {
    "absolute": abs,
    "signed": float,
    "count": lambda _: 1.0,
}

SCALED_FROM = 6
"""Models of this seed and more are scaled."""

Edge = tuple[int, int, float]


def case(seed: int) -> tuple[Network, list[Edge]]:
    """Return a random model of which every fourth weight or so is special, and its edges."""
    random = np.random.default_rng(seed)
    spans = [range(4 * index, 4 * index + 4) for index in range(4)]
    edges: list[list[Edge]] = [
        [
            (source, target, float(random.choice([*SPECIAL, *random.normal(size=12)])))
            for source in range(span.start)
            for target in span
            if random.random() < 0.5
        ]
        for span in spans
    ]
    layers = [
        layer(index, span, len(edges[index]), tuple(range(index)))
        for index, span in enumerate(spans)
    ]
    every = [edge for own in edges for edge in own]
    network = Network(layers, *readers(every, random))
    if seed < SCALED_FROM:
        return network, every
    source, target = random.normal(size=(2, network.neurons))
    products = [
        (begin, end, float(source[begin] * weight * target[end])) for begin, end, weight in every
    ]
    return ScaledNetwork(network, source=source, target=target), products


def naive(edges: list[Edge], own: Scores, kind: WeightKind) -> list[float]:
    """Return what arrives at each neuron over the edges from those that something arrives at.

    It goes from one neuron to the next, with floats of Python.
    """
    graph: Any = nx.DiGraph()
    graph.add_nodes_from(range(len(own)))
    graph.add_weighted_edges_from(edges)
    arriving = dict.fromkeys(graph, 0.0)
    alive = {node for node in graph if own[node] != 0}
    for node in nx.topological_sort(graph):
        if node not in alive:
            continue
        for _, target, weight in graph.out_edges(node, data="weight"):
            arriving[target] += COUNTED[kind](weight) * (float(own[node]) + arriving[node])
            alive.add(target)
    return [arriving[node] for node in sorted(graph)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(9))
def test_sums_over_paths(seed: int, kind: WeightKind) -> None:
    network, edges = case(seed)
    own = np.zeros(network.neurons)
    own[[0, 2, 5]] = [1.0, -0.5, 2.0]
    found = passes.sums_forward(network, own, weights=kind)
    expected = naive(edges, own, kind)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert kind == "count" or 0 < np.isnan(expected).sum() < network.neurons
    last = network.neurons - 1
    turned = [(last - target, last - source, weight) for source, target, weight in edges]
    back = passes.sums_backward(network, own[::-1].copy(), weights=kind)
    np.testing.assert_allclose(back[::-1], naive(turned, own, kind), rtol=1e-9)
    both = passes.sums_forward(network, np.stack([own, np.ones_like(own)], axis=-1), weights=kind)
    np.testing.assert_allclose(both[:, 0], expected, rtol=1e-9)
    one = passes.sums_forward(network, np.ones_like(own), weights=kind)
    np.testing.assert_allclose(both[:, 1], one, rtol=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_strengths(kind: WeightKind) -> None:
    network, edges = case(7)
    into, out = passes.in_strength(network, kind), passes.out_strength(network, kind)
    for node in range(network.neurons):
        for found, end in ((into, 1), (out, 0)):
            expected = sum((COUNTED[kind](edge[2]) for edge in edges if edge[end] == node), 0.0)
            np.testing.assert_allclose(found[node], expected, rtol=1e-9)
