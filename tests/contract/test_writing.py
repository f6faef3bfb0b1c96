"""A statement of somebody's own cannot write, unless that is said."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from neo4j import GraphDatabase

from queries import NeuronGraph
from queries.errors import CypherError, GraphError, ParameterError
from tests.contract.stores import GraphStore

EVERYWHERE = [
    "CREATE (:Neuron {id: 123456})",
    "MERGE (m:Model {name: 'new'})",
    "MATCH (n:Neuron) DETACH DELETE n",
    "MATCH (n:Neuron) SET n.bias = 7.0",
    "MATCH ()-[r:CONNECTS_TO]->() DELETE r",
    "MATCH (n:Neuron) WITH n ORDER BY n.id LIMIT 1 SET n.bias = 7.0 RETURN n.id",
    "RETURN 1 AS id UNION ALL MATCH (n:Neuron) SET n.bias = 7.0 RETURN n.id AS id",
    "PROFILE CREATE (:Neuron {id: 123456})",
    "/* RETURN 1 */ CREATE (:Neuron {id: 123456})",
    "// RETURN 1\nCREATE (:Neuron {id: 123456})",
    "RETURN 1; CREATE (:Neuron {id: 123456})",
    "RETURN 1 AS `a\\`; CREATE (:Neuron {id: 123456})",
]
ON_A_SERVER = [
    "MATCH (n:Neuron) REMOVE n.bias",
    "MATCH (n:Neuron) SET n:Other",
    "FOREACH (i IN [1] | CREATE (:Other))",
    "UNWIND [1] AS i CALL (i) { CREATE (:Other) }",
    "UNWIND [1] AS i CALL (i) { CREATE (:Other) } IN TRANSACTIONS",
    "UNWIND [1] AS i CALL (i) { CREATE (:Other) } IN CONCURRENT TRANSACTIONS",
    "CYPHER runtime=slotted CREATE (:Other)",
    "LOAD CSV FROM 'file:///none.csv' AS row CREATE (:Other)",
    "CREATE INDEX other FOR (n:Other) ON (n.x)",
    "CREATE CONSTRAINT other FOR (n:Other) REQUIRE n.x IS UNIQUE",
    "DROP CONSTRAINT other IF EXISTS",
    "CALL db.createLabel('Other')",
    "CALL db.createProperty('other')",
    "CALL db.createRelationshipType('OTHER')",
    "MATCH (n:Neuron) CALL db.create.setNodeVectorProperty(n, 'other', [1.0]) RETURN 1",
    "CREATE USER other SET PASSWORD 'other-pass-phrase'",
    "ALTER USER neo4j SET PASSWORD 'other-pass-phrase'",
    "ALTER CURRENT USER SET PASSWORD FROM 'this' TO 'other-pass-phrase'",
    "RENAME USER neo4j TO other",
    "DROP USER neo4j",
    "GRANT ROLE admin TO neo4j",
    "CREATE DATABASE other",
    "DROP DATABASE neo4j",
    "STOP DATABASE neo4j",
    "CALL dbms.upgrade()",
]
IN_A_FILE = [
    "COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "PROFILE COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "RETURN 1; COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "RETURN 1 //\r; COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "RETURN 'it\\'s'; COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "RETURN 'its\\\\'; COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "/* /* */ COPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "//\rRETURN 1\nCOPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "\ufeffCOPY (MATCH (n:Neuron) RETURN n.id) TO 'out.csv'",
    "EXPORT DATABASE 'out'",
    "IMPORT DATABASE 'out'",
    "CHECKPOINT",
    "BEGIN TRANSACTION",
    "ATTACH 'other.lbug' AS other (dbtype lbug)",
    "INSTALL json",
    "LOAD json",
    "CALL threads = 1",
    "CALL /* ( */ threads = 1",
    "CREATE NODE TABLE Other(id INT64, PRIMARY KEY(id))",
    "ALTER TABLE Neuron ADD other INT64",
    "DROP TABLE CONNECTS_TO",
    "CREATE SEQUENCE other",
]
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
        "MATCH (n) RETURN count(n), sum(size(labels(n))), sum(size(keys(n))), sum(n.bias)",
        "MATCH ()-[r]->() RETURN count(r), sum(r.weight)",
        "SHOW INDEXES YIELD name",
        "SHOW CONSTRAINTS YIELD name",
        "SHOW USERS YIELD user",
        "SHOW DATABASES YIELD name, currentStatus",
        "CALL db.labels()",
        "CALL db.propertyKeys()",
        "CALL db.relationshipTypes()",
    ]
    with GraphDatabase.driver(store.server.uri, auth=store.server.auth) as driver:
        return [sorted(driver.execute_query(each).records) for each in asked]


def is_refused(graph: NeuronGraph, statement: str) -> bool:
    try:
        graph.cypher(statement)
    except CypherError:
        return True
    return False


class TestReading:
    def test_cannot_write(self, loaded: GraphStore) -> None:
        statements = [*EVERYWHERE, *(ON_A_SERVER if loaded.server else IN_A_FILE)]
        before = state(loaded)
        with NeuronGraph(loaded.location, model="pooled") as graph:
            done = [statement for statement in statements if not is_refused(graph, statement)]
        assert done == []
        assert state(loaded) == before

    @pytest.mark.cypher
    def test_says_how_to_write(self, pooled: NeuronGraph) -> None:
        with pytest.raises(CypherError, match=r"would change .*--write.*NeuronGraph\.write"):
            pooled.cypher("MATCH (n:Neuron) SET n.bias = 7.0")


class TestWriting:
    def test_says_what_it_changed(self, loaded: GraphStore) -> None:
        before = loaded.totals()
        with NeuronGraph(loaded.location, model="pooled") as graph:
            graph.neurons()
            made = graph.write("CREATE (:Neuron {model: $name, id: $extra})", NEURON)
            joined = graph.write(
                "MATCH (s:Neuron {model: $name}), (t:Neuron {model: $name, id: $extra}) "
                "WHERE s.id < 2 CREATE (s)-[:CONNECTS_TO {weight: $weight}]->(t)",
                NEURON,
                weight=0.25,
            )
            written = graph.edges(graph.neurons([0, 1])).query("target == 123456")
            assert written["weight"].tolist() == [0.25] * 2
            gone = graph.write(
                "MATCH (n:Neuron {model: $name, id: $extra}) DETACH DELETE n", NEURON
            )
        server = loaded.server is not None
        assert changes(made) == ([1, 0, 0, 0], 2 if server else None)
        assert changes(joined) == ([0, 0, 2, 0], 2 if server else None)
        assert changes(gone) == ([0, 1, 0, 2], 0 if server else None)
        assert loaded.totals() == before

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
        with NeuronGraph(loaded.location) as graph, pytest.raises(ParameterError, match="--model"):
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
