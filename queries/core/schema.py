"""Labels, properties and constraints of the graph: the contract of exporter and queries.

``(:Model)-[:HAS_LAYER]->(:Layer)``, ``(:Layer)-[:NEXT]->(:Layer)`` and
``(:Neuron)-[:CONNECTS_TO {weight}]->(:Neuron)``. A neuron is identified by its model's
key and by its id, which counts from 0 within the model. The key is the model's name, unless the
model replaced another in Neo4j: then the two had to be told apart until the old one was gone.
In a channel graph and in a layer graph a node stands for all neurons of a channel or of a layer.
"""

from typing import Final

import pyarrow as pa

from queries.core.granularity import NEURON_GRAPH
from queries.core.labels import KINDS, of_ours, own_label

SCHEMA_VERSION: Final = 7
LOADING: Final = "loading"
COMPLETE: Final = "complete"
DROPPING: Final = "dropping"
"""State of a model that is being removed, or whose removal was interrupted."""
DAMAGED: Final = "damaged"
"""State of a model whose own note cannot be read."""
GRAPH_JSON: Final = "graph JSON"
"""Source of a model that was made for circuits of another tool, without layers."""

MODEL: Final = pa.schema(
    [
        ("name", pa.string()),
        ("key", pa.string()),
        ("sha256", pa.string()),
        ("source", pa.string()),
        ("input_shapes", pa.string()),
        ("output_shapes", pa.string()),
        ("layers", pa.int64()),
        ("neurons", pa.int64()),
        ("edges", pa.int64()),
        ("granularity", pa.string()),
        ("replayable", pa.bool_()),
        ("loaded_at", pa.string()),
        ("state", pa.string()),
        ("schema_version", pa.int64()),
        ("fingerprint", pa.string()),
        ("block_edges", pa.int64()),
        ("load_id", pa.string()),
        ("edited", pa.bool_()),
        ("checksum", pa.string()),
    ]
)
LAYER: Final = pa.schema(
    [
        ("model", pa.string()),
        ("name", pa.string()),
        ("index", pa.int64()),
        ("class_name", pa.string()),
        ("shape", pa.list_(pa.int64())),
        ("axes", pa.string()),
        ("activation", pa.string()),
        ("activation_config", pa.string()),
        ("reduce", pa.string()),
        ("kernel", pa.list_(pa.int64())),
        ("stride", pa.list_(pa.int64())),
        ("padding", pa.string()),
        ("dilation", pa.list_(pa.int64())),
        ("groups", pa.int64()),
        ("first", pa.int64()),
        ("last", pa.int64()),
        ("neurons", pa.int64()),
        ("edges", pa.int64()),
        ("parameters", pa.int64()),
        ("moved_by", pa.string()),
        ("left_out_edges", pa.int64()),
        ("left_out_weight", pa.float64()),
        ("left_out_absolute", pa.float64()),
        ("not_finite_weights", pa.int64()),
        ("not_finite_biases", pa.int64()),
        ("checksum", pa.string()),
        ("neuron_checksum", pa.string()),
    ]
)
NEURON: Final = pa.schema(
    [
        ("model", pa.string()),
        ("id", pa.int64()),
        ("name", pa.string()),
        ("layer", pa.string()),
        ("layer_index", pa.int64()),
        ("channel", pa.int64()),
        ("x", pa.int64()),
        ("y", pa.int64()),
        ("z", pa.int64()),
        ("bias", pa.float64()),
        ("slope", pa.float64()),
        ("neurons", pa.int64()),
    ]
)
_CONNECTS_TO: Final = pa.schema(
    [("source", pa.int64()), ("target", pa.int64()), ("weight", pa.float32())]
)
_GROUPED_CONNECTS_TO: Final = pa.schema(
    [
        *_CONNECTS_TO,
        ("l1", pa.float32()),
        ("l2", pa.float32()),
        ("largest", pa.float32()),
        ("edges", pa.int64()),
    ]
)


def connects_to(granularity: str) -> pa.Schema:
    """Return the columns of relationships: ends, and properties."""
    return _CONNECTS_TO if granularity == NEURON_GRAPH else _GROUPED_CONNECTS_TO


