"""The Cypher that writes and removes a model: our own nodes, by the labels that only they have."""

from typing import Final

from queries.core.schema import NEURON, neuron_labels

_ADD_MODEL: Final = "CREATE (m:Model:NeurongraphModel{labels}) SET m = $model, m.load = $load"

MODELS: Final = "MATCH (m:NeurongraphModel) WHERE m.name IN $names RETURN m"

TAKE_OVER: Final = """
MATCH (m:NeurongraphModel {name: $name}) WHERE m.state = 'loading'
SET m.load = $load
"""
"""From here on a load that was still at work on the model finds another one's mark."""

# The index needs to be told that there is an id.
BLOCKS: Final = """
MATCH (b:NeurongraphNeuron) WHERE b.model = $blocks AND b.id IS NOT NULL
RETURN collect(b.id) AS firsts
"""
LAST_NEURON: Final = "MATCH (n:NeurongraphNeuron {model: $model}) RETURN max(n.id) AS id"

_ADD_LAYERS: Final = """
MATCH (m:NeurongraphModel {{name: $name}}) WHERE m.load = $load
UNWIND $layers AS layer
MERGE (l:NeurongraphLayer {{model: layer.model, name: layer.name}})
SET l:Layer{labels}, l = layer
MERGE (m)-[:HAS_LAYER]->(l)
"""
ADD_NEXT: Final = """
UNWIND $following AS pair
MATCH (a:NeurongraphLayer {model: $model, name: pair[0]})
MATCH (b:NeurongraphLayer {model: $model, name: pair[1]})
MERGE (a)-[:NEXT]->(b)
"""
_ADD_NEURONS: Final = """
MATCH (m:NeurongraphModel {{name: $name}}) WHERE m.load = $load
UNWIND $layers AS layer
UNWIND range(0, size(layer.id) - 1) AS i
CREATE (:{labels} {{{properties}}})
"""
_VALUES: Final = {"model": "$model", "layer": "layer.layer", "layer_index": "layer.layer_index"}
"""What a neuron gets as a property of which its layer has no list."""


_WITH_LABEL: Final = """
MATCH (n:`{label}`)
WHERE NOT (n:NeurongraphModel AND n.name IN $names)
  AND NOT ((n:NeurongraphLayer OR n:NeurongraphNeuron) AND n.model IN $keys)
WITH n LIMIT 1
OPTIONAL MATCH (m:NeurongraphModel)
WHERE (n:NeurongraphLayer OR n:NeurongraphNeuron) AND coalesce(m.key, m.name) = n.model OR m = n
RETURN m.name AS model
"""


_OTHERS_WITH_LABEL: Final = """
MATCH (m:NeurongraphModel) WHERE m:`{label}` AND NOT m.name IN $names
RETURN m.name AS model
"""

HOLD: Final = "MERGE (m:NeurongraphModel {name: $name}) ON CREATE SET m.load = $load"
"""By its constraint, of transactions that hold one name, one after the other goes on."""

LET_GO: Final = "MATCH (m:NeurongraphModel {name: $name}) WHERE m.load = $load DELETE m"
"""What was held stays so until the transaction ends, and leaves no node behind."""


def add_model(label: str | None) -> str:
    """Return the statement that makes the node of a model, with the label of all its nodes."""
    return _ADD_MODEL.format(labels=_beside(label))


def add_layers(label: str | None) -> str:
    """Return the statement that makes the nodes of layers, with the label of their model."""
    return _ADD_LAYERS.format(labels=_beside(label))


def with_label(label: str) -> str:
    """Return the statement that finds a node with a label that is of none of some models."""
    return _WITH_LABEL.format(label=label)


def others_with_label(label: str) -> str:
    """Return the statement that finds the models that have a label, but those of some names."""
    return _OTHERS_WITH_LABEL.format(label=label)


def _beside(label: str | None) -> str:
    # Labels cannot be parameters.
    return "" if label is None else f":`{label}`"


def add_neurons(class_name: str, label: str | None) -> str:
    """Return the statement that writes neurons of layers of some class, given as columns."""
    labels = ":".join(f"`{name}`" for name in neuron_labels(class_name)) + _beside(label)
    values = (f"{name}: {_VALUES.get(name, f'layer.{name}[i]')}" for name in NEURON.names)
    return _ADD_NEURONS.format(labels=labels, properties=", ".join(values))


ADD_BLOCKS: Final = """
MATCH (m:NeurongraphModel {name: $name}) WHERE m.load = $load
UNWIND $firsts AS first
CREATE (:NeurongraphNeuron {model: $blocks, id: first})
"""
"""In one transaction with the relationships of these blocks: a mark for each.

The constraint on neurons makes it fail for a block that is there, so that none is ever written
twice. A label of its own would stay in the list of labels for ever.
"""

# The names of properties cannot be parameters; they are those of the schema.
_ENDS: Final = """
UNWIND $sources AS id
MATCH (s:NeurongraphNeuron {model: $model, id: id})
WITH s ORDER BY s.id
WITH collect(s) AS sources
UNWIND $targets AS id
MATCH (t:NeurongraphNeuron {model: $model, id: id})
WITH sources, t ORDER BY t.id
WITH sources, collect(t) AS targets
"""


