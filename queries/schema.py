"""Labels, properties and constraints of the graph: the contract of exporter and queries.

``(:Model)-[:HAS_LAYER]->(:Layer)``, ``(:Layer)-[:NEXT]->(:Layer)`` and
``(:Neuron)-[:CONNECTS_TO {weight}]->(:Neuron)``. A neuron is identified by its model's
name and by its id, which counts from 0 within the model.
"""

from typing import Final

import pyarrow as pa

SCHEMA_VERSION: Final = 1
LOADING: Final = "loading"
COMPLETE: Final = "complete"

MODEL: Final = pa.schema(
    [
        ("name", pa.string()),
        ("sha256", pa.string()),
        ("keras_version", pa.string()),
        ("input_shapes", pa.string()),
        ("output_shapes", pa.string()),
        ("layers", pa.int64()),
        ("neurons", pa.int64()),
        ("edges", pa.int64()),
        ("replayable", pa.bool_()),
        ("loaded_at", pa.string()),
        ("state", pa.string()),
        ("schema_version", pa.int64()),
    ]
)
LAYER: Final = pa.schema(
    [
        ("model", pa.string()),
        ("name", pa.string()),
        ("index", pa.int64()),
        ("class_name", pa.string()),
        ("shape", pa.list_(pa.int64())),
        ("activation", pa.string()),
        ("activation_config", pa.string()),
        ("reduce", pa.string()),
        ("first", pa.int64()),
        ("last", pa.int64()),
        ("neurons", pa.int64()),
        ("edges", pa.int64()),
        ("parameters", pa.int64()),
        ("left_out_edges", pa.int64()),
        ("left_out_weight", pa.float64()),
        ("left_out_absolute", pa.float64()),
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
    ]
)
CONNECTS_TO: Final = pa.schema(
    [("source", pa.int64()), ("target", pa.int64()), ("weight", pa.float32())]
)

NEO4J_CONSTRAINTS: Final = (
    "CREATE CONSTRAINT neurongraph_model IF NOT EXISTS FOR (m:Model) REQUIRE m.name IS UNIQUE",
    """CREATE CONSTRAINT neurongraph_layer IF NOT EXISTS
    FOR (l:Layer) REQUIRE (l.model, l.name) IS UNIQUE""",
    """CREATE CONSTRAINT neurongraph_neuron IF NOT EXISTS
    FOR (n:Neuron) REQUIRE (n.model, n.id) IS UNIQUE""",
    "CREATE INDEX neurongraph_neuron_layer IF NOT EXISTS FOR (n:Neuron) ON (n.model, n.layer)",
    "CREATE INDEX neurongraph_neuron_name IF NOT EXISTS FOR (n:Neuron) ON (n.model, n.name)",
)

_EMBEDDED_TYPES: Final = {
    pa.bool_(): "BOOL",
    pa.string(): "STRING",
    pa.int64(): "INT64",
    pa.float64(): "DOUBLE",
    pa.list_(pa.int64()): "INT64[]",
}


def _node_table(label: str, schema: pa.Schema, key: str) -> str:
    columns = ", ".join(f"`{field.name}` {_EMBEDDED_TYPES[field.type]}" for field in schema)
    return f"CREATE NODE TABLE {label}({columns}, PRIMARY KEY (`{key}`))"


# The embedded store holds one model a file, so that ids and names alone are unique there.
EMBEDDED_TABLES: Final = (
    _node_table("Model", MODEL, "name"),
    _node_table("Layer", LAYER, "name"),
    _node_table("Neuron", NEURON, "id"),
    "CREATE REL TABLE HAS_LAYER(FROM Model TO Layer)",
    "CREATE REL TABLE NEXT(FROM Layer TO Layer)",
    "CREATE REL TABLE CONNECTS_TO(FROM Neuron TO Neuron, weight FLOAT)",
)
