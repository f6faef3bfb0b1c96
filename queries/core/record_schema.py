"""Inputs and circuits that are stored beside a model: their labels, properties and constraints.

``(:Input)-[:ACTIVATES {value, slope, residual, winner}]->(:Neuron)``, and
``(:Circuit)-[:OF]->(:Input)`` with ``(:Active)-[:IS]->(:Neuron)`` and
``(:Active)-[:CONTRIBUTES]->(:Active)``. They are no part of what a load writes: a graph has none of
these tables, constraints or indexes before the first is stored.
"""

from typing import Final

import pyarrow as pa

from queries.core.labels import of_ours
from queries.core.schema import embedded_columns, node_table

UNFINISHED: Final = "unfinished"
"""State of what is being written or removed, or of which that was interrupted."""

INPUT: Final = pa.schema(
    [
        ("model", pa.string()),
        ("name", pa.string()),
        ("label", pa.string()),
        ("predicted", pa.string()),
        ("sha256", pa.string()),
        ("source", pa.string()),
        ("neurons", pa.int64()),
        ("checksum", pa.string()),
        ("state", pa.string()),
    ]
)
ACTIVATES: Final = pa.schema(
    [
        pa.field("neuron", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("slope", pa.float64()),
        pa.field("residual", pa.float64()),
        pa.field("winner", pa.int64()),
    ]
)
CIRCUIT: Final = pa.schema(
    [
        ("model", pa.string()),
        ("name", pa.string()),
        ("input", pa.string()),
        ("target", pa.string()),
        ("rule", pa.string()),
        ("products", pa.string()),
        ("baseline", pa.string()),
        ("by", pa.string()),
        ("level", pa.string()),
        ("node_share", pa.float64()),
        ("edge_share", pa.float64()),
        ("value", pa.float64()),
        ("bias", pa.float64()),
        ("left_out", pa.float64()),
        ("nodes", pa.int64()),
        ("edges", pa.int64()),
        ("checksum", pa.string()),
        ("state", pa.string()),
    ]
)
ACTIVE: Final = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("neuron", pa.int64()),
        pa.field("name", pa.string(), nullable=False),
        pa.field("layer", pa.string(), nullable=False),
        pa.field("channel", pa.int64()),
        *(
            pa.field(name, pa.float64())
            for name in (
                *("value", "slope", "gradient", "attribution"),
                *("bias", "left_out", "influence"),
            )
        ),
    ]
)
"""Of each node of a circuit; it also has ``model`` and ``circuit``, the names of both."""

CONTRIBUTES: Final = pa.schema(
    [
        pa.field("source", pa.int64(), nullable=False),
        pa.field("target", pa.int64(), nullable=False),
        *(
            pa.field(name, pa.float64())
            for name in ("weight", "contribution", "attribution", "influence")
        ),
    ]
)
"""The ends are the ``id`` of nodes of the same circuit; two may be joined more than once."""

NEO4J_RECORD_INDEXES: Final = {
    "neurongraph_input_name": """CONSTRAINT {} IF NOT EXISTS
    FOR (i:Input) REQUIRE (i.model, i.name) IS UNIQUE""",
    "neurongraph_circuit_name": """CONSTRAINT {} IF NOT EXISTS
    FOR (c:Circuit) REQUIRE (c.model, c.name) IS UNIQUE""",
    "neurongraph_active_id": """CONSTRAINT {} IF NOT EXISTS
    FOR (a:Active) REQUIRE (a.model, a.circuit, a.id) IS UNIQUE""",
}
"""What ``CREATE`` makes in Neo4j, by name, before the first input or circuit is stored."""


def neo4j_record_schema(there: set[str], seconds: int) -> list[str]:
    """Return the statements that make the constraints that are missing, and wait for them.

    Parameters
    ----------
    there
        The names of the indexes that there are.
    seconds
        How long they wait for each.
    """
    missing = {name: each for name, each in NEO4J_RECORD_INDEXES.items() if name not in there}
    return [
        *(of_ours(f"CREATE {each.format(name)}") for name, each in missing.items()),
        *(f"CALL db.awaitIndex('{name}', {seconds})" for name in missing),
    ]


def drop_neo4j_record_schema() -> list[str]:
    """Return the statements that drop the constraints, once nothing is stored."""
    return [f"DROP CONSTRAINT {name} IF EXISTS" for name in NEO4J_RECORD_INDEXES]


_EMBEDDED_ACTIVE: Final = pa.schema(
    [("key", pa.int64()), ("model", pa.string()), ("circuit", pa.string()), *ACTIVE]
)
"""A key of LadybugDB is one column: it counts the nodes of all circuits of the file."""

_ENDS: Final = 2


def embedded_record_tables() -> dict[str, str]:
    """Return the statements that make the tables of inputs and circuits, by the table's name."""
    activates = embedded_columns(ACTIVATES, ACTIVATES.names[1:])
    contributes = embedded_columns(CONTRIBUTES, CONTRIBUTES.names[_ENDS:])
    return {
        "Input": node_table("Input", INPUT, "name"),
        "Circuit": node_table("Circuit", CIRCUIT, "name"),
        "Active": node_table("Active", _EMBEDDED_ACTIVE, "key"),
        "ACTIVATES": f"CREATE REL TABLE ACTIVATES(FROM Input TO Neuron, {activates})",
        "OF": "CREATE REL TABLE OF(FROM Circuit TO Input)",
        "IS": "CREATE REL TABLE IS(FROM Active TO Neuron)",
        "CONTRIBUTES": f"CREATE REL TABLE CONTRIBUTES(FROM Active TO Active, {contributes})",
    }
