"""Rows of a CSV or Parquet file: each column is a number of the input, in the order of both."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from queries.answers.inputs import rows as wanted_rows
from queries.answers.inputs.arrays import decoded
from queries.answers.inputs.rows import Rows
from queries.answers.inputs.scaling import in_range
from queries.answers.inputs.wanted import Read, Wanted
from queries.core.address import path_text
from queries.core.layer import Layer
from queries.core.wording import option
from queries.errors import listed, meant

LABELS: Final = ("label", "labels", "y")
"""What a column of classes is called, where nothing else is said."""

_AT_ONCE: Final = 1 << 10
_BLOCK: Final = 1 << 24
"""Rows of Parquet, and bytes of CSV, that are read at a time."""

_LONGEST_LINE: Final = 1 << 24
_BROKEN: Final = (OSError, pa.ArrowException, UnicodeDecodeError, csv.Error, ValueError)
"""What reading a table raises where it is none."""


@dataclass(frozen=True, eq=False)
class _Table:
    """A table that is read a block at a time.

    Parameters
    ----------
    columns
        The names of its columns; numbers where it has none.
    blocks
        Its rows, columns named by their numbers.
    """

    columns: list[str]
    blocks: Iterator[pa.RecordBatch]


def read_csv(path: Path, rows: Rows, wanted: Wanted) -> Read:
    """Read rows of a CSV file, of which the first line may name the columns."""
    return _read(path, rows, wanted, _csv)


def read_parquet(path: Path, rows: Rows, wanted: Wanted) -> Read:
    """Read rows of a Parquet file, of which a column may hold lists of numbers."""
    return _read(path, rows, wanted, _parquet)


def _read(path: Path, rows: Rows, wanted: Wanted, opened: Any) -> Read:
    """Read some rows of a table."""
    name = path_text(path)
    try:
        table = opened(path, wanted)
        label = _label(table.columns, name, wanted)
        features = [each for each in range(len(table.columns)) if each != label]
        blocks, classes, count = _rows_of(table, rows, features, label, name, wanted)
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise wanted.error(f"cannot read {name}: {reason}") from None
    if not count:
        raise wanted.error(f"{name} has no rows")
    places = wanted_rows.among(rows, count, name, wanted)
    first = int(places.min(initial=count))
    values = np.concatenate(blocks)[places - first] if len(places) else np.empty((0, 0))
    _require_numbers(values, places, table.columns, features, name, wanted)
    labels = None if label is None else _classes(classes)[places - first]
    (layer,) = wanted.layers
    shaped = _shaped(in_range(values, wanted, name, are_pixels=False), layer, name, label, wanted)
    where = "" if label is None else f": {table.columns[label]} of {name}"
    return Read(
        {layer.name: shaped}, *wanted_rows.names(path, places), labels, f"{wanted.argument}{where}"
    )


def _csv(path: Path, wanted: Wanted) -> _Table:
    from pyarrow import csv as arrow_csv

    with path.open(encoding="utf-8-sig", newline="") as stream:
        names = next(csv.reader([stream.readline(_LONGEST_LINE)], strict=True), [])
        has_more = bool(stream.read(1))
        # pandas writes the numbers of columns that have no names.
        counted = has_more and len(names) > 1 and names == list(map(str, range(len(names))))
        has_header = counted or not all(map(_is_number, names))
        if has_header and not has_more:
            names = []
    if not names:
        raise wanted.error(f"{path_text(path)} has no rows")
    columns = names if has_header else [str(each) for each in range(len(names))]
    label = _label(columns, path_text(path), wanted)
    kinds = {
        str(each): pa.string() if each == label else pa.float64() for each in range(len(columns))
    }
    reader = arrow_csv.open_csv(
        path,
        arrow_csv.ReadOptions(
            use_threads=False,
            block_size=_BLOCK,
            column_names=list(kinds),
            skip_rows=int(has_header),
        ),
        convert_options=arrow_csv.ConvertOptions(column_types=kinds),
    )
    return _Table(columns, iter(reader))


def _parquet(path: Path, _: Wanted) -> _Table:
    from pyarrow import parquet

    file = parquet.ParquetFile(path)
    columns = list(file.schema_arrow.names)
    numbers = [str(each) for each in range(len(columns))]
    blocks = (block.rename_columns(numbers) for block in file.iter_batches(batch_size=_AT_ONCE))
    return _Table(columns, blocks)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _label(columns: Sequence[str], name: str, wanted: Wanted) -> int | None:
    """Return which column is the class; None for none."""
    named = wanted.how.label
    if named is not None and named not in columns:
        raise wanted.error(
            f"{name} has no column {named!r} for {option('label')}; its columns are "
            f"{listed(list(columns)[:_AT_ONCE])}{meant(named, columns)}"
        )
    found = [each for each in ([named] if named is not None else LABELS) if each in columns]
    if len(found) > 1:
        raise wanted.error(
            f"{name} has the columns {listed(found)}; say by {option('label')} which is the class"
        )
    return columns.index(found[0]) if found else None


def _rows_of(
    table: _Table,
    rows: Rows,
    features: Sequence[int],
    label: int | None,
    name: str,
    wanted: Wanted,
) -> tuple[list[NDArray[np.float64]], list[pa.Array], int]:
    """Return the numbers from the first row that is meant to the last one, and what was read.

    Blocks without such rows are read and forgotten.
    """
    first = rows.start or 0 if isinstance(rows, slice) else _first(rows)
    last = wanted_rows.last_of(rows)
    blocks: list[NDArray[np.float64]] = []
    lengths: dict[tuple[int, int], int] = {}
    classes: list[pa.Array] = []
    count = 0
    for block in table.blocks:
        begin, end = max(first - count, 0), block.num_rows
        if last is not None:
            end = min(end, last + 1 - count)
        if begin < end:
            part = block.slice(begin, end - begin)
            held = sum(each.nbytes for each in blocks)
            wanted.require_memory(2 * (held + part.nbytes), name)
            blocks.append(_numbers(part, features, lengths, table.columns, name, wanted))
            classes += [] if label is None else [part.column(label)]
        count += block.num_rows
        if last is not None and count > last:
            break
    return blocks, classes, count


def _first(rows: int | list[int] | None) -> int:
    return 0 if rows is None else rows if isinstance(rows, int) else min(rows)


def _numbers(
    block: pa.RecordBatch,
    features: Sequence[int],
    lengths: dict[tuple[int, int], int],
    columns: Sequence[str],
    name: str,
    wanted: Wanted,
) -> NDArray[np.float64]:
    """Return the numbers of a block: shape (rows, numbers).

    Parameters
    ----------
    lengths
        How long the lists of each column are, by how deep they are nested; what is new is added.
    """
    parts = []
    for each in features:
        column = block.column(each)
        depth = 0
        while _holds_lists(column.type):
            length = lengths.get((each, depth))
            found = {*pc.unique(pc.list_value_length(column)).to_pylist(), length} - {None}
            if len(found) > 1 or column.null_count:
                raise wanted.error(
                    f"the column {columns[each]!r} of {name} has lists of different lengths, or "
                    "a row without one"
                )
            lengths.update(((each, depth), one) for one in found)
            column, depth = pc.list_flatten(column), depth + 1
        if not (
            pa.types.is_floating(column.type)
            or pa.types.is_integer(column.type)
            or pa.types.is_boolean(column.type)
        ):
            raise wanted.error(
                f"the column {columns[each]!r} of {name} is of {column.type}, and no numbers; if "
                f"it is the class, say {option('label', columns[each])}"
            )
        numbers = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        parts.append(numbers.reshape(block.num_rows, -1))
    return np.concatenate(parts, axis=1) if parts else np.empty((block.num_rows, 0))


def _holds_lists(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _require_numbers(
    values: NDArray[np.float64],
    rows: NDArray[np.int64],
    columns: Sequence[str],
    features: Sequence[int],
    name: str,
    wanted: Wanted,
) -> None:
    """Raise ParameterError where a field is empty or no finite number."""
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        row, at = wrong[0]
        flat = values.shape[1] == len(features)
        column = f"the column {columns[features[at]]!r}" if flat else "a list"
        raise wanted.error(
            f"row {rows[row]} of {name} has in {column} nothing, or what is NaN or infinite"
        )


def _classes(columns: list[pa.Array]) -> NDArray[Any]:
    """Return classes: whole numbers where all are, else texts."""
    classes = pa.chunked_array(columns)
    try:
        return np.asarray(classes.cast(pa.int64()).to_numpy())
    except pa.ArrowException:
        texts = decoded(np.array(classes.to_pylist(), dtype=object))
        return np.asarray([str(each) for each in texts.tolist()])


def _shaped(
    values: NDArray[Any], layer: Layer, name: str, label: int | None, wanted: Wanted
) -> NDArray[Any]:
    """Return numbers in the shape of an input."""
    if values.shape[1] != layer.neurons:
        shape = " x ".join(map(str, layer.shape))
        beside = "" if label is None else " beside the class"
        hint = ""
        if label is None and values.shape[1] == layer.neurons + 1:
            hint = f"; if one is the class, say {option('label', 'COLUMN')}"
        raise wanted.error(
            f"{name} has {values.shape[1]:,} numbers in a row{beside}, but the input "
            f"{layer.name!r} takes {layer.neurons:,}, of the shape {shape}{hint}"
        )
    return values.reshape(len(values), *layer.shape)
