"""What layers amount to as one linear map, computed in the store."""

from typing import Any

import numpy as np
import pytest

from queries import NeuronGraph
from tests.contract.in_store.same import assert_same, weighings

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


@pytest.fixture
def cases(graph: NeuronGraph) -> list[tuple[Any, Any]]:
    """Give layers, parts of them and neurons of several: apart, overlapping, and in no order."""
    layers = graph.layers()
    names, neurons = layers["name"].tolist(), int(layers["last"].max()) + 1
    random = np.random.default_rng(5)

    def some(share: float) -> list[int]:
        return np.flatnonzero(random.random(neurons) < share).tolist()

    return [
        (names[0], names[-1]),
        (0, names[1]),
        (names[0], neurons - 1),
        (names[1], names[1]),
        (names[-1], names[0]),
        (some(0.1), some(0.3)),
        (some(0.3), some(0.1)),
        (some(0.2), [*some(0.05), neurons - 1]),
    ]


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_effective_weights(self, graph: NeuronGraph, cases: list[tuple[Any, Any]]) -> None:
        ways = set()
        for source, target in cases:
            assert_same(graph, "effective_weights", source=source, target=target)
            cypher = graph.statement("effective_weights", source=source, target=target).cypher
            ways.add("ORDER BY l.index DESC" in cypher)
        assert ways == {True, False}

    def test_combine(self, graph: NeuronGraph, cases: list[tuple[Any, Any]]) -> None:
        for first, second in cases:
            assert_same(graph, "combine", first=first, second=second)
        layers = graph.layers()["name"].tolist()
        assert_same(graph, "combine", first=layers[1], second=layers[-1])

    def test_are_weighed_by_any_property(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph)[1:]:
            assert_same(graph, "effective_weights", source=layers[0], target=layers[-1], by=by)
            assert_same(graph, "combine", first=layers[1], second=layers[2], by=by)
