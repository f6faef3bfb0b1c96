"""Reachability, channels and motifs, computed in the store."""

from itertools import pairwise

import pytest

from queries import NeuronGraph
from tests.contract.in_store.same import assert_refused_alike, assert_same, weighings

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


def has_channels(graph: NeuronGraph) -> bool:
    """Tell whether the nodes of a graph have channels."""
    return graph.question("layers").model.stored.granularity != "layer"


class TestAnyStore:
    """Statements that the embedded store can run as well."""

    pytestmark = pytest.mark.parametrize(
        "store",
        [
            "embedded",
            pytest.param("neo4j-5.26", marks=pytest.mark.neo4j),
            pytest.param("neo4j-newest", marks=pytest.mark.neo4j),
        ],
        indirect=True,
    )

    def test_zero_channels(self, graph: NeuronGraph) -> None:
        if not has_channels(graph):
            assert_refused_alike(graph, "zero_channels")
            return
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            for threshold in (0.0, 1.5, 8.0, 1e9):
                assert_same(graph, "zero_channels", threshold=threshold, by=by)
        assert_same(graph, "zero_channels", neurons=layers[1], threshold=4.0)
        assert_same(graph, "zero_channels", neurons=[0, 3, 9], threshold=1e9)

    def test_bifans(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        ids = graph.neurons()["id"].tolist()
        ends = [*pairwise(layers), (layers[0], layers[-1])]
        for source, target in [*ends, (layers[:2], layers[1:3]), (ids[:30], ids), (0, layers[1])]:
            for by in weighings(graph):
                for threshold in (0.0, 0.5):
                    options = {"threshold": threshold, "by": by}
                    assert_same(graph, "bifans", source=source, target=target, **options)

    def test_of_weights_that_are_not_finite(self, diverged: NeuronGraph) -> None:
        assert_same(diverged, "zero_channels", threshold=5.0)
        assert_same(diverged, "bifans", source="pixels", target="left", threshold=0.4)
        assert_same(diverged, "bifans", source=["left", "right"], target="join", threshold=0.5)


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_dead_neurons(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            for threshold in (0.0, 0.6, 1.2, 1e9):
                assert_same(graph, "dead_neurons", threshold=threshold, by=by)
        assert not graph.dead_neurons(threshold=1e9).empty
        layer = graph.layers()["name"].iloc[1]
        assert_same(graph, "dead_neurons", neurons=layer, threshold=0.9)

    def test_channel_importance(self, graph: NeuronGraph) -> None:
        if not has_channels(graph):
            assert_refused_alike(graph, "channel_importance")
            return
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            assert_same(graph, "channel_importance", by=by, k=1)
        assert_same(graph, "channel_importance", k=1000)
        for target in (*layers, layers[1:3], 0):
            assert_same(graph, "channel_importance", target=target, k=2)

    def test_duplicate_channels(self, graph: NeuronGraph) -> None:
        if not has_channels(graph):
            assert_refused_alike(graph, "duplicate_channels")
            return
        layers = graph.layers()["name"].tolist()
        for least in (-1.0, 0.0, 0.05, 0.99):
            assert_same(graph, "duplicate_channels", least=least)
        assert_same(graph, "duplicate_channels", neurons=[layers[0], layers[-1]], least=-1.0)
        ids = graph.neurons(layers[1])["id"].tolist()
        assert_same(graph, "duplicate_channels", neurons=ids[: len(ids) // 2 + 1], least=-1.0)
        for by in weighings(graph):
            assert_same(graph, "duplicate_channels", least=0.1, by=by)

    def test_of_weights_that_are_not_finite(self, diverged: NeuronGraph) -> None:
        assert_same(diverged, "dead_neurons")
        assert_same(diverged, "dead_neurons", threshold=0.5)
        assert_same(diverged, "channel_importance", k=2)
        assert_same(diverged, "channel_importance", target="last", k=1)
        assert_same(diverged, "duplicate_channels", least=-1.0)
