"""The weights between neurons as matrices, and figures about them, computed in the store."""

import pytest

from queries import NeuronFilter, NeuronGraph
from queries.errors import CypherError
from tests.contract.in_store.same import assert_refused_alike, assert_same, weighings

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


class TestBothStores:
    def test_adjacency(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            assert_same(graph, "adjacency", by=by)
        assert_same(graph, "adjacency", source=layers[0], target=layers[1])
        assert_same(graph, "adjacency", source=layers[-1])
        assert_same(graph, "adjacency", target=NeuronFilter(id=range(2, 70), bias=(0.0, None)))

    def test_layer_statistics(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            assert_same(graph, "layer_statistics", by=by)
            assert_same(graph, "layer_statistics", by=by, threshold=0.4)


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_laplacian(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            assert_same(graph, "laplacian", by=by)
        assert_same(graph, "laplacian", neurons=layers[1])
        assert_same(graph, "laplacian", neurons=NeuronFilter(layer=layers[::2]), alpha=0.3)
        assert_same(graph, "laplacian", neurons=NeuronFilter(bias=(1e9, None)), walk="lazy")

    def test_a_laplacian_that_is_not_defined(self, graph: NeuronGraph) -> None:
        for values in ({"walk": "random"}, {"walk": "lazy"}, {"alpha": 0}, {"alpha": 1.5}):
            assert_refused_alike(graph, "laplacian", **values)


def test_what_needs_an_iteration_says_so(graph: NeuronGraph) -> None:
    assert graph.layer_statistics(in_store=True)["spectral_norm"].isna().all()
    with pytest.raises(CypherError, match="no loop that ends by a condition"):
        graph.eigenvector_centrality(in_store=True)
