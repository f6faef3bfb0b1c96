"""Paths, computed in the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronFilter, NeuronGraph
from queries.core.granularity import NEURON_GRAPH
from tests.contract.in_store.same import assert_same
from tests.contract.stores import GraphStore

pytestmark = [
    pytest.mark.cypher,
    pytest.mark.one_in(14),
    pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True),
    pytest.mark.neo4j,
]

BETWEEN = ("shortest_paths", "widest_path", "path_norm", "path_counts")


def ends(graph: NeuronGraph) -> Iterator[dict[str, Any]]:
    """Yield sources and targets of many kinds."""
    layers = graph.layers()["name"].tolist()
    first, last = layers[0], layers[-1]
    yield {"source": first, "target": last}
    # Some are both, in the middle: a path may end there, and another go on.
    yield {"source": layers[:4], "target": layers[1:]}
    middle = graph.neurons(layers[1:4])["id"].tolist()
    yield {"source": middle[::2], "target": middle[::3]}
    # A bias is missing where a neuron has none.
    yield {"source": NeuronFilter(bias=(-0.5, None)), "target": NeuronFilter()}
    # Against the stream, and of no neurons at all.
    yield {"source": last, "target": first}
    yield {"source": NeuronFilter(layer=first, bias=(1e9, None)), "target": last}
    yield {"source": first, "target": NeuronFilter(layer=last, bias=(1e9, None))}


def weighings(graph: NeuronGraph) -> list[dict[str, Any]]:
    """Return by what the relationships of a graph may be weighed."""
    grouped = graph.question("layers").model.stored.granularity != NEURON_GRAPH
    return [{"by": each} for each in ("weight", "l1", "edges")] if grouped else [{}]


def test_strongest_paths(graph: NeuronGraph) -> None:
    for between in ends(graph):
        assert_same(graph, "strongest_paths", **between, k=20)
    whole = next(ends(graph))
    assert_same(graph, "strongest_paths", **whole, k=1)
    for by in weighings(graph):
        assert_same(graph, "strongest_paths", **whole, k=300, **by)


def test_strongest_path_to_each_target(graph: NeuronGraph) -> None:
    for between in ends(graph):
        assert_same(graph, "strongest_paths", **between, k=20, distinct="target")
    for by in weighings(graph):
        for k in (1, 1000):
            assert_same(graph, "strongest_paths", **next(ends(graph)), k=k, distinct="target", **by)


def test_longest_path(graph: NeuronGraph) -> None:
    for by in weighings(graph):
        for weights in ("signed", "absolute"):
            assert_same(graph, "longest_path", weights=weights, **by)


@pytest.mark.parametrize("query", BETWEEN)
def test_what_is_between(graph: NeuronGraph, query: str) -> None:
    for between in ends(graph):
        assert_same(graph, query, **between)
    whole = next(ends(graph))
    for by in weighings(graph):
        assert_same(graph, query, **whole, **by)


def test_over_weights_that_are_not_finite(diverged: NeuronGraph) -> None:
    for between in (
        {"source": "pixels", "target": ["join", "last"]},
        {"source": "pixels", "target": "last"},
        {"source": ["left", "right"], "target": ["right", "join", "head"]},
    ):
        for query in ("strongest_paths", *BETWEEN):
            assert_same(diverged, query, **between)
        assert_same(diverged, "strongest_paths", **between, distinct="target")
    for weights in ("signed", "absolute"):
        assert_same(diverged, "longest_path", weights=weights)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_products_may_leave_the_range_of_a_float(
    store: GraphStore, tmp_path: Path, scale: float
) -> None:
    import keras

    name, random = "stated-deep", np.random.default_rng(5)
    hidden = [keras.layers.Dense(2, use_bias=False, name=f"d{at}") for at in range(30)]
    deep = keras.Sequential([keras.Input((2,), name="in"), *hidden])
    deep.set_weights([random.normal(0.0, scale, (2, 2)) for _ in hidden])
    deep.save(tmp_path / "deep.keras")
    load(tmp_path / "deep.keras", store.location, name=name)
    try:
        with NeuronGraph(store.location, model=name) as graph:
            assert_same(graph, "strongest_paths", source="in", target="d29", k=50)
            assert_same(graph, "strongest_paths", source="in", target="d29", distinct="target")
            for query in BETWEEN:
                assert_same(graph, query, source="in", target="d29")
    finally:
        drop(name, store.location)


def test_nothing_is_left(graph: NeuronGraph) -> None:
    layers = graph.layers()["name"].tolist()
    for source, target in ((layers[0], layers[-1]), (layers[-1], layers[0])):
        for query in ("strongest_paths", *BETWEEN):
            getattr(graph, query)(source, target, in_store=True)
        graph.strongest_paths(source, target, distinct="target", in_store=True)
    graph.longest_path(in_store=True)
    left = graph.cypher(
        "MATCH (n) WHERE (n:NeurongraphNeuron OR n:NeurongraphModel) "
        "AND any(name IN keys(n) WHERE name STARTS WITH '_') RETURN n"
    )
    assert left.empty
