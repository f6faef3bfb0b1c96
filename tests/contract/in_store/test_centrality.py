"""Measures of centrality, computed in the store."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import CypherError
from queries.library.queries import query
from tests.contract.in_store.same import assert_refused_alike, assert_same, weighings
from tests.contract.stores import GraphStore
from tests.unit.builders import chain, layer, saved

MEASURES = query("top_neurons").parameter("measure").choices
PASSES = ("katz", "pagerank", "path_centrality", "top_neurons")

pytestmark = [pytest.mark.cypher, pytest.mark.one_in(14)]


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.neo4j
class TestNeo4j:
    def test_katz(self, graph: NeuronGraph) -> None:
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            assert_same(graph, "katz", by=by)
        assert_same(graph, "katz", neurons=layers[1], alpha=-0.7, beta=3.0, weights="signed")
        assert_same(graph, "katz", neurons=layers[0], alpha=0.0)
        assert_same(graph, "katz", beta=0.0)

    def test_degree(self, graph: NeuronGraph) -> None:
        assert_same(graph, "degree")
        assert_same(graph, "degree", neurons=graph.layers()["name"].iloc[-1])

    def test_pagerank(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            assert_same(graph, "pagerank", by=by)
        for alpha in (0.0, 1.0, 3.5):
            assert_same(graph, "pagerank", neurons=graph.layers()["name"].iloc[-1], alpha=alpha)

    def test_path_centrality(self, graph: NeuronGraph) -> None:
        for by in weighings(graph):
            assert_same(graph, "path_centrality", by=by)
        assert_same(graph, "path_centrality", neurons=[0, 1])

    @pytest.mark.parametrize("measure", MEASURES)
    def test_top_neurons(self, graph: NeuronGraph, measure: str) -> None:
        layers = graph.layers()["name"].tolist()
        for by in weighings(graph):
            assert_as_central(graph, measure, by=by)
        assert_as_central(graph, measure, k=1, neurons=layers[1:])
        assert_as_central(graph, measure, k=1000, neurons=layers[-1])

    def test_where_no_neuron_is_meant(self, graph: NeuronGraph) -> None:
        nothing = {"neurons": [], "in_store": True}
        for name in ("degree", "katz", "pagerank", "path_centrality", "strength", "top_neurons"):
            assert len(getattr(graph, name)(**nothing)) == 0

    def test_weights_that_are_not_finite(self, diverged: NeuronGraph) -> None:
        assert_same(diverged, "degree")
        assert_same(diverged, "katz")
        assert_same(diverged, "katz", weights="signed", alpha=-2.0)
        assert_same(diverged, "katz", alpha=0.0)
        assert_same(diverged, "katz", beta=0.0)
        for measure in MEASURES:
            alike = "pagerank" not in measure and "path" not in measure
            if alike:
                assert_as_central(diverged, measure, k=30)
            else:
                assert_refused_alike(diverged, "top_neurons", measure=measure, k=30)
        for name in ("pagerank", "path_centrality"):
            assert_refused_alike(diverged, name)
            assert_refused_alike(diverged, name, neurons="pixels")

    def test_products_that_are_no_numbers(self, deep: NeuronGraph) -> None:
        assert_same(deep, "path_centrality")
        # Somebody may change weights after a load has counted those that are not finite.
        deep.write(
            "MATCH (s:NeurongraphNeuron {id: 0})-[r:CONNECTS_TO]->() WHERE s.model = $key "
            "SET r.weight = 0.0 / 0.0",
            key="centrality-deep",
        )
        assert_same(deep, "katz")
        assert_refused_alike(deep, "path_centrality")
        assert_refused_alike(deep, "pagerank")


def assert_as_central(graph: NeuronGraph, measure: str, **values: object) -> None:
    """Assert that ``top_neurons`` are the same, or as central.

    A store adds in another order. Which of two neurons comes first whose scores differ in the last
    digit is no matter.
    """
    asked = {"measure": measure, **values}
    expected, frame = graph.top_neurons(**asked), graph.top_neurons(**asked, in_store=True)  # type: ignore[arg-type]
    every = graph.top_neurons(**{**asked, "k": 1000}).set_index("id")  # type: ignore[arg-type]
    named = every.loc[frame["id"]].reset_index()
    pd.testing.assert_series_equal(named["value"], expected["value"], rtol=1e-12)
    same = ["layer_index", "layer", "id", "name", "value"]
    pd.testing.assert_frame_equal(frame[same], named[same], rtol=1e-6, atol=1e-9)
    own = ["layer_index", "layer", "rank"]
    pd.testing.assert_frame_equal(frame[own], expected[own])
    assert list(frame) == list(expected)
    assert not frame["id"].duplicated().any()
    assert frame.attrs == expected.attrs


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
class TestEmbedded:
    def test_degree(self, graph: NeuronGraph) -> None:
        assert_same(graph, "degree")
        assert_same(graph, "degree", neurons=graph.layers()["name"].iloc[-1])

    @pytest.mark.parametrize("name", PASSES)
    def test_a_pass_names_the_other_way(self, graph: NeuronGraph, name: str) -> None:
        with pytest.raises(CypherError, match=f"^{name} is not stated .* without in_store"):
            getattr(graph, name)(in_store=True)


@pytest.fixture
def deep(store: GraphStore, tmp_path: Path) -> Iterator[NeuronGraph]:
    """Give a model of weights so small that the product along a path is 0 to a computer."""
    model = chain((2,), *(layer("Dense", units=2, name=f"d{n}") for n in range(12)))
    for variable in model.weights:
        variable.assign(variable * 1e-33)
    name = "centrality-deep"
    load(saved(model, tmp_path / "deep.keras"), store.location, name=name)
    with NeuronGraph(store.location, model=name) as graph:
        yield graph
    drop(name, store.location)
