"""Queries on the CIFAR-10 model, against NetworkX on the same graph, already built.

Nothing here is asserted: the figures are printed. The first call is that of a graph just opened,
so that it reads the relationships; the second finds them in memory.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from exporter import LoadReport, load
from queries import NeuronGraph
from tests.bench.notebook import networkx_graph
from tests.bench.timing import seconds_of
from tests.opening import open_model
from tests.servers import Neo4jServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3600)]

OUTPUT = "dense_1[3]"

STORED: dict[str, Callable[[NeuronGraph], Any]] = {
    "layers": lambda graph: graph.layers(),
    "summary": lambda graph: graph.summary(),
    "neurons of a layer": lambda graph: graph.neurons("conv_1"),
    "neighbours of a neuron": lambda graph: graph.neighbours(OUTPUT),
    "edges of a layer": lambda graph: graph.edges(target="conv_1"),
    "edges, all": lambda graph: graph.edges(),
    "strongest_edges of a layer": lambda graph: graph.strongest_edges(target="conv_1"),
    "weight_distribution of a layer": lambda graph: graph.weight_distribution("conv_1"),
    "strength of a layer": lambda graph: graph.strength("conv_1"),
}
"""Answered by the store; conv_1 is the largest layer."""

COMPUTED: dict[str, Callable[[NeuronGraph], Any]] = {
    "strength": lambda graph: graph.strength(),
    "degree": lambda graph: graph.degree(),
    "katz": lambda graph: graph.katz(),
    "pagerank": lambda graph: graph.pagerank(),
    "eigenvector_centrality": lambda graph: graph.eigenvector_centrality(),
    "path_centrality": lambda graph: graph.path_centrality(),
    "top_neurons": lambda graph: graph.top_neurons(),
    "longest_path": lambda graph: graph.longest_path(),
    "shortest_paths": lambda graph: graph.shortest_paths("input", OUTPUT),
    "strongest_paths, k=1": lambda graph: graph.strongest_paths("input", "dense_1", k=1),
    "strongest_paths, k=10": lambda graph: graph.strongest_paths("input", "dense_1", k=10),
    "strongest_paths, k=10,000": lambda graph: graph.strongest_paths("input", "dense_1", k=10_000),
    "widest_path": lambda graph: graph.widest_path("input", "dense_1"),
    "path_norm": lambda graph: graph.path_norm("input", "dense_1"),
    "path_counts": lambda graph: graph.path_counts("input", "dense_1"),
    "receptive_field": lambda graph: graph.receptive_field(OUTPUT),
    "projective_field": lambda graph: graph.projective_field("input[0]"),
    "dead_neurons": lambda graph: graph.dead_neurons(),
    "channel_importance": lambda graph: graph.channel_importance(),
    "layer_statistics": lambda graph: graph.layer_statistics(),
    "to_scipy, whole model": lambda graph: graph.to_scipy(),
}
"""Answered over the relationships, which are read once."""

NETWORKX: dict[str, Callable[[Any, int], Any]] = {
    "strength": lambda graph, _: (
        dict(graph.in_degree(weight="size")),
        dict(graph.out_degree(weight="size")),
    ),
    "degree": lambda graph, _: (dict(graph.in_degree()), dict(graph.out_degree())),
    "katz": lambda graph, _: nx.katz_centrality(graph, weight="size", normalized=False),
    "pagerank": lambda graph, _: nx.pagerank(graph, weight="size"),
    "eigenvector_centrality": lambda graph, _: nx.eigenvector_centrality(graph, max_iter=1000),
    "longest_path": lambda graph, _: nx.dag_longest_path(graph, weight="weight"),
    "shortest_paths": nx.single_target_shortest_path_length,
    "strongest_paths, k=1": lambda graph, _: nx.dag_longest_path(graph, weight="log"),
    "path_norm": lambda graph, _: nx.katz_centrality(
        graph, alpha=1.0, weight="size", normalized=False
    ),
    "receptive_field": nx.ancestors,
    "to_scipy, whole model": lambda graph, _: nx.to_scipy_sparse_array(graph, weight="weight"),
}
"""What NetworkX has for the same question, or for the nearest one."""


@pytest.fixture(scope="module")
def networkx_seconds(cifar_file: Path) -> dict[str, float]:
    """How long NetworkX takes for each question that it knows."""
    graph: Any = networkx_graph(open_model(cifar_file).keras)
    for _, _, edge in graph.edges(data=True):
        edge["size"] = abs(edge["weight"])
        edge["log"] = float(np.log(edge["size"] or np.finfo(float).tiny))
    output = len(graph) - 7
    return {name: seconds_of(partial(ask, graph, output)) for name, ask in NETWORKX.items()}


def test_queries_embedded(
    cifar_file: Path, tmp_path: Path, networkx_seconds: dict[str, float]
) -> None:
    """The time of each query on the embedded store."""
    _compare("embedded", load(cifar_file, tmp_path / "g.lbug"), networkx_seconds)


def test_queries_neo4j(
    neo4j_server: Neo4jServer, loaded: LoadReport, networkx_seconds: dict[str, float]
) -> None:
    """The time of each query on Neo4j."""
    _compare(f"Neo4j {neo4j_server.version}", loaded, networkx_seconds)


def _compare(store: str, loaded: LoadReport, networkx_seconds: dict[str, float]) -> None:
    print(f"\n  {store:32} {'first':>9} {'again':>9} {'NetworkX':>9} {'times, first':>13} again")
    for name, ask in {**STORED, **COMPUTED}.items():
        with NeuronGraph(loaded.graph, model=loaded.model) as opened:
            first, again = (seconds_of(partial(ask, opened)) for _ in range(2))
        slow = networkx_seconds.get(name)
        beside = f"{slow:7.2f} s {slow / first:13,.1f} {slow / again:,.0f}" if slow else ""
        print(f"  {name:32} {first:7.3f} s {again:7.3f} s {beside}")
