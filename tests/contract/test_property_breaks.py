"""Processes that write properties and are killed, or write at the same time."""

import signal
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest

from exporter import load
from queries import NeuronFilter, NeuronGraph
from queries.stores import open_store
from queries.stores.models import find_model
from tests.contract.reference import Reference
from tests.contract.stores import GraphStore

WRITE = """
import os, sys
from queries import NeuronGraph
from queries.stores.embedded import properties as embedded, rewriting
from queries.stores.neo4j import properties as neo4j

graph, score, name, killed = sys.argv[1:]

def kills(calls, of, function):
    work = getattr(of, function)
    def wrapped(*arguments, **options):
        nonlocal calls
        calls -= 1
        if calls == 0:
            os.kill(os.getpid(), 9)
        return work(*arguments, **options)
    setattr(of, function, wrapped)

neo4j._NEURONS_A_TRANSACTION = 40
if killed == "within":
    kills(1, embedded, "_set_list")
    kills(2, neo4j.Properties, "_change")
elif killed == "at the end":
    # When the file has taken its place, and its note has not.
    kills(2, rewriting, "write_note")
    kills(1, neo4j.Properties, "_finish")
with NeuronGraph(graph, model="scratch") as opened:
    getattr(opened, score)(write_property=name)
"""

pytestmark = pytest.mark.cypher


def start(store: GraphStore, score: str, name: str, killed: str = "") -> "subprocess.Popen[str]":
    """Start a process that writes a score, and perhaps is killed there."""
    command = [sys.executable, "-c", WRITE, store.location, score, name, killed]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def states(graph: NeuronGraph) -> dict[str, str]:
    frame = graph.properties()
    return dict(zip(frame["name"], frame["state"], strict=True))


def values(store: GraphStore, name: str) -> list[Any]:
    with NeuronGraph(store.location, model="scratch") as graph:
        return list(graph.neurons()[name].tolist())


class TestKilled:
    @pytest.mark.parametrize("killed", ["within", "at the end"])
    def test_nothing_half_written_counts(
        self, store: GraphStore, writable: NeuronGraph, killed: str
    ) -> None:
        before = writable.katz(write_property="score")["katz"].tolist()
        writable.close()
        with start(store, "degree", "score", killed) as process:
            process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        with NeuronGraph(store.location, model="scratch") as graph:
            degrees = graph.degree()["degree"].astype("float64").tolist()
            if store.server is not None:
                assert states(graph) == {"score": "unfinished"}
                assert "score" not in graph.neurons()
            else:
                assert states(graph) == {"score": "complete"}
                expected = before if killed == "within" else degrees
                assert values(store, "score") == expected
            graph.degree(write_property="score")
            assert values(store, "score") == degrees
            graph.remove_property("score")
            assert states(graph) == {}


class TestAtOnce:
    def test_both_properties_are_there(self, store: GraphStore, writable: NeuronGraph) -> None:
        writable.close()
        scores = ("katz", "degree", "pagerank")
        processes = [start(store, score, score) for score in scores]
        said = [process.communicate(timeout=120)[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0, 0], said
        with NeuronGraph(store.location, model="scratch") as graph:
            assert states(graph) == dict.fromkeys(sorted(scores), "complete")
            for score in scores:
                expected = getattr(graph, score)()[score].astype("float64").tolist()
                assert values(store, score) == expected

    def test_of_one_property_one_counts(self, store: GraphStore, writable: NeuronGraph) -> None:
        writable.close()
        processes = [start(store, score, "score") for score in ("katz", "degree")]
        said = [process.communicate(timeout=120)[1] for process in processes]
        losers = [text for text, each in zip(said, processes, strict=True) if each.returncode]
        assert all("GraphLockedError" in text and "'score'" in text for text in losers)
        assert len(losers) <= (store.server is not None)
        with NeuronGraph(store.location, model="scratch") as graph:
            assert states(graph) == {"score": "complete"}
            whole = [graph.katz()["katz"].tolist(), graph.degree()["degree"].tolist()]
        assert values(store, "score") in whole

    @pytest.mark.parametrize("store", ["embedded"], indirect=True)
    def test_who_has_the_file_open_reads_on_what_it_was(
        self, store: GraphStore, writable: NeuronGraph
    ) -> None:
        writable.katz(write_property="katz")
        expected = writable.neurons()
        with open_store(store.location) as reader:
            about = find_model(reader, "scratch")
            for number in range(8):
                scores = expected[["id"]].assign(score=float(number))
                writable.write_property(scores, "katz", "score")
                writable.write_property(scores, f"other_{number % 3}", "score")
            # It has read nothing of them before.
            table = reader.neurons(NeuronFilter(), about, ["id", "name", "bias"])
            pd.testing.assert_frame_equal(table.to_pandas(), expected[["id", "name", "bias"]])
            assert [each.name for each in reader.properties(about)] == ["katz"]
            again = find_model(reader, "scratch")
            assert len(reader.properties(again)) == 4
        assert store.leftovers("scratch") == []


def test_a_repair_keeps_them(
    store: GraphStore, writable: NeuronGraph, references: dict[str, Reference]
) -> None:
    writable.katz(write_property="katz")
    writable.degree(write_property="degree", index=store.server is not None)
    expected = writable.neurons()
    writable.close()
    store.spoil("scratch", "MATCH (n:Neuron {model: $model, id: 3}) SET n.bias = 5.0")
    load(references["pooled"].file, store.location, name="scratch", resume=True)
    with NeuronGraph(store.location, model="scratch") as graph:
        assert states(graph) == {"degree": "complete", "katz": "complete"}
        assert graph.neurons()["katz"].tolist() == expected["katz"].tolist()
        assert graph.properties()["index"].tolist() == [store.server is not None, False]
