"""Turn the columns of a store into frames of the declared types."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from queries.library.declaration import Column

_ARROW: Final = {
    "int": pa.int64(),
    "int?": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "ints": pa.list_(pa.int64()),
}
_PANDAS: Final = {
    "int": "int64",
    "int?": "Int64",
    "float": "float64",
    "bool": "bool",
    "text": "str",
    "ints": "object",
}


def arrow_type(column: Column) -> pa.DataType:
    """Return the Arrow type of a declared column."""
    return _ARROW[column.type]


def to_columns(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """Return the declared columns in their order and Arrow types, lists made into rows."""
    lists = [
        column.name
        for column in columns
        if column.explode and pa.types.is_list(table.schema.field(column.name).type)
    ]
    if lists:
        table = _exploded(table, lists)
    return pa.table({column.name: _cast(table[column.name], column) for column in columns})


def to_frame(table: pa.Table, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a frame of the declared columns and dtypes."""
    typed = to_columns(table, columns)
    return pd.DataFrame({column.name: _series(typed[column.name], column) for column in columns})


def declared(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return the declared columns of a frame, in their order and dtypes."""
    return to_frame(pa.Table.from_pandas(frame, preserve_index=False), columns)


def _cast(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    return values.cast(arrow_type(column), safe=False)


def _series(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if column.type == "int?":
        # Straight to numpy an integer column with nulls would pass through float.
        missing = values.is_null().to_numpy()
        numbers = pc.fill_null(values, 0).to_numpy()
        return pd.Series(pd.arrays.IntegerArray(numbers.copy(), missing.copy()))
    return pd.Series(values.to_pandas(), dtype=_PANDAS[column.type])


def _exploded(table: pa.Table, lists: Sequence[str]) -> pa.Table:
    """Repeat each row for each element of its lists, which are of equal length."""
    table = table.combine_chunks()
    parents = pc.list_parent_indices(table[lists[0]])
    return pa.table(
        {
            name: pc.list_flatten(table[name]) if name in lists else table[name].take(parents)
            for name in table.column_names
        }
    )
