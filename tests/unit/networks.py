"""Random models with branches, doubled and missing relationships."""

from collections.abc import Sequence
from itertools import pairwise

import networkx as nx
import numpy as np

from queries.analysis.network import Network, ReadEdges, ReadOutgoing
from queries.analysis.operators import EdgeColumns
from queries.analysis.scaled_network import ScaledNetwork
from queries.core.layer import Layer

Edges = list[tuple[int, int, float]]
FIRST = 7
"""A part of a model need not begin at neuron 0."""


def random_network(seed: int) -> tuple[Network, "nx.MultiDiGraph[int]"]:
    """Return a model of layers that feed any later ones, and the same as a graph of NetworkX."""
    random = np.random.default_rng(seed)
    bounds = np.concatenate([[0], np.cumsum(random.integers(1, 7, size=random.integers(3, 8)))])
    spans = [range(low, high) for low, high in pairwise(bounds.tolist())]
    edges: Edges = []
    layers = []
    for index, span in enumerate(spans):
        feeding = [i for i in range(index) if random.random() < 0.6]
        into: Edges = [
            (source, target, float(random.choice([0.0, *random.normal(size=9)])))
            for target in span
            for i in feeding
            for source in spans[i]
            for _ in range(random.integers(0, 3))
        ]
        layers.append(layer(index, span, len(into), tuple(feeding)))
        edges += into
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(bounds[-1]))
    graph.add_weighted_edges_from(edges)
    return Network(layers, *readers(edges, random)), graph


def scaled_network(seed: int) -> tuple[Network, "nx.MultiDiGraph[int]"]:
    """Return a random model with scaled relationships, and NetworkX's graph of their products."""
    network, graph = random_network(seed)
    random = np.random.default_rng(seed)
    source, target = random.choice([0.0, *random.normal(size=5)], size=(2, network.neurons))
    for begin, end, edge in graph.edges(data=True):
        edge["weight"] = source[begin] * edge["weight"] * target[end]
    return ScaledNetwork(network, source=source, target=target), graph


def layer(index: int, span: range, edges: int, inputs: tuple[int, ...]) -> Layer:
    """Return a layer of some neurons."""
    return Layer(
        index=index, name=f"l{index}", class_name="Dense", shape=(len(span),), activation=None,
        activation_config={}, reduce="sum", first=span.start + FIRST, last=span.stop - 1 + FIRST,
        edges=edges, inputs=inputs if edges else (),
    )  # fmt: skip


def readers(edges: Edges, random: np.random.Generator) -> tuple[ReadEdges, ReadOutgoing]:
    """Return what reads edges, in any order."""

    def columns(chosen: Edges) -> EdgeColumns:
        table = np.array(chosen, dtype=np.float64).reshape(-1, 3)
        source, target, weight = table[random.permutation(len(table))].T
        return source.astype(np.int64) + FIRST, target.astype(np.int64) + FIRST, weight

    def read(_: Layer, first: int, last: int) -> EdgeColumns:
        return columns([edge for edge in edges if first <= edge[1] + FIRST <= last])

    def read_outgoing(neurons: Sequence[int]) -> EdgeColumns:
        return columns([edge for edge in edges if edge[0] + FIRST in neurons])

    return read, read_outgoing


def weights_of(graph: "nx.MultiDiGraph[int]") -> Edges:
    """Return source, target and weight of every relationship."""
    return [(source, target, edge["weight"]) for source, target, edge in graph.edges(data=True)]
