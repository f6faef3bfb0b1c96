"""What another application may have in the same database, under the names that ours have."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from neo4j import GraphDatabase

from tests.servers import Neo4jServer

LABEL: Final = "Foreign"
"""What tells the nodes of the other application, for these tests alone."""

NAMES: Final = (
    "pooled", "dilated", "digits", "scratch", "scratch~new", "scratch~replaced", "damaged",
    "stated-branched",
)  # fmt: skip
"""Names that models of ours have in the tests."""

_NODES: Final = """
CREATE (:Foreign:Model:Car {name: 'Roadster', price: 5}), (:Foreign:Model), (:Foreign:Layer),
  (:Foreign:Neuron), (:Foreign:Model {name: ['x'], key: 5, state: true}),
  (:Foreign:Model {name: 5, key: ['x'], state: 'complete', layers: 'many', schema_version: 'new'}),
  (:Foreign:Layer {model: 5, name: ['x'], index: 'first', first: 'a', last: 'b', edges: 'c'}),
  (:Foreign:Neuron {model: ['x'], id: 'one', name: 5, layer: 7, bias: 'heavy'})
WITH count(*) AS one
UNWIND $names AS name
UNWIND range(1, 2) AS twice
CREATE (m:Foreign:Model {name: name, key: name, state: 'complete', schema_version: 5, layers: 1,
  neurons: 3, edges: 3, granularity: 'neuron', load_id: 'x', loaded_at: '2999-01-01', load: 'x'})
CREATE (l:Foreign:Layer {model: name, name: 'hidden', index: 0, first: 0, last: 2, edges: 3})
CREATE (k:Foreign:Layer {name: 'hidden'})
CREATE (m)-[:HAS_LAYER]->(l)-[:NEXT {weight: 1.5}]->(k), (m)-[:HAS_LAYER]->(k)
CREATE (:Foreign:Circuit {model: name, name: 'a', input: 'x', state: 'complete', nodes: 5})-[:OF]->
  (i:Foreign:Input {model: name, name: 'x', state: 'complete', neurons: 1, checksum: 'x'}),
  (i)-[:ACTIVATES {value: 1.0}]->(b:Foreign:Active {model: name, circuit: 'a', id: 0}),
  (b)-[:CONTRIBUTES {weight: 1.0}]->(b)-[:IS]->(l)
WITH name, m, l
UNWIND range(0, 2) AS id
CREATE (n:Foreign:Neuron:Dense {model: name, id: id, name: 'hidden[' + id + ']', layer: 'hidden',
  layer_index: 4, bias: 1000.0})-[:OF]->(l)
WITH n, id
CREATE (n)-[:CONNECTS_TO {weight: 1000.0}]->(n), (n)-[:CONNECTS_TO {weight: 'heavy'}]->(n)
"""
"""Two of each, so that a constraint on a label that is not ours alone fails."""

_JOINED: Final = (
    """
    MATCH (f:Foreign:Neuron {model: $model}), (n:NeurongraphNeuron {model: $key})
    WHERE n.id % 7 = 0 AND f.id < 2
    CREATE (f)-[:CONNECTS_TO {weight: 1000.0}]->(n), (n)-[:CONNECTS_TO {weight: 1000.0}]->(f),
      (f)-[:CONNECTS_TO {weight: 'heavy'}]->(n), (n)-[:CONNECTS_TO]->(f), (n)-[:USED_BY]->(f)
    """,
    """
    MATCH (c:Car), (n:NeurongraphNeuron {model: $key}) WHERE n.id % 5 = 0
    CREATE (c)-[:CONNECTS_TO {weight: 1000.0}]->(n), (n)-[:CONNECTS_TO {weight: ['x']}]->(c)
    """,
    """
    MATCH (f:Foreign:Layer {model: $model}), (l:NeurongraphLayer {model: $key})
    CREATE (f)-[:NEXT]->(l), (l)-[:NEXT]->(f), (l)-[:CONNECTS_TO {weight: 1000.0}]->(f)
    """,
    """
    MATCH (f:Foreign:Model {name: $model}), (f)-[:HAS_LAYER]->(k)
    MATCH (m:NeurongraphModel {name: $model})-[:HAS_LAYER]->(l:NeurongraphLayer)
    CREATE (f)-[:HAS_LAYER]->(l), (m)-[:HAS_LAYER]->(k), (m)-[:CONNECTS_TO {weight: 1.0}]->(l)
    """,
    # Two models of ours may be joined by somebody as well.
    """
    MATCH (n:NeurongraphNeuron {model: $key}), (o:NeurongraphNeuron) WHERE o.model <> $key
    WITH n, o LIMIT 50
    CREATE (n)-[:CONNECTS_TO {weight: 1000.0}]->(o), (o)-[:CONNECTS_TO {weight: 1000.0}]->(n),
      (n)-[:CONNECTS_TO {weight: 'heavy', l1: ['x'], edges: true}]->(o),
      (o)-[:CONNECTS_TO {weight: ['x'], l1: 'heavy', edges: 'many'}]->(n)
    """,
    """
    MATCH (l:NeurongraphLayer {model: $key}), (o:NeurongraphLayer) WHERE o.model <> $key
    CREATE (l)-[:NEXT]->(o), (o)-[:NEXT]->(l)
    """,
    """
    MATCH (m:NeurongraphModel {name: $model}), (o:NeurongraphLayer) WHERE o.model <> $key
    CREATE (m)-[:HAS_LAYER]->(o)
    """,
)
_KEY: Final = "MATCH (m:NeurongraphModel {name: $model}) RETURN m.key"

_HELD: Final = (
    "MATCH (n:Foreign) RETURN elementId(n), labels(n), properties(n) ORDER BY elementId(n)",
    (
        "MATCH (:Foreign)-[r]->(:Foreign) "
        "RETURN elementId(r), type(r), properties(r) ORDER BY elementId(r)"
    ),
)


@contextmanager
def beside(server: Neo4jServer) -> Iterator[None]:
    """Put another application's nodes into a database, and look that none has changed."""
    _run(server, "MATCH (n:Foreign) DETACH DELETE n")
    _run(server, _NODES, names=NAMES)
    before = held(server)
    assert before[0]
    assert before[1]
    try:
        yield
        assert held(server) == before
    finally:
        _run(server, "MATCH (n:Foreign) DETACH DELETE n")


def held(server: Neo4jServer) -> list[list[list[Any]]]:
    """Return all nodes of the other application, and the relationships between them."""
    return [_run(server, each) for each in _HELD]


def join(server: Neo4jServer, model: str) -> None:
    """Join the nodes of a model, both ways, to those of the other application and of other models.

    Parameters
    ----------
    server
        Where it is loaded.
    model
        The name of a model.
    """
    ((key,),) = _run(server, _KEY, model=model)
    for each in _JOINED:
        _run(server, each, model=model, key=key)


def _run(server: Neo4jServer, cypher: str, **parameters: Any) -> list[list[Any]]:
    with GraphDatabase.driver(server.uri, auth=server.auth) as driver:
        records = driver.execute_query(cypher, parameters).records
    return [record.values() for record in records]
