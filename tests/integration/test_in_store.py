"""Statements that compute in the store, where the server cannot or must not run them."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from neo4j import Driver, GraphDatabase

from exporter import drop, load
from queries import NeuronGraph
from queries.errors import GraphAccessError, GraphError
from tests.contract.in_store.same import assert_same
from tests.servers import NEWEST, LocalServer, Neo4jServer, restartable
from tests.unit.test_progress_bar import read_all

pytestmark = pytest.mark.neo4j

MODEL = "samples/digits.keras"
HELPERS = (
    "MATCH (n) UNWIND keys(n) AS key WITH DISTINCT key WHERE key STARTS WITH '_' "
    "RETURN collect(key) AS keys"
)
RUNNING = (
    "SHOW TRANSACTIONS YIELD currentQuery "
    "WHERE currentQuery CONTAINS $part AND NOT currentQuery CONTAINS 'SHOW' "
    "RETURN count(*) AS running"
)


@pytest.fixture(scope="module")
def local() -> Iterator[LocalServer]:
    """Give a server whose settings a test may change, with the sample model in it."""
    with restartable(NEWEST, heap="512m") as server:
        load(MODEL, server.server.uri, name="digits")
        yield server


@pytest.mark.full
@pytest.mark.parametrize(
    ("setting", "value", "name", "error", "message"),
    [
        ("db.memory.transaction.max", "3m", "edges", GraphError, "no memory to compute edges"),
        ("server.databases.default_to_read_only", "true", "katz", GraphAccessError, "keeps scores"),
    ],
)
def test_what_a_server_does_not_run_is_told_with_the_other_way(
    local: LocalServer,
    setting: str,
    value: str,
    name: str,
    error: type[GraphError],
    message: str,
) -> None:
    local.stop()
    local.configure(setting, value)
    local.start()
    try:
        with NeuronGraph(local.server.uri) as graph:
            with pytest.raises(error, match=rf"{message}.*ask without in_store"):
                getattr(graph, name)(in_store=True)
            assert len(getattr(graph, name)()) > 0
            assert len(graph.strength("dense_1", in_store=True)) == 10
    finally:
        local.stop()
        local.configure(setting, None)
        local.start()


@pytest.fixture
def loaded(neo4j_server: Neo4jServer) -> Iterator[Neo4jServer]:
    load(MODEL, neo4j_server.uri, name="interrupted")
    yield neo4j_server
    drop("interrupted", neo4j_server.uri)


@pytest.mark.slow
def test_ctrl_c_leaves_no_score_behind(loaded: Neo4jServer) -> None:
    words = ["query", "katz", "--in-store", "--graph", loaded.uri, "--model", "interrupted"]
    last = (
        "MATCH (n:NeurongraphNeuron {name: 'dense_1[9]'}) WHERE n.model = 'interrupted' "
        "SET n.held = 1"
    )
    with GraphDatabase.driver(loaded.uri, auth=loaded.auth) as driver:
        with driver.session() as session, session.begin_transaction() as holding:
            # The statement waits for the last neuron, when all others have their scores.
            holding.run(last).consume()
            code, said = interrupted(words, lambda: _wait_for(driver, "_katz", running=True))
            holding.rollback()
        assert code == 130
        assert "Traceback" not in said
        # It is seen to go on meanwhile.
        assert re.search(rf"Asking {re.escape(loaded.uri)}.* 1 s", said)
        _wait_for(driver, "_katz", running=False)
        assert driver.execute_query(HELPERS).records[0]["keys"] == []
    with NeuronGraph(loaded.uri, model="interrupted") as graph:
        assert_same(graph, "katz")


@pytest.mark.slow
def test_ctrl_c_ends_a_statement_that_writes_at_once(loaded: Neo4jServer) -> None:
    changed = "MATCH (n:NeurongraphNeuron {name: 'dense_1[9]'}) WHERE n.model = 'interrupted' SET "
    words = ["cypher", f"{changed} n.ended = 1", "--write", "--yes", "--graph", loaded.uri]
    with (
        GraphDatabase.driver(loaded.uri, auth=loaded.auth) as driver,
        driver.session() as session,
        session.begin_transaction() as holding,
    ):
        # For as long as this goes on, the statement waits for its neuron.
        holding.run(f"{changed} n.held = 1").consume()
        code, said = interrupted(words, lambda: _wait_for(driver, "n.ended", running=True))
        _wait_for(driver, "n.ended", running=False)
        holding.rollback()
    assert (code, said.strip()) == (130, "Interrupted.")


def interrupted(words: list[str], reached: Callable[[], None]) -> tuple[int, str]:
    """Press Ctrl-C in a command, some time after a point; return its exit code and what it said."""
    terminal, stderr = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "exporter.cli", *words]
    with (
        ThreadPoolExecutor(1) as reader,
        subprocess.Popen(command, stderr=stderr, env=environment) as process,
    ):
        os.close(stderr)
        # A terminal that nobody reads stops who writes.
        said = reader.submit(read_all, terminal)
        try:
            reached()
            time.sleep(1.5)
            process.send_signal(signal.SIGINT)
            return process.wait(timeout=60), said.result()
        finally:
            process.kill()


def _wait_for(driver: Driver, part: str, *, running: bool) -> None:
    """Wait until a statement that has some text in it runs, or does not."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        (row,) = driver.execute_query(RUNNING, part=part).records
        if bool(row["running"]) == running:
            return
        time.sleep(0.1)
    raise AssertionError(f"the statement is {'not ' if running else 'still '}running")
