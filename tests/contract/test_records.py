"""Inputs and circuits that are stored beside a model, in each store."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import Mock

import numpy as np
import pyarrow as pa
import pytest
from neo4j import GraphDatabase

from exporter import check, drop, load
from queries import NeuronGraph
from queries.core.labels import of_ours
from queries.core.model import StoredModel
from queries.core.record_schema import NEO4J_RECORD_INDEXES
from queries.errors import (
    CircuitNotFoundError,
    GraphDamagedError,
    GraphError,
    InputNotFoundError,
)
from queries.stores import Store, open_store
from queries.stores.models import find_model
from tests.contract.at_input import AtInput, at_input, circuit
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore
from tests.contract.test_loads import Interrupted, interrupt
from tests.docs.cypher_blocks import blocks_under

NAME = 'it\'s a "7" $name :Input'
FIRED, ADDS_UP, MEET = (
    each.cypher for each in blocks_under("graph.md", "Stored inputs and circuits")
)
LEFT = of_ours("MATCH (n) WHERE n:Input OR n:Circuit OR n:Active RETURN count(n) AS nodes")

cypher = pytest.mark.cypher
on_servers = pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)


@contextmanager
def opened(store: GraphStore) -> Iterator[tuple[Store, StoredModel]]:
    with open_store(store.location) as reader:
        yield reader, find_model(reader, "scratch")


@pytest.fixture
def at(writable: NeuronGraph) -> AtInput:
    """Give what the neurons of the small Sequential put out at an input."""
    return at_input(writable, seed=7)


@pytest.fixture
def kept(store: GraphStore, writable: NeuronGraph, at: AtInput) -> NeuronGraph:
    """Give a small model with an input and two circuits at it."""
    with opened(store) as (writer, about):
        write = writer.write_inputs
        write(about, [({"name": NAME, "label": "7", "sha256": "ab"}, at.activations)])
        for name, target in (("a", "digits[0]"), ("b", "digits[1]")):
            properties, nodes, relationships = circuit(at, target)
            own = {**properties, "name": name, "input": NAME}
            writer.write_circuit(about, own, nodes, relationships)
    return writable


def rows(table: pa.Table, *by: str) -> list[dict[str, Any]]:
    return table.sort_by([(each, "ascending") for each in by]).to_pylist()  # type: ignore[no-any-return]


@cypher
class TestKept:
    def test_comes_back_as_it_was(self, store: GraphStore, kept: NeuronGraph, at: AtInput) -> None:
        with opened(store) as (reader, about):
            (own,) = reader.inputs(about).to_pylist()
            assert (own["name"], own["label"], own["state"]) == (NAME, "7", "complete")
            found = reader.activations_of(about, NAME)
            expected = at.activations.filter(
                np.isin(at.activations["neuron"], np.flatnonzero(at.value))
            )
            assert own["neurons"] == len(found) == np.count_nonzero(at.value) < len(at.value)
            assert found.to_pylist() == rows(expected, "neuron")
            _, nodes, relationships = circuit(at, "digits[1]")
            stored = reader.circuit(about, "b")
            assert stored.nodes.select(nodes.column_names).to_pylist() == rows(nodes, "id")
            ends = ("source", "target", "weight")
            again = stored.relationships.select(relationships.column_names)
            assert rows(again, *ends) == rows(relationships, *ends)
        assert kept.inputs()["neurons"].tolist() == [len(found)]
        listed = kept.circuits(sort="-name")
        assert listed["name"].tolist() == ["b", "a"]
        assert listed["edges"].tolist() == [len(relationships)] * 2

    def test_what_made_a_neuron_fire(self, kept: NeuronGraph, at: AtInput) -> None:
        source, target = at.edges["source"].to_numpy(), at.edges["target"].to_numpy()
        for name in ("hidden[2]", "pool[1]@0,1", "conv[0]@1,1"):
            (neuron,) = np.flatnonzero(at.neurons["name"] == name)
            into = np.flatnonzero((target == neuron) & (at.contribution != 0))
            into = into[np.argsort(-abs(at.contribution[into]))][:10]
            found = kept.cypher(FIRED, input=NAME, neuron=name)
            # Weights that are 0 carry nothing.
            found = found[found["contribution"] != 0]
            assert found["source"].tolist() == at.neurons["name"][source[into]].tolist()
            np.testing.assert_allclose(found["contribution"], at.contribution[into], rtol=1e-12)

    def test_a_circuit_adds_up_by_what_is_stored(self, kept: NeuronGraph, at: AtInput) -> None:
        found = kept.cypher(ADDS_UP, circuit="b")
        assert len(found) == 10
        np.testing.assert_allclose(found["must_be_zero"], 0, atol=1e-12)
        both = kept.cypher(MEET, first="a", second="b")
        _, nodes, _ = circuit(at, "digits[1]")
        ends = both[both["layer"] == "hidden"]
        of_hidden = nodes.filter(pa.compute.equal(nodes["layer"], "hidden"))
        np.testing.assert_allclose(ends["second"], of_hidden["attribution"], rtol=1e-12)

    def test_nothing_else_changes(
        self, store: GraphStore, writable: NeuronGraph, at: AtInput
    ) -> None:
        before = writable.neurons(), writable.edges(), writable.summary(), writable.degree()
        with opened(store) as (writer, about):
            writer.write_inputs(about, [({"name": "x"}, at.activations)])
        after = writable.neurons(), writable.edges(), writable.summary(), writable.degree()
        assert all(one.equals(other) for one, other in zip(before, after, strict=True))
        assert check(store.location, name="scratch", progress=False).passed
        models = writable.models().set_index("name").loc["scratch"]
        assert (models["neurons"], bool(models["edited"])) == (len(before[0]), False)

    def test_nodes_of_channels_and_parallel_relationships(
        self, store: GraphStore, kept: NeuronGraph
    ) -> None:
        nodes = pa.table({"id": [4, 9], "name": ["conv[0]", "hidden"], "layer": ["conv", "hidden"]})
        ends = pa.table({"source": [4, 4], "target": [9, 9], "weight": [1.5, 1.5]})
        own = {"name": "coarse", "input": NAME, "level": "channel", "left_out": float("nan")}
        with opened(store) as (writer, about):
            writer.write_circuit(about, own, nodes, ends)
            found = writer.circuit(about, "coarse")
            assert found.nodes["neuron"].to_pylist() == [None, None]
            assert found.relationships.select(ends.column_names).to_pylist() == ends.to_pylist()
        assert check(store.location, name="scratch", progress=False).passed


@cypher
class TestReplacedAndRemoved:
    def test_a_name_is_replaced_wholly(self, store: GraphStore, kept: NeuronGraph) -> None:
        few = pa.table({"neuron": [3], "value": [2.0]})
        nodes = pa.table({"id": [0], "neuron": [3], "name": ["n"], "layer": ["pixels"]})
        none = pa.table({"source": [0], "target": [0]}).slice(1)
        with opened(store) as (writer, about):
            writer.write_inputs(about, [({"name": NAME, "sha256": "ab"}, few)])
            writer.write_circuit(about, {"name": "a", "input": NAME}, nodes, none)
            assert writer.activations_of(about, NAME)["value"].to_pylist() == [2.0]
            assert len(writer.circuit(about, "a").nodes) == 1
            assert writer.circuit(about, "b").input == NAME
            assert writer.inputs(about)["label"].to_pylist() == [None]
        assert check(store.location, name="scratch", progress=False).passed

    def test_an_input_with_circuits_stays(self, store: GraphStore, kept: NeuronGraph) -> None:
        few = pa.table({"neuron": [3], "value": [2.0]})
        with opened(store) as (writer, about):
            refused = pytest.raises(GraphError, match="stored: a, b; remove these first")
            with refused:
                writer.write_inputs(about, [({"name": NAME, "sha256": "cd"}, few)])
            with refused:
                writer.remove_input(about, NAME)
            assert len(writer.activations_of(about, NAME)) > 1
        for name in ("a", "b"):
            kept.drop_circuit(name)
        kept.drop_input(NAME)
        assert kept.inputs().empty
        assert kept.circuits().empty

    def test_goes_with_the_model(
        self, store: GraphStore, kept: NeuronGraph, references: dict[str, Reference]
    ) -> None:
        load(references["pooled"].file, store.location, name="scratch", replace=True)
        with opened(store) as (reader, about):
            assert len(reader.inputs(about)) == len(reader.circuits(about)) == 0
            reader.write_inputs(about, [({"name": "x"}, pa.table({"neuron": [3], "value": [2.0]}))])
        drop("scratch", store.location)
        assert left(store) == 0

    def test_names_that_are_not_there(self, store: GraphStore, writable: NeuronGraph) -> None:
        nodes = pa.table({"id": [0], "name": ["n"], "layer": ["pixels"]})
        ends = pa.table({"source": [0], "target": [0]})
        with opened(store) as (writer, about):
            for wrong, missing in (
                (lambda: writable.drop_input("x"), InputNotFoundError),
                (lambda: writer.activations_of(about, "x"), InputNotFoundError),
                (lambda: writable.drop_circuit("x"), CircuitNotFoundError),
                (lambda: writer.circuit(about, "x"), CircuitNotFoundError),
                (
                    lambda: writer.write_circuit(about, {"name": "c", "input": "x"}, nodes, ends),
                    InputNotFoundError,
                ),
            ):
                with pytest.raises(missing, match="none is stored"):
                    wrong()
            assert len(writer.circuits(about)) == 0


@on_servers
@cypher
def test_what_others_join_is_not_read(store: GraphStore, kept: NeuronGraph, at: AtInput) -> None:
    for each in (
        "MATCH (i:Input), (f:Foreign:`Neuron`) CREATE (i)-[:ACTIVATES]->(f)",
        "MATCH (f:Foreign:`Input`), (n:Neuron {id: 5}) CREATE (f)-[:ACTIVATES]->(n)",
        "MATCH (a:Active), (f:Foreign:`Active`) CREATE (f)-[:CONTRIBUTES]->(a)-[:CONTRIBUTES]->(f)",
        "MATCH (a:Active), (f:Foreign:`Layer`) CREATE (a)-[:IS]->(f)",
    ):
        store.spoil("scratch", each)
    assert kept.inputs()["name"].tolist() == [NAME]
    with opened(store) as (reader, about):
        assert len(reader.activations_of(about, NAME)) == np.count_nonzero(at.value)
        assert len(reader.circuit(about, "a").nodes) == 19
    assert check(store.location, name="scratch", progress=False).passed
    kept.drop_circuit("a")
    drop("scratch", store.location)
    assert left(store) == 0


@pytest.mark.parametrize("store", ["neo4j-newest"], indirect=True)
def test_a_removal_that_goes_on_leaves_no_constraint(
    store: GraphStore, kept: NeuronGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.close()
    with monkeypatch.context() as patch:
        patch.setattr("exporter.sinks.neo4j.removal.remove_strays", Mock(side_effect=Interrupted))
        with pytest.raises(Interrupted):
            drop("scratch", store.location)
    drop("scratch", store.location)
    assert left(store) == 0
    assert store.server is not None
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        there = {row["name"] for row in driver.execute_query("SHOW CONSTRAINTS").records}
    assert not there & NEO4J_RECORD_INDEXES.keys()


@cypher
def test_statements_of_users_count_them(store: GraphStore, kept: NeuronGraph, at: AtInput) -> None:
    changes = kept.write(store.own("MATCH (i:Input)-[a:ACTIVATES]->(:Neuron) DELETE a"))
    assert changes["relationships_deleted"].item() == np.count_nonzero(at.value)
    report = check(store.location, name="scratch", progress=False)
    assert "was edited" in report.damage[0]
    assert "the input" in report.damage[1]


@cypher
def test_a_repair_keeps_them(
    store: GraphStore, kept: NeuronGraph, at: AtInput, references: dict[str, Reference]
) -> None:
    kept.close()
    store.spoil("scratch", "MATCH (n:Neuron {model: $model, id: 3}) SET n.bias = 5.0")
    load(references["pooled"].file, store.location, name="scratch", resume=True)
    with opened(store) as (reader, about):
        assert reader.inputs(about)["label"].to_pylist() == ["7"]
        assert len(reader.activations_of(about, NAME)) == np.count_nonzero(at.value)
        assert [len(reader.circuit(about, name).nodes) for name in ("a", "b")] == [19, 19]
    assert check(store.location, name="scratch", progress=False).passed


@cypher
def test_a_repair_that_goes_on_keeps_them(
    store: GraphStore, kept: NeuronGraph, at: AtInput, references: dict[str, Reference]
) -> None:
    kept.katz(write_property="katz")
    kept.close()
    store.spoil("scratch", "MATCH (n:Neuron {model: $model, id: 3}) SET n.bias = 5.0")
    repair = partial(load, references["pooled"].file, store.location, name="scratch", resume=True)
    with pytest.raises(Interrupted):
        repair(progress=interrupt("relationships"))
    repair()
    with opened(store) as (reader, about):
        assert len(reader.activations_of(about, NAME)) == np.count_nonzero(at.value)
        assert [len(reader.circuit(about, name).nodes) for name in ("a", "b")] == [19, 19]
    with NeuronGraph(store.location, model="scratch") as graph:
        assert graph.neurons()["katz"].notna().all()


@cypher
def test_damage_is_named(store: GraphStore, kept: NeuronGraph) -> None:
    kept.close()
    store.spoil("scratch", "MATCH (i:Input)-[a:ACTIVATES]->(n:Neuron {id: 3}) SET a.value = 5.0")
    store.spoil("scratch", "MATCH (a:Active)-[r:IS]->(:Neuron) WHERE a.circuit = 'b' DELETE r")
    report = check(store.location, name="scratch", progress=False)
    assert len(report.damage) == 2, report.damage
    assert f"the input {NAME!r} of 'scratch' is not as it was written" in report.damage[0]
    assert "the circuit 'b'" in report.damage[1]
    assert not report.damaged
    with opened(store) as (reader, about):
        with pytest.raises(GraphDamagedError, match=r"or remove it: graph\.drop_inp"):
            reader.activations_of(about, NAME)
        reader.circuit(about, "a")


def left(store: GraphStore) -> int:
    """Count what is stored of inputs and circuits in a server."""
    if store.server is None:
        return 0
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        return int(driver.execute_query(LEFT).records[0]["nodes"])
