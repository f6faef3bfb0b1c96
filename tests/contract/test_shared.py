"""A database of Neo4j that another application uses too, under the names that ours have.

The fixture ``store`` puts its nodes beside ours for all contract tests, and looks afterwards that
they are as they were.
"""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import pytest
from neo4j import GraphDatabase

from exporter import check, drop, load, verify
from queries import NeuronGraph
from queries.browser.favourites import favourites
from queries.browser.guide import Guide
from queries.core.granularity import GRANULARITIES
from queries.errors import CypherError, ModelNotFoundError
from tests.contract import foreign
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_edges import assert_same, rows
from tests.contract.test_loads import Interrupted, interrupt, state
from tests.servers import Neo4jServer

NEO4J: Final = ["neo4j-5.26", "neo4j-newest"]

pytestmark = [pytest.mark.neo4j, pytest.mark.parametrize("store", NEO4J, indirect=True)]


@pytest.fixture
def server(store: GraphStore) -> Neo4jServer:
    assert store.server is not None
    return store.server


@pytest.fixture
def shared(store: GraphStore, scratch: str, references: dict[str, Reference]) -> Reference:
    """Load a model whose nodes are joined to those of others."""
    reference = references["pooled"]
    load(reference.file, store.location, name=scratch)
    assert store.server is not None
    foreign.join(store.server, scratch)
    return reference


def run(server: Neo4jServer, cypher: str, **parameters: Any) -> list[Any]:
    with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        return driver.execute_query(cypher, parameters).records


def test_lists_our_models_alone(loaded: GraphStore, references: dict[str, Reference]) -> None:
    with NeuronGraph(loaded.location) as graph:
        assert set(references) <= set(graph.models()["name"])
        assert "Roadster" not in set(graph.models()["name"])
        with pytest.raises(ModelNotFoundError, match="Roadster"):
            graph.summary(model="Roadster")
    with pytest.raises(ModelNotFoundError, match="Roadster"):
        drop("Roadster", loaded.location)


def test_takes_a_name_that_another_has(
    store: GraphStore, scratch: str, references: dict[str, Reference]
) -> None:
    with NeuronGraph(store.location) as graph:
        assert scratch not in set(graph.models()["name"])
    load(references["pooled"].file, store.location, name="Roadster")
    try:
        with NeuronGraph(store.location, model="Roadster") as graph:
            assert_same(rows(graph.edges()), references["pooled"].edges())
    finally:
        drop("Roadster", store.location)
    assert state(store, "Roadster") is None


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_is_whole(
    store: GraphStore,
    server: Neo4jServer,
    scratch: str,
    references: dict[str, Reference],
    granularity: Any,
) -> None:
    file = references["dilated"].file
    load(file, store.location, name=scratch, granularity=granularity)
    foreign.join(server, scratch)
    report = check(store.location, name=scratch)
    assert report.passed, report.damage
    if granularity == "neuron":
        assert verify(file, store.location, name=scratch).passed


