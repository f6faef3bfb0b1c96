"""Equally strong paths come in the order of their neurons."""

from itertools import islice, pairwise
from math import prod

import networkx as nx
import numpy as np
import pytest

from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import LOG_PRODUCT
from queries.analysis.path import strongest
from tests.unit.networks import Edges, layer, readers

SPANS = [range(3), range(3, 7), range(7, 10), range(10, 13)]


@pytest.mark.parametrize("seed", range(8))
def test_come_in_the_order_of_their_neurons(seed: int) -> None:
    random = np.random.default_rng(seed)
    edges: Edges = [
        (source, target, float(random.choice([0.0, 1.0, -1.0, 2.0])))
        for before, after in ((0, 1), (1, 2), (0, 2), (2, 3), (1, 3))
        for source in SPANS[before]
        for target in SPANS[after]
    ]
    layers = [
        layer(index, span, sum(edge[1] in span for edge in edges), tuple(range(index)))
        for index, span in enumerate(SPANS)
    ]
    network = Network(layers, *readers(edges, random))
    source, target = np.arange(6), np.arange(4, 13)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_weighted_edges_from(edge for edge in edges if edge[2] != 0)
    every = [
        (-prod(abs(graph.edges[pair]["weight"]) for pair in pairwise(path)), path)
        for begin in source.tolist()
        for path in nx.all_simple_paths(graph, begin, set(target.tolist()))
        if len(path) > 1
    ]
    assert len({strength for strength, _ in every}) < len(every) / 3
    own = np.full(network.neurons, -np.inf)
    own[target] = 0.0
    onward = passes.maxima_backward(network, own, LOG_PRODUCT)
    best = [path for _, path in sorted(every)]
    for k in (1, 10, len(every)):
        search = islice(strongest(source, target, onward, network), k)
        assert [[s.neuron for s in path] for path in search] == best[:k]
