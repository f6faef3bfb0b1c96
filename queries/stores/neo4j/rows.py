"""Rows from a Neo4j server, many in a message.

The driver takes longer for a message than for what it holds.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from queries.errors import GraphDamagedError
from queries.library.declaration import Column
from queries.library.frames import arrow_type, to_columns
from queries.library.queries import Statement

if TYPE_CHECKING:
    import neo4j

_ROWS: Final = 100


def in_lists(statement: Statement) -> str:
    """Return Cypher that gives the rows of a statement, in their order, as lists of lists."""
    row = ", ".join(column.name for column in statement.columns)
    return f"""CALL () {{
{statement.cypher}
}}
WITH collect([{row}]) AS rows
UNWIND range(0, size(rows) - 1, {_ROWS}) AS first
RETURN rows[first..first + {_ROWS}] AS rows"""


def from_lists(result: "neo4j.Result", columns: Sequence[Column], advice: str) -> pa.Table:
    """Return the declared columns of the rows that such a statement gives.

    Parameters
    ----------
    result, columns
        What the statement gives, and its columns.
    advice
        What to do where a value is none that a load writes, for the error.

    Raises
    ------
    GraphDamagedError
        If a value is of another type than a load writes.
    """
    try:
        # Each message becomes columns at once: its Python objects take many times their room.
        tables = [_table(rows, columns) for (rows,) in result]
        return pa.concat_tables(tables or [_table([], columns)])
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise GraphDamagedError(
            f"the graph holds a value of another type than a load writes: {error}; {advice}"
        ) from None


def _table(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    table = {
        column.name: pa.array(those, _type(column, those))
        for column, those in zip(columns, values, strict=True)
    }
    return to_columns(pa.table(table), columns)


def _type(column: Column, values: Sequence[Any]) -> pa.DataType:
    kind = arrow_type(column)
    return pa.list_(kind) if column.explode and isinstance(next(iter(values), None), list) else kind
