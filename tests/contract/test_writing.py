"""A statement of somebody's own only reads the graph, unless more is said."""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import Neo4jError

from queries import NeuronGraph
from queries.errors import CypherError, GraphError, ParameterError
from queries.stores.cypher.dialects import NEO4J_CYPHER
from queries.stores.cypher.read_only import refuse_effects
from tests import attacks
from tests.contract.stores import GraphStore

# None are escapes: some, in a statement that is wrong, keep Neo4j 5.26 busy for ever.
PIECES = [
    *("/*", "*/", "*", "//", "\n", "\r", "'", '"', "`", "\\", " ", "1", ".", "x", "$", " as"),
    *("/* '*/", "//`\n", " AS x ", " WITH 1 AS x ", "\u00a0", "/***/"),
]
"""What a statement is spoilt by."""
NEURON = {"name": "pooled", "extra": 123_456}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, for a statement may name files."""
    monkeypatch.chdir(tmp_path)


def state(store: GraphStore) -> Any:
    """Say all that a statement may have changed: the files, or what the server tells."""
    if store.server is None:
        files = [*Path(store.location).iterdir(), *Path.cwd().iterdir()]
        return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    asked = [
        "MATCH (n) RETURN count(n), sum(size(labels(n))), sum(size(keys(n)))",
        # As texts, since some are NaN, which is equal to nothing.
        "MATCH (n) RETURN toStringOrNull(n.bias) AS bias, count(n)",
        "MATCH ()-[r]->() RETURN toStringOrNull(r.weight) AS weight, count(r)",
        "SHOW INDEXES YIELD name",
        "SHOW CONSTRAINTS YIELD name",
        "SHOW USERS YIELD user",
        "SHOW DATABASES YIELD name, currentStatus",
        "CALL db.labels()",
        "CALL db.propertyKeys()",
        "CALL db.relationshipTypes()",
    ]
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        return [sorted(map(str, driver.execute_query(each).records)) for each in asked]


@pytest.fixture
def canary(loaded: GraphStore, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """Give a file or an address that nobody may read, and who read it, as far as one can see."""
    read: list[str] = []
    if loaded.server is None:
        (tmp_path / "canary.csv").write_text("canary\n")
        yield str(tmp_path / "canary.csv"), read
        return

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            read.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"canary\n")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Canary) as listening:
        thread = Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/canary.csv", read
        listening.shutdown()
        thread.join()


def is_refused(graph: NeuronGraph, statement: str) -> bool:
    try:
        graph.cypher(statement)
    except CypherError:
        return True
    return False


class TestReading:
    def test_cannot_do_more(
        self,
        loaded: GraphStore,
        canary: tuple[str, list[str]],
        caplog: pytest.LogCaptureFixture,
        record_property: Callable[[str, object], None],
    ) -> None:
        kinds = attacks.NEO4J if loaded.server else attacks.LADYBUG
        tried = list(attacks.attacks(kinds, canary[0]))
        before = state(loaded)
        with NeuronGraph(loaded.location, model="pooled") as graph:
            graph.models()
            caplog.set_level(logging.DEBUG, "neurongraph")
            caplog.clear()
            passed = [each for each in tried if not is_refused(graph, each[1])]
            # Each statement that a store runs is logged.
            ran = list(caplog.records)
            graph.models()
        assert passed == []
        assert ran == []
        assert caplog.records
        assert canary[1] == []
        assert state(loaded) == before
        for kind, count in Counter(kind for kind, _ in tried).items():
            record_property(kind, f"{count} tried, {count} held")

    @pytest.mark.cypher
    def test_says_how_to_write(self, pooled: NeuronGraph) -> None:
        with pytest.raises(CypherError, match=r"SET is not .*graph\.write"):
            pooled.cypher("MATCH (n:Neuron) SET n.bias = 7.0")

    def test_reads_a_file_where_that_is_said(
        self, loaded: GraphStore, canary: tuple[str, list[str]]
    ) -> None:
        place, read = canary
        server = loaded.server
        if server is not None and server.home is None:
            pytest.skip("the server runs on another machine, or as if it did")
        load = f"LOAD CSV FROM '{place}' AS row" if server else f"LOAD FROM '{place}'"
        column = "row[0]" if server else "column0"
        with NeuronGraph(loaded.location, model="pooled") as graph:
            found = graph.cypher(f"UNWIND [1] AS x {load} RETURN {column} AS read", allow=["LOAD"])
        assert found["read"].tolist() == ["canary"]
        assert read == (["/canary.csv"] if server else [])

    def test_runs_a_procedure_that_is_named(self, loaded: GraphStore) -> None:
        name = "dbms.listConnections" if loaded.server else "project_graph_cypher"
        call = f"CALL {name}({'' if loaded.server else repr('g') + ', ' + repr('RETURN 1')})"
        with NeuronGraph(loaded.location, model="pooled") as graph:
            with pytest.raises(CypherError, match=rf"allow=\['{name}'\]"):
                graph.cypher(call)
            graph.cypher(call, allow=[name])

    def test_knows_what_the_server_has(self, loaded: GraphStore) -> None:
        if loaded.server is None:
            return
        listed = "SHOW PROCEDURES YIELD name, mode WHERE mode IN ['READ', 'DBMS'] RETURN name"
        dotted = "SHOW BUILT IN FUNCTIONS YIELD name WHERE name CONTAINS '.' RETURN name"
        with NeuronGraph(loaded.location, model="pooled") as graph:
            procedures = set(graph.cypher(listed)["name"])
            functions = {name.lower() for name in graph.cypher(dotted)["name"]}
        assert NEO4J_CYPHER.procedures <= procedures
        newer = {name for name in NEO4J_CYPHER.functions or () if name.startswith("coll.")}
        assert (NEO4J_CYPHER.functions or set()) - newer <= functions

    def test_the_attacks_are_real(self, loaded: GraphStore, canary: tuple[str, list[str]]) -> None:
        server, read = loaded.server, canary[1]
        if server is None or server.home is None:
            return
        reading = attacks.NEO4J["reading files and addresses"]
        with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
            for statement in reading:
                with suppress(Neo4jError), driver.session() as session:
                    session.run(statement.replace("{}", canary[0])).consume()
        # EXPLAIN reads nothing, and some forms are for one version alone.
        assert len(read) >= len(reading) - 5

    @pytest.mark.slow
    def test_what_the_server_reads_is_refused(self, loaded: GraphStore) -> None:
        if loaded.server is None:
            return
        draw = Random(17)
        with (
            GraphDatabase.driver(loaded.server.uri, auth=loaded.server.auth) as driver,
            driver.session() as session,
        ):
            judged = 0
            for _ in range(300):
                parts = ["".join(draw.choices(PIECES, k=draw.randint(0, 2))) for _ in range(3)]
                statement = (
                    f"EXPLAIN UNWIND [1] AS x {parts[0]}LOAD{parts[1]} CSV "
                    f"FROM 'http://127.0.0.1:1/' AS row RETURN row{parts[2]}"
                )
                try:
                    plan = session.run(statement).consume().plan
                except Neo4jError:
                    continue
                if "LoadCSV" in str(plan):
                    judged += 1
                    with pytest.raises(CypherError):
                        refuse_effects(statement, NEO4J_CYPHER)
        assert judged


class TestWriting:
    def test_says_what_it_changed(self, loaded: GraphStore) -> None:
        before = loaded.totals()
        with NeuronGraph(loaded.location, model="pooled") as graph:
            graph.neurons()
            made = graph.write(loaded.own("CREATE (:Neuron {model: $name, id: $extra})"), NEURON)
            joined = graph.write(
                loaded.own(
                    "MATCH (s:Neuron {model: $name}), (t:Neuron {model: $name, id: $extra}) "
                    "WHERE s.id < 2 CREATE (s)-[:CONNECTS_TO {weight: $weight}]->(t)"
                ),
                NEURON,
                weight=0.25,
            )
            written = graph.edges(graph.neurons([0, 1])).query("target == 123456")
            assert written["weight"].tolist() == [0.25] * 2
            gone = graph.write(
                loaded.own("MATCH (n:Neuron {model: $name, id: $extra}) DETACH DELETE n"), NEURON
            )
        server = loaded.server is not None
        assert changes(made) == ([1, 0, 0, 0], 2 if server else None)
        assert changes(joined) == ([0, 0, 2, 0], 2 if server else None)
        assert changes(gone) == ([0, 1, 0, 2], 0 if server else None)
        assert loaded.totals() == before

    def test_counts_both_what_it_made_and_what_it_deleted(
        self, store: GraphStore, scratch: str, writable: NeuronGraph
    ) -> None:
        before = int((writable.edges()["source"] == 0).sum())
        moved = writable.write(
            store.own(
                "MATCH (s:Neuron {model: $key, id: 0})-[r:CONNECTS_TO]->(t:Neuron {model: $key}) "
                "DELETE r CREATE (s)-[:CONNECTS_TO {weight: 0.5}]->(t)"
            ),
            key=scratch,
        )
        assert before
        assert changes(moved)[0] == [0, 0, before, before]
        swapped = writable.write(
            store.own(
                "MATCH (n:Neuron {model: $key, id: 0}) DETACH DELETE n "
                "CREATE (:Neuron {model: $key, id: 123456}), (:Neuron {model: $key, id: 123457})"
            ),
            key=scratch,
        )
        assert changes(swapped)[0] == [2, 1, 0, before]

    @pytest.mark.parametrize(
        "statement", ["", "MATCH (n) DELETE m", "RETURN 1; MATCH (n) DETACH DELETE n"]
    )
    def test_that_is_wrong_changes_nothing(self, loaded: GraphStore, statement: str) -> None:
        before = loaded.totals()
        with NeuronGraph(loaded.location, model="pooled") as graph, pytest.raises(CypherError):
            graph.write(statement)
        assert loaded.totals() == before

    def test_in_a_folder_of_several_models_needs_a_name(self, loaded: GraphStore) -> None:
        if loaded.server is not None:
            return
        with NeuronGraph(loaded.location) as graph, pytest.raises(ParameterError, match="model="):
            graph.write("MATCH (n:Neuron) SET n.bias = 7.0")

    def test_ends_with_the_graph(self, loaded: GraphStore) -> None:
        with NeuronGraph(loaded.location, model="pooled") as graph:
            graph.close()
            with pytest.raises(GraphError):
                graph.write("CREATE (:Neuron {id: 123456})")


def changes(frame: Any) -> tuple[list[int], int | None]:
    """Give the four counts of nodes and relationships, and that of properties."""
    row = frame.astype(object).where(frame.notna(), None).iloc[0].tolist()
    return row[:4], row[4]
