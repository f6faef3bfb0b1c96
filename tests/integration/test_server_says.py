"""What a server refuses, ends or fails for a while is told with what to do."""

import logging
from collections.abc import Iterator
from contextlib import suppress

import neo4j
import pytest
from neo4j.exceptions import Neo4jError

from exporter import load
from exporter.sinks.neo4j.connection import Connection
from queries import NeuronGraph
from queries.commands.terminal import show_records
from queries.core.log import logger
from queries.errors import GraphError, GraphNotFoundError, ParameterError
from tests.servers import NEWEST, Neo4jServer, restartable

SLOW = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a * b)"
MODEL = "samples/digits.keras"


@pytest.fixture
def _levels() -> Iterator[None]:
    """Leave the loggers as they were."""
    both = [logger, logging.getLogger("neo4j")]
    before = [(each, each.level, each.handlers[:]) for each in both]
    yield
    for each, level, handlers in before:
        each.setLevel(level)
        each.handlers[:] = handlers


class TestDatabase:
    @pytest.mark.parametrize("name", ["system", "SYSTEM"])
    def test_of_the_system_holds_no_graph(
        self, neo4j_server: Neo4jServer, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEO4J_DATABASE", name)
        for use in (NeuronGraph, lambda graph: load(MODEL, graph)):
            with pytest.raises(ParameterError, match="no graph; name another database, or unset"):
                use(neo4j_server.uri)

    def test_that_is_not_there(
        self, neo4j_server: Neo4jServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NEO4J_DATABASE", "nowhere")
        for use in (NeuronGraph, lambda graph: load(MODEL, graph)):
            with pytest.raises(GraphNotFoundError, match=r"nowhere; NEO4J_DATABASE names the"):
                use(neo4j_server.uri)


@pytest.mark.usefixtures("_levels")
class TestAnotherTry:
    @pytest.mark.parametrize(("level", "told"), [("ERROR", 0), ("WARNING", 1), ("DEBUG", 1)])
    def test_is_told_unless_errors_only_are(
        self,
        neo4j_server: Neo4jServer,
        level: str,
        told: int,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        failures = [
            Neo4jError._hydrate_neo4j(code="Neo.TransientError.General.Busy", message="busy")
        ]

        def work(transaction: neo4j.ManagedTransaction) -> int:
            if failures:
                raise failures.pop()
            return int(transaction.run("RETURN 1").single(strict=True)[0])

        show_records(level)
        connection = Connection(neo4j_server.uri)
        try:
            assert connection.transaction(work) == 1
        finally:
            connection.close()
        said = capsys.readouterr().err
        assert said.count("WARNING Transaction failed and will be retried") == told
        assert "[#" not in said


@pytest.mark.neo4j
@pytest.mark.full
def test_a_server_that_ends_what_takes_long_is_told() -> None:
    with restartable(NEWEST, heap="512m") as local:
        local.stop()
        local.configure("db.transaction.timeout", "3s")
        local.configure("db.transaction.monitor.check.interval", "200ms")
        local.start()
        # Its first transaction may take long.
        with suppress(GraphError):
            NeuronGraph(local.server.uri).close()
        with NeuronGraph(local.server.uri) as graph:
            for ask in (graph.cypher, graph.write):
                with pytest.raises(GraphError, match=r"longer than it allows.*TransactionTimedOut"):
                    ask(SLOW)
