"""What a store answers by itself is answered by the statement as it is printed."""

import pandas as pd
import pytest

from queries import NeuronFilter, NeuronGraph
from tests.contract.in_store.same import assert_same, weighings

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


@pytest.mark.parametrize(
    "store",
    [
        "embedded",
        pytest.param("neo4j-5.26", marks=pytest.mark.neo4j),
        pytest.param("neo4j-newest", marks=pytest.mark.neo4j),
    ],
    indirect=True,
)
class TestStored:
    def test_what_a_model_is(self, graph: NeuronGraph) -> None:
        for name in ("layers", "summary"):
            assert_same(graph, name)

    def test_neurons(self, graph: NeuronGraph) -> None:
        last = graph.layers()["name"].iloc[-1]
        for neurons in (None, last, [0, 1], NeuronFilter(bias=(0.0, None)), []):
            assert_same(graph, "neurons", neurons=neurons)

    def test_edges(self, graph: NeuronGraph) -> None:
        first, *_, last = graph.layers()["name"]
        for values in (
            {},
            {"source": first},
            {"target": last},
            {"target": last, "min_weight": 0.3},
            {"min_weight": 1e9},
            {"source": last, "target": first},
        ):
            ends = ["target", "source"]
            expected = graph.edges(**values).sort_values([*ends, "weight"], ignore_index=True)
            frame = graph.edges(**values, in_store=True)
            assert frame[ends].equals(expected[ends])
            frame = frame.sort_values([*ends, "weight"], ignore_index=True)
            pd.testing.assert_frame_equal(frame, expected)

    def test_neighbours(self, graph: NeuronGraph) -> None:
        first, *_, last = graph.layers()["name"]
        for by in weighings(graph):
            assert_same(graph, "neighbours", neurons=last, by=by)
        assert_same(graph, "neighbours", neurons=first, direction="out", min_weight=0.2, k=7)
        assert_same(graph, "neighbours", neurons=first)

    def test_strongest_edges(self, graph: NeuronGraph) -> None:
        first, *_, last = graph.layers()["name"]
        for by in weighings(graph):
            assert_same(graph, "strongest_edges", by=by)
        assert_same(graph, "strongest_edges", source=first, k=3)
        assert_same(graph, "strongest_edges", target=last, k=10_000)

    def test_weight_distribution(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            assert_same(graph, "weight_distribution", by=by)
        last = graph.layers()["name"].iloc[-1]
        assert_same(graph, "weight_distribution", neurons=last, bins=3)

    def test_strength(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            assert_same(graph, "strength", by=by)
        for direction in ("in", "out"):
            for measure in ("absolute", "signed", "count"):
                assert_same(graph, "strength", direction=direction, measure=measure)
