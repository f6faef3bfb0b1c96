"""The names of columns in the files of a dataset, which ``neo4j-admin`` reads.

They tell the type of a property, and the id space that an id is of.
"""

from typing import Final

import pyarrow as pa

from queries.core.schema import connects_to

_TYPES: Final = {
    pa.bool_(): ":boolean",
    pa.string(): ":string",
    pa.int64(): ":long",
    pa.float32(): ":float",
    pa.float64(): ":double",
    pa.list_(pa.int64()): ":long[]",
}


def header(field: pa.Field) -> str:
    """Return the name of the column of a property."""
    return f"{field.name}{_TYPES[field.type]}"


def neuron_id(space: str) -> str:
    """Return the name of the column of the ids of neurons."""
    return f"id:ID({space})"


def next_ends(space: str) -> tuple[str, str]:
    """Return the names of the columns of a layer, and of the one that follows it."""
    return layer_id("START_ID", space), layer_id("END_ID", space)


def layer_id(end: str, space: str) -> str:
    """Return the name of the column of the ids of layers, given what they are there."""
    return f":{end}({space}.layers)"


def edge_schema(space: str, granularity: str) -> pa.Schema:
    """Return the columns of ``schema.connects_to`` with the names that the import reads."""
    source, target, *properties = connects_to(granularity)
    return pa.schema(
        [
            pa.field(f":START_ID({space})", source.type),
            pa.field(f":END_ID({space})", target.type),
            *(pa.field(header(field), field.type) for field in properties),
        ]
    )
