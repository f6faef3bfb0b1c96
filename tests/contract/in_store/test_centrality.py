"""Measures of centrality, computed in the store."""

import pytest

from queries import NeuronGraph
from tests.contract.in_store.same import assert_same

pytestmark = pytest.mark.cypher


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_katz(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        assert_same(graph, "katz")
        assert_same(graph, "katz", neurons=layers[1], alpha=-0.7, beta=3.0, weights="signed")
        assert_same(graph, "katz", neurons=layers[0], alpha=0.0)

    def test_degree(self, graph: NeuronGraph) -> None:
        assert_same(graph, "degree")
        assert_same(graph, "degree", neurons=graph.layers()["name"].iloc[-1])