def test_answers_as_it_did_alone(
    store: GraphStore, server: Neo4jServer, scratch: str, references: dict[str, Reference]
) -> None:
    load(references["pooled"].file, store.location, name=scratch)
    asked: list[Callable[[NeuronGraph], Any]] = [
        lambda graph: graph.summary(),
        lambda graph: graph.layers(),
        lambda graph: graph.edges(min_weight=0.01),
        lambda graph: graph.edges(source="pixels", min_weight=0.01),
        lambda graph: graph.edges(source=[0, 7, 35], target="conv"),
        lambda graph: graph.neighbours([0, 7, 35], direction="out", k=1000),
        lambda graph: graph.neighbours("digits", k=1000, min_weight=0.001),
        lambda graph: graph.strongest_edges(k=1000),
        lambda graph: graph.strongest_edges(source="pixels", k=1000),
        lambda graph: graph.weight_distribution(),
        lambda graph: graph.degree(),
        lambda graph: graph.katz(),
        *(
            lambda graph, way=way, measure=measure: graph.strength(direction=way, measure=measure)
            for way in ("in", "out")
            for measure in ("absolute", "signed", "count")
        ),
    ]
    with NeuronGraph(store.location, model=scratch) as graph:
        alone = [ask(graph) for ask in asked]
    foreign.join(server, scratch)
    with NeuronGraph(store.location, model=scratch) as graph:
        for ask, expected in zip(asked, alone, strict=True):
            pd.testing.assert_frame_equal(in_order(ask(graph)), in_order(expected))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return relationships by their ends, since stores answer in any order."""
    ends = [name for name in ("target", "source") if name in frame]
    return frame.sort_values(ends, ignore_index=True) if ends else frame


def test_is_replaced_and_resumed(
    store: GraphStore, server: Neo4jServer, scratch: str, shared: Reference
) -> None:
    before = foreign.held(server)
    for at in ("neurons", "relationships"):
        with pytest.raises(Interrupted):
            load(shared.file, store.location, name=scratch, replace=True, progress=interrupt(at))
        load(shared.file, store.location, name=scratch, resume=True)
        assert check(store.location, name=scratch).passed
        assert foreign.held(server) == before
    assert store.leftovers(scratch) == []


def test_is_dropped(
    store: GraphStore, server: Neo4jServer, scratch: str, shared: Reference
) -> None:
    before = foreign.held(server)
    assert drop(scratch, store.location) == shared.graph.number_of_edges()
    assert foreign.held(server) == before
    assert run(server, "MATCH (n:NeurongraphNeuron {model: $m}) RETURN n", m=scratch) == []
    assert run(server, "MATCH (n:Neuron {model: $m}) RETURN n", m=scratch) != []


def test_is_repaired(
    store: GraphStore, server: Neo4jServer, scratch: str, shared: Reference
) -> None:
    before = foreign.held(server)
    store.spoil(scratch, "MATCH (n:Neuron) WHERE n.model = $model AND n.id = 3 DETACH DELETE n")
    assert not check(store.location, name=scratch).passed
    assert load(shared.file, store.location, name=scratch, resume=True).repaired
    assert check(store.location, name=scratch).passed
    assert foreign.held(server) == before


def test_writing_marks_our_models_alone(
    store: GraphStore, server: Neo4jServer, scratch: str, references: dict[str, Reference]
) -> None:
    load(references["pooled"].file, store.location, name=scratch)
    before = foreign.held(server)
    with NeuronGraph(store.location, model=scratch) as graph:
        graph.write("MATCH (m:NeurongraphModel {name: $name}) SET m.mine = 1", name=scratch)
    assert foreign.held(server) == before


def test_binds_nobody(loaded: GraphStore, server: Neo4jServer) -> None:
    """No constraint or index of ours is on a label that another may use."""
    with NeuronGraph(loaded.location) as graph:
        assert not graph.models().empty
    for kind in ("CONSTRAINTS", "INDEXES"):
        found = run(server, f"SHOW {kind} YIELD name, labelsOrTypes")
        ours = [row for row in found if row["name"].startswith("neurongraph_")]
        assert ours
        for row in ours:
            assert all(label.startswith("Neurongraph") for label in row["labelsOrTypes"])


def test_earlier_constraints_go(
    store: GraphStore, server: Neo4jServer, scratch: str, references: dict[str, Reference]
) -> None:
    """Schemas before 4 bound the labels that others use."""
    made = "CREATE CONSTRAINT neurongraph_loaded_block FOR (b:Other) REQUIRE b.start IS UNIQUE"
    run(server, made)
    load(references["pooled"].file, store.location, name=scratch)
    names = [row["name"] for row in run(server, "SHOW CONSTRAINTS YIELD name")]
    assert "neurongraph_loaded_block" not in names


def test_a_constraint_of_another_is_named(
    loaded: GraphStore, server: Neo4jServer, scratch: str, references: dict[str, Reference]
) -> None:
    file = references["pooled"].file
    # Other tests have loaded the same file, so that one property alone may be there twice.
    with NeuronGraph(loaded.location) as graph:
        shapes = graph.models().set_index("name").loc["pooled", "input_shapes"]
    run(
        server,
        "CREATE (:Model:Other {name: $name, input_shapes: $shapes})",
        name=scratch,
        shapes=shapes,
    )
    run(server, "CREATE CONSTRAINT other FOR (m:Model) REQUIRE (m.name, m.input_shapes) IS UNIQUE")
    try:
        with pytest.raises(CypherError, match="input_shapes"):
            load(file, loaded.location, name=scratch)
    finally:
        run(server, "DROP CONSTRAINT other")
        run(server, "MATCH (m:Model:Other) DELETE m")
    load(file, loaded.location, name=scratch)
    assert check(loaded.location, name=scratch).passed


def test_browser_shows_ours(loaded: GraphStore) -> None:
    with NeuronGraph(loaded.location) as graph:
        page = Guide(graph, "http://localhost:1").html("pooled")
        assert "Roadster" not in page
        assert "Roadster" not in Guide(graph, "http://localhost:1").html()
        assert all("2999" not in text for text in favourites(graph, "pooled").values())
