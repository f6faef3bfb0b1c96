"""Processes that store inputs and circuits and are killed, or do it at the same time."""

import inspect
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from exporter import check, drop
from queries import NeuronGraph
from queries.core.labels import RECORD_KINDS, own_label
from queries.errors import GraphError
from queries.stores import open_store
from queries.stores.models import find_model
from queries.stores.neo4j import records
from queries.stores.neo4j.store import BoltStore
from tests.contract.stores import GraphStore
from tests.contract.test_records import left


def put(location: str, kind: str, value: float) -> None:
    """Store an input, or a circuit at it, of which all values are alike."""
    with open_store(location) as store:
        about = find_model(store, "scratch")
        if kind == "input":
            rows = pa.table({"neuron": range(9), "value": [value] * 9})
            store.write_inputs(about, [({"name": "x", "sha256": "ab"}, rows)])
            return
        names = {"name": list("abcdefghi"), "layer": ["pixels"] * 9}
        nodes = pa.table({"id": range(9), **names, "neuron": range(9), "value": [value] * 9})
        ends = pa.table({"source": range(8), "target": range(1, 9)})
        store.write_circuit(about, {"name": "x", "input": "x"}, nodes, ends)


WRITE = f"""
import os, sys
import pyarrow as pa
from queries.stores import open_store
from queries.stores.embedded import records as embedded, rewriting
from queries.stores.models import find_model
from queries.stores.neo4j import records as neo4j

{inspect.getsource(put)}

location, kind, value, killed = sys.argv[1:]

def kills(calls, of, function):
    work = getattr(of, function)
    def wrapped(*arguments, **options):
        nonlocal calls
        calls -= 1
        if calls == 0:
            os.kill(os.getpid(), 9)
        return work(*arguments, **options)
    setattr(of, function, wrapped)

neo4j._ROWS_A_TRANSACTION = 3
if killed == "within":
    kills(2, embedded, "_copy")
    kills(2, neo4j._Write, "_add")
elif killed == "at the end":
    # When the file has taken its place, and its note has not.
    kills(2, rewriting, "write_note")
    kills(1, neo4j._Write, "finish")
put(location, kind, float(value))
"""

pytestmark = pytest.mark.cypher


def start(store: GraphStore, kind: str, value: float, killed: str = "") -> "subprocess.Popen[str]":
    """Start a process that stores an input, or a circuit at it, and perhaps is killed there."""
    command = [sys.executable, "-c", WRITE, store.location, kind, str(value), killed]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def kill(store: GraphStore, kind: str, value: float, killed: str) -> None:
    """Let such a process be killed."""
    with start(store, kind, value, killed) as process:
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL


def values(store: GraphStore, kind: str) -> list[float]:
    """Return the values that are stored, all alike."""
    with open_store(store.location) as reader:
        about = find_model(reader, "scratch")
        if kind == "input":
            found = reader.activations_of(about, "x")["value"]
        else:
            found = reader.circuit(about, "x").nodes["value"]
    assert len(found) == 9
    return sorted(set(found.to_pylist()))


@pytest.mark.parametrize("killed", ["within", "at the end"])
@pytest.mark.parametrize("kind", ["input", "circuit"])
def test_nothing_half_written_counts(
    store: GraphStore, writable: NeuronGraph, kind: str, killed: str
) -> None:
    writable.close()
    for each in dict.fromkeys(["input", kind]):
        put(store.location, each, 1)
    kill(store, kind, 2, killed)
    if store.server is not None:
        with pytest.raises(GraphError, match=f"the {kind} 'x' of 'scratch' is unfinished"):
            values(store, kind)
        label = kind.capitalize()
        with NeuronGraph(store.location, model="scratch") as graph:
            assert getattr(graph, f"{kind}s")()["state"].tolist() == ["unfinished"]
            found = graph.cypher(f"MATCH (e:{label}:Neurongraph{label}) RETURN count(e) AS there")
            assert found["there"].tolist() == [0]
    else:
        assert values(store, kind) == [1 if killed == "within" else 2]
    assert check(store.location, name="scratch", progress=False).passed
    if killed == "within":
        put(store.location, kind, 3)
        assert values(store, kind) == [3]
    elif kind == "circuit":
        with NeuronGraph(store.location, model="scratch") as graph:
            graph.drop_circuit("x")
            graph.drop_input("x")
            assert graph.inputs().empty
    drop("scratch", store.location)
    assert left(store) == 0


def test_of_two_at_once_one_counts(store: GraphStore, writable: NeuronGraph) -> None:
    writable.close()
    processes = [start(store, "input", value) for value in (1, 2)]
    said = [process.communicate(timeout=120)[1] for process in processes]
    losers = [text for text, each in zip(said, processes, strict=True) if each.returncode]
    assert all("GraphLockedError" in text and "the input 'x'" in text for text in losers)
    assert len(losers) <= (store.server is not None)
    assert values(store, "input") in ([1], [2])


@pytest.mark.usefixtures("writable")
def test_what_is_stored_before_an_error(store: GraphStore) -> None:
    row = pa.table({"neuron": [3], "value": [1.0]})

    def inputs() -> Iterator[tuple[dict[str, str], pa.Table]]:
        yield {"name": "first"}, row
        raise KeyboardInterrupt

    with open_store(store.location) as writer:
        about = find_model(writer, "scratch")
        with pytest.raises(KeyboardInterrupt):
            writer.write_inputs(about, inputs())
        states = writer.inputs(about)["state"].to_pylist()
    assert states == ([] if store.server is None else ["complete"])


@pytest.mark.parametrize("store", ["neo4j-5.26", "neo4j-newest"], indirect=True)
@pytest.mark.usefixtures("writable")
def test_a_commit_whose_acknowledgement_is_lost(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = BoltStore._transact

    def twice(self: BoltStore, work: Any, access: str) -> Any:
        """Do the work of a transaction again, as the driver does."""
        once(self, work, access)
        return once(self, work, access)

    monkeypatch.setattr(BoltStore, "_transact", twice)
    monkeypatch.setattr(records, "_ROWS_A_TRANSACTION", 4)
    for value in (1, 2):
        for kind in ("input", "circuit"):
            put(store.location, kind, value)
            assert values(store, kind) == [value]
    assert check(store.location, name="scratch", progress=False).passed
    with NeuronGraph(store.location, model="scratch") as graph:
        graph.drop_circuit("x")
        graph.drop_input("x")
        labels = graph.cypher("CALL db.labels() YIELD label RETURN label", allow=["db.labels"])
    # Nor are there constraints left.
    assert not {own_label(kind) for kind in RECORD_KINDS} & set(labels["label"])
