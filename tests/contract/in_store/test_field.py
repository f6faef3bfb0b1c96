"""Receptive and projective fields, computed in the store."""

from typing import Any

import pytest

from queries import NeuronGraph
from tests.contract.in_store.same import assert_same, weighings

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


def given(graph: NeuronGraph) -> list[Any]:
    """Return neurons to ask for: of each layer, of several at once, and single ones."""
    layers, ids = graph.layers()["name"].tolist(), graph.neurons()["id"].tolist()
    return [*layers, layers[:2], [ids[0], ids[len(ids) // 2], ids[-1]], ids[len(ids) // 3]]


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_receptive_field(self, graph: NeuronGraph) -> None:
        for neurons in given(graph):
            assert_same(graph, "receptive_field", neurons=neurons)

    def test_projective_field(self, graph: NeuronGraph) -> None:
        for neurons in given(graph):
            assert_same(graph, "projective_field", neurons=neurons)

    def test_field_neurons(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        for neurons in given(graph)[-4:]:
            for direction in ("in", "out"):
                assert_same(graph, "field_neurons", neurons=neurons, direction=direction)
        assert_same(graph, "field_neurons", neurons=layers[-1], among=layers[0])
        assert_same(graph, "field_neurons", neurons=layers[0], among=layers[0])

    def test_by_what_relationships_of_groups_have(self, graph: NeuronGraph) -> None:
        last = graph.layers()["name"].iloc[-1]
        for by in weighings(graph)[1:]:
            assert_same(graph, "receptive_field", neurons=last, by=by)
            assert_same(graph, "field_neurons", neurons=last, by=by)
            assert_same(graph, "projective_field", neurons=0, by=by)

    def test_of_weights_that_are_not_finite(self, diverged: NeuronGraph) -> None:
        for neurons in given(diverged):
            assert_same(diverged, "receptive_field", neurons=neurons)
            assert_same(diverged, "projective_field", neurons=neurons)
        assert_same(diverged, "field_neurons", neurons="join[1]")
