"""Read the inputs and circuits that are stored beside a model, by statements of both stores."""

from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from queries.core.labels import of_ours
from queries.core.record_schema import ACTIVATES, ACTIVE, CIRCUIT, CONTRIBUTES, INPUT
from queries.library.declaration import Column, ColumnType
from queries.library.queries import Statement

Read = Callable[[Statement], pa.Table]
"""Runs a statement about a model."""

_TYPES: Final[dict[pa.DataType, ColumnType]] = {
    pa.string(): "text",
    pa.int64(): "int?",
    pa.float64(): "float",
}


def _returned(schema: pa.Schema, **values: str) -> str:
    """Return what a statement gives of a node: its properties, or other values."""
    return ", ".join(f"{values.get(name, f'e.`{name}`')} AS `{name}`" for name in schema.names)


INPUTS: Final = f"""
MATCH (e:Input) WHERE e.model = $model AND e.name IS NOT NULL
RETURN {_returned(INPUT)} ORDER BY e.name
"""
ACTIVATIONS: Final = f"""
MATCH (i:Input)-[e:ACTIVATES]->(n:Neuron)
WHERE i.model = $model AND i.name = $name AND n.model = $model
RETURN {_returned(ACTIVATES, neuron="n.id")} ORDER BY n.id
"""
CIRCUITS: Final = f"""
MATCH (e:Circuit) WHERE e.model = $model AND e.name IS NOT NULL
RETURN {_returned(CIRCUIT)} ORDER BY e.name
"""
NODES: Final = f"""
MATCH (e:Active) WHERE e.model = $model AND e.circuit = $name AND e.id IS NOT NULL
RETURN {_returned(ACTIVE)} ORDER BY e.id
"""
RELATIONSHIPS: Final = f"""
MATCH (a:Active) WHERE a.model = $model AND a.circuit = $name AND a.id IS NOT NULL
MATCH (a)-[e:CONTRIBUTES]->(b:Active) WHERE b.model = $model AND b.circuit = $name
RETURN {_returned(CONTRIBUTES, source="a.id", target="b.id")}
"""
JOINED: Final = """
MATCH (c:Circuit)-[:OF]->(i:Input)
WHERE c.model = $model AND c.name = $name AND i.model = $model AND i.name = c.input
WITH count(*) AS joined
RETURN 0 AS part, joined
UNION ALL
MATCH (a:Active)-[:IS]->(n:Neuron)
WHERE a.model = $model AND a.circuit = $name AND n.model = $model AND n.id = a.neuron
WITH count(*) AS joined
RETURN 1 AS part, joined
"""
"""How many relationships join a circuit to its input, and its nodes to their neurons."""


def table(read: Read, store: str, cypher: str, schema: pa.Schema, **values: Any) -> pa.Table:
    """Return what a statement reads.

    Parameters
    ----------
    read
        What runs it.
    store
        ``neo4j`` or ``embedded``.
    cypher
        One of this module.
    schema
        The columns that it gives.
    **values
        Its parameters.
    """
    columns = tuple(Column(field.name, _TYPES[field.type], "") for field in schema)
    found = read(Statement(of_ours(cypher, store), values, columns, store))
    return pa.table(
        [found[name].cast(schema.field(name).type) for name in schema.names], schema.names
    )


def joined(read: Read, store: str, **values: Any) -> list[int]:
    """Return what ``JOINED`` counts."""
    schema = pa.schema([("part", pa.int64()), ("joined", pa.int64())])
    # A union has no order.
    rows = table(read, store, JOINED, schema, **values).sort_by("part")
    counts: list[int] = rows["joined"].to_pylist()
    return counts
