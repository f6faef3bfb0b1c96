"""The Cypher that writes and removes inputs and circuits in Neo4j.

The node of an input or a circuit has the label that people read once it is whole; before it has the
one that only ours have. ``write_id`` is the mark of who writes it, or wrote it.
"""

from typing import Final

from queries.core.labels import of_ours
from queries.core.record_schema import ACTIVATES, ACTIVE, CONTRIBUTES, UNFINISHED

INDEXES: Final = "SHOW INDEXES YIELD name WHERE name STARTS WITH $beginning RETURN name"


def found(label: str) -> str:
    """Return the statement that reads of an input, or a circuit, whether it is whole."""
    return of_ours(f"""
MATCH (e:{label}) WHERE e.model = $model AND e.name = $name
RETURN e.state AS state, e.sha256 AS sha256, e.write_id AS write_id, e.parts AS parts
""")


def names(label: str) -> str:
    """Return the statement that names the inputs, or the circuits, of a model."""
    return of_ours(f"""
MATCH (e:{label}) WHERE e.model = $model AND e.name IS NOT NULL
RETURN e.name AS name ORDER BY name
""")


def begin(label: str) -> str:
    """Return the statement that marks an input, or a circuit, and makes it where it is missing."""
    return of_ours(f"""
MERGE (e:{label} {{model: $model, name: $name}})
SET e.state = '{UNFINISHED}', e.write_id = $write_id, e.parts = 0, e.input = $input
REMOVE e:`{label}`
""")


def note_part(label: str) -> str:
    """Return the statement that notes how many parts are written."""
    return of_ours(f"""
MATCH (e:{label}) WHERE e.model = $model AND e.name = $name
SET e.parts = $parts
""")


def finish(label: str) -> str:
    """Return the statement that makes an input, or a circuit, whole."""
    return of_ours(f"""
MATCH (e:{label}) WHERE e.model = $model AND e.name = $name
SET e:`{label}`, e += $properties
REMOVE e.parts
""")


def remove(label: str) -> str:
    """Return the statement that removes the node of an input, or of a circuit."""
    return of_ours(f"""
MATCH (e:{label}) WHERE e.model = $model AND e.name = $name
DETACH DELETE e
""")


CIRCUITS_AT: Final = of_ours("""
MATCH (c:Circuit) WHERE c.model = $model AND c.name IS NOT NULL AND c.input = $name
RETURN c.name AS name ORDER BY name
""")

CLEAR: Final = {
    "Input": (
        of_ours("""
MATCH (i:Input)-[r:ACTIVATES]->(n:Neuron) WHERE i.model = $model AND i.name = $name
WITH r LIMIT $most
DELETE r
RETURN count(*) AS gone
"""),
    ),
    "Circuit": (
        of_ours("""
MATCH (a:Active) WHERE a.model = $model AND a.circuit = $name AND a.id IS NOT NULL
MATCH (a)-[r:CONTRIBUTES]->(b:Active)
WITH r LIMIT $most
DELETE r
RETURN count(*) AS gone
"""),
        of_ours("""
MATCH (a:Active) WHERE a.model = $model AND a.circuit = $name AND a.id IS NOT NULL
WITH a LIMIT $most
DETACH DELETE a
RETURN count(*) AS gone
"""),
        of_ours("""
MATCH (c:Circuit)-[r:OF]->(i:Input) WHERE c.model = $model AND c.name = $name
WITH r LIMIT $most
DELETE r
RETURN count(*) AS gone
"""),
    ),
}
"""What removes all that belongs to an input, or to a circuit, but its node: parts of some rows."""


def _values(columns: list[str]) -> str:
    return ", ".join(f"`{name}`: ${name}[k]" for name in columns)


ADD_ACTIVATIONS: Final = of_ours(f"""
MATCH (i:Input) WHERE i.model = $model AND i.name = $record
UNWIND range(0, size($neuron) - 1) AS k
MATCH (n:Neuron {{model: $model, id: $neuron[k]}})
CREATE (i)-[:ACTIVATES {{{_values(ACTIVATES.names[1:])}}}]->(n)
RETURN count(*) AS made
""")
ADD_NODES: Final = of_ours(f"""
UNWIND range(0, size($id) - 1) AS k
CREATE (a:`Active`:Active {{model: $model, circuit: $record, {_values(ACTIVE.names)}}})
RETURN count(*) AS made
""")
ADD_IS: Final = of_ours("""
UNWIND range(0, size($id) - 1) AS k
MATCH (a:Active {model: $model, circuit: $record, id: $id[k]})
MATCH (n:Neuron {model: $model, id: $neuron[k]})
CREATE (a)-[:IS]->(n)
RETURN count(*) AS made
""")
ADD_RELATIONSHIPS: Final = of_ours(f"""
UNWIND range(0, size($source) - 1) AS k
MATCH (a:Active {{model: $model, circuit: $record, id: $source[k]}})
MATCH (b:Active {{model: $model, circuit: $record, id: $target[k]}})
CREATE (a)-[:CONTRIBUTES {{{_values(CONTRIBUTES.names[2:])}}}]->(b)
RETURN count(*) AS made
""")
ADD_OF: Final = of_ours("""
MATCH (c:Circuit) WHERE c.model = $model AND c.name = $name
MATCH (i:Input) WHERE i.model = $model AND i.name = c.input
MERGE (c)-[:OF]->(i)
""")

ANY: Final = of_ours("""
RETURN EXISTS { MATCH (i:Input) WHERE i.model = $model AND i.name IS NOT NULL }
  OR EXISTS { MATCH (c:Circuit) WHERE c.model = $model AND c.name IS NOT NULL }
  OR EXISTS {
    MATCH (a:Active) WHERE a.model = $model AND a.circuit IS NOT NULL AND a.id IS NOT NULL
  } AS there
""")
"""Whether a model has inputs or circuits."""

ANY_LEFT: Final = of_ours("""
RETURN EXISTS { MATCH (:Input) } OR EXISTS { MATCH (:Circuit) } OR EXISTS { MATCH (:Active) }
  AS there
""")
"""Whether any model has."""

REMOVE_ALL: Final = (
    of_ours("""
MATCH (a:Active) WHERE a.model = $model AND a.circuit IS NOT NULL AND a.id IS NOT NULL
MATCH (a)-[r:CONTRIBUTES]->(b:Active)
WITH r LIMIT $most
DELETE r
"""),
    of_ours("""
MATCH (a:Active) WHERE a.model = $model AND a.circuit IS NOT NULL AND a.id IS NOT NULL
WITH a LIMIT $most
DETACH DELETE a
"""),
    of_ours("""
MATCH (i:Input) WHERE i.model = $model AND i.name IS NOT NULL
MATCH (i)-[r:ACTIVATES]->(n:Neuron)
WITH r LIMIT $most
DELETE r
"""),
    of_ours("""
MATCH (c:Circuit) WHERE c.model = $model AND c.name IS NOT NULL
WITH c LIMIT $most
DETACH DELETE c
"""),
    of_ours("""
MATCH (i:Input) WHERE i.model = $model AND i.name IS NOT NULL
WITH i LIMIT $most
DETACH DELETE i
"""),
)
"""What removes all inputs and circuits of a model, each in parts of some rows."""