def add_edges(properties: list[str]) -> str:
    """Return the statement that takes columns as lists: ``source`` and ``target`` by index."""
    values = ", ".join(f"{name}: ${name}[i]" for name in properties)
    return (
        f"{_ENDS}UNWIND range(0, size($source) - 1) AS i\n"
        "WITH i, sources[$source[i]] AS s, targets[$target[i]] AS t\n"
        f"CREATE (s)-[:CONNECTS_TO {{{values}}}]->(t)"
    )


def add_vectors(properties: dict[str, str]) -> str:
    """Return the statement that takes columns as lists of vectors.

    Parameters
    ----------
    properties
        The function that makes a list of a vector, by the property's name.
    """
    lists = ", ".join(f"{function}(${name}[v]) AS {name}s" for name, function in properties.items())
    picked = ", ".join(f"{name}s[i] AS {name}" for name in properties)
    values = ", ".join(f"{name}: {name}" for name in properties)
    return (
        f"CYPHER 25{_ENDS}UNWIND range(0, size($source) - 1) AS v\n"
        "WITH sources, targets, toIntegerList($source[v]) AS froms,\n"
        f"  toIntegerList($target[v]) AS tos, {lists}\n"
        "UNWIND range(0, size(froms) - 1) AS i\n"
        f"WITH sources[froms[i]] AS s, targets[tos[i]] AS t, {picked}\n"
        f"CREATE (s)-[:CONNECTS_TO {{{values}}}]->(t)"
    )


WRITTEN: Final = """
MATCH (m:NeurongraphModel {name: $name}) WHERE m.load = $load
SET m.written = true
"""
"""Noted before the marks of blocks go, since without them these would seem to be missing."""

REMOVE_BLOCKS: Final = """
MATCH (b:NeurongraphNeuron) WHERE b.model = $blocks AND b.id IS NOT NULL
WITH b LIMIT $most
DETACH DELETE b
"""

REMOVE_EARLIER_BLOCKS: Final = """
MATCH (b:NeurongraphLoadedBlock) WHERE b.model = $model
WITH b LIMIT $most
DETACH DELETE b
"""
"""Of a load by a release of schema 5 or earlier that was not ended."""

CHECKSUMS: Final = """
UNWIND $checksums AS each
MATCH (l:NeurongraphLayer {model: $model, name: each.layer})
SET l.checksum = each.checksum, l.neuron_checksum = each.neuron_checksum
"""
MODEL_CHECKSUM: Final = """
MATCH (m:NeurongraphModel {name: $name}) WHERE m.load = $load
SET m.checksum = $checksum
"""
# Both may be run again after a commit whose acknowledgement was lost, and must find it done.
SET_ASIDE: Final = """
MATCH (new:NeurongraphModel {name: $name}) WHERE new.load = $load
MATCH (m:NeurongraphModel {name: $final})
SET m.name = $aside, m.state = 'dropping', m.load = null
"""
COMPLETE: Final = """
MATCH (m:NeurongraphModel) WHERE m.name IN [$name, $final] AND m.load = $load
SET m.name = $final, m.state = 'complete', m.written = null
"""
UNMARK: Final = """
MATCH (m:NeurongraphModel {name: $name}) WHERE m.state = 'complete'
SET m.load = null
"""

REPLACING: Final = """
MATCH (m:NeurongraphModel {name: $name})
SET m += $begun, m.state = 'dropping', m.load = null, m.replacing = true
"""
"""Of the rest of a load that another one removes before it begins: it tells which one that is."""

START_DROPPING: Final = """
MATCH (m:NeurongraphModel {name: $name})
SET m.state = 'dropping', m.load = null
"""
KEY: Final = "MATCH (m:NeurongraphModel {name: $name}) RETURN coalesce(m.key, m.name) AS key"
LAYER_RANGES: Final = """
MATCH (m:NeurongraphModel {name: $name})-[:HAS_LAYER]->(l:NeurongraphLayer)
WHERE l.model = coalesce(m.key, m.name)
RETURN l.first AS first, l.last AS last, l.edges AS edges
ORDER BY l.index DESC
"""
DROP_EDGES: Final = """
MATCH (t:NeurongraphNeuron)
WHERE t.model = $model AND t.id >= $first AND t.id <= $last
MATCH (t)<-[r:CONNECTS_TO]-(s:NeurongraphNeuron)
WHERE s.model = $model
DELETE r
"""
DROP_NEURONS: Final = """
MATCH (n:NeurongraphNeuron)
WHERE n.model = $model AND n.id >= $first AND n.id <= $last
DETACH DELETE n
"""
STRAY_EDGES: Final = """
MATCH (n:NeurongraphNeuron) WHERE n.model = $model AND n.id IS NOT NULL
MATCH (n)-[r:CONNECTS_TO]-(other:NeurongraphNeuron)
WHERE other.model = $model
WITH DISTINCT r LIMIT $most
DELETE r
"""
STRAY_NEURONS: Final = """
MATCH (n:NeurongraphNeuron) WHERE n.model = $model AND n.id IS NOT NULL
WITH n LIMIT $most
DETACH DELETE n
"""
STRAY_LAYERS: Final = "MATCH (l:NeurongraphLayer) WHERE l.model = $model DETACH DELETE l"
"""These remove what is of no layer or no model, since somebody has removed or changed its node."""

DROP_COARSE: Final = """
MATCH (m:NeurongraphModel {name: $name})
OPTIONAL MATCH (m)-[:HAS_LAYER]->(l:NeurongraphLayer)
WHERE l.model IS NULL
DETACH DELETE l, m
"""