def weight_properties(granularity: str) -> list[str]:
    """Return the names of a relationship's properties, any of which may weigh it."""
    return [field.name for field in connects_to(granularity)][2:]


NEO4J_INDEXES: Final = {
    "neurongraph_model_name": "CONSTRAINT {} IF NOT EXISTS FOR (m:Model) REQUIRE m.name IS UNIQUE",
    "neurongraph_layer_name": """CONSTRAINT {} IF NOT EXISTS
    FOR (l:Layer) REQUIRE (l.model, l.name) IS UNIQUE""",
    "neurongraph_neuron_id": """CONSTRAINT {} IF NOT EXISTS
    FOR (n:Neuron) REQUIRE (n.model, n.id) IS UNIQUE""",
    "neurongraph_neuron_by_layer": "INDEX {} IF NOT EXISTS FOR (n:Neuron) ON (n.model, n.layer)",
    "neurongraph_neuron_by_name": "INDEX {} IF NOT EXISTS FOR (n:Neuron) ON (n.model, n.name)",
}
"""What ``CREATE`` makes in Neo4j, by name: indexes, and constraints with an index each."""

_EARLIER: Final = (
    "CONSTRAINT neurongraph_model",
    "CONSTRAINT neurongraph_layer",
    "CONSTRAINT neurongraph_neuron",
    "CONSTRAINT neurongraph_loaded_block",
    "INDEX neurongraph_neuron_layer",
    "INDEX neurongraph_neuron_name",
    "CONSTRAINT neurongraph_loaded_block_start",
)
"""What earlier releases made: for labels that are not ours alone, and so bound others, and for one
that no node has once a load has ended."""


def neo4j_schema(seconds: int) -> tuple[str, ...]:
    """Return the statements that make constraints and indexes in Neo4j, and wait for them.

    Parameters
    ----------
    seconds
        How long they wait for each.
    """
    # Those of others may be broken, or take long: each of ours is waited for by its name.
    return (
        *(f"DROP {each} IF EXISTS" for each in _EARLIER),
        *(of_ours(f"CREATE {each.format(name)}") for name, each in NEO4J_INDEXES.items()),
        *(f"CALL db.awaitIndex('{name}', {seconds})" for name in NEO4J_INDEXES),
    )


_EMBEDDED_TYPES: Final = {
    pa.bool_(): "BOOL",
    pa.string(): "STRING",
    pa.int64(): "INT64",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.list_(pa.int64()): "INT64[]",
}


def embedded_tables(granularity: str) -> tuple[str, ...]:
    """Return the statements that make the tables of one model in the embedded store.

    The store holds one model a file, so that ids and names alone are unique there.
    """
    properties = embedded_columns(connects_to(granularity), weight_properties(granularity))
    return (
        node_table("Model", MODEL, "name"),
        node_table("Layer", LAYER, "name"),
        node_table("Neuron", NEURON, "id"),
        "CREATE REL TABLE HAS_LAYER(FROM Model TO Layer)",
        "CREATE REL TABLE NEXT(FROM Layer TO Layer)",
        f"CREATE REL TABLE CONNECTS_TO(FROM Neuron TO Neuron, {properties})",
    )


def node_table(label: str, schema: pa.Schema, key: str) -> str:
    """Return the statement that makes a table of nodes in the embedded store."""
    columns = embedded_columns(schema, schema.names)
    return f"CREATE NODE TABLE {label}({columns}, PRIMARY KEY (`{key}`))"


def embedded_columns(schema: pa.Schema, names: list[str]) -> str:
    """Return some columns of a schema as a statement of the embedded store declares them."""
    return ", ".join(f"`{name}` {_EMBEDDED_TYPES[schema.field(name).type]}" for name in names)


def neuron_labels(class_name: str) -> list[str]:
    """Return the labels of a layer's neurons in Neo4j: two of neurons, and the layer's class.

    A class of somebody's own may be named as nothing else must be; its neurons get no label of it.
    """
    labels, reserved = ["Neuron", own_label("Neuron")], {*KINDS, *map(own_label, KINDS)}
    is_label = class_name.isidentifier() and class_name not in reserved
    return [*labels, class_name] if is_label else labels
