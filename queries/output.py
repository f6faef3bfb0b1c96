"""Write a frame as a table, CSV, JSON or Parquet, to the terminal, a pipe or a file."""

import io
import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TextIO, get_args

import typer

from queries.errors import NeurongraphError
from queries.files import check_file, replaced, replaced_text

if TYPE_CHECKING:
    import pandas as pd

Format = Literal["table", "csv", "json", "parquet"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_SUFFIXES: Final[dict[str, Format]] = {
    ".csv": "csv",
    ".json": "json",
    ".parquet": "parquet",
    ".txt": "table",
}
_CHUNK: Final = 50_000


@dataclass(frozen=True)
class Destination:
    """Where a result goes, and in which format.

    Parameters
    ----------
    format
        One of ``FORMATS``.
    file
        The file; None for stdout.
    """

    format: Format
    file: Path | None = None


def destination(format_name: Format | None = None, file: Path | None = None) -> Destination:
    """Check where a result is to go, before the work for it begins.

    Parameters
    ----------
    format_name
        The format; by default what the file's suffix says, else a table.
    file
        The file; None for stdout.

    Returns
    -------
    Destination
        The checked destination.

    Raises
    ------
    typer.BadParameter
        If the suffix tells no format, or Parquet would go to a terminal.
    OutputError
        If there cannot be such a file.
    """
    if file is None:
        if format_name == "parquet" and sys.stdout.isatty():
            raise typer.BadParameter(
                "Parquet is not for terminals; say --output FILE, or redirect stdout",
                param_hint="--format",
            )
        return Destination(format_name or "table")
    file = check_file(file)
    guessed = format_name or _SUFFIXES.get(file.suffix.lower())
    if guessed is None:
        raise typer.BadParameter(
            f"cannot tell the format of {file}; say --format, "
            f"or let it end in {', '.join(_SUFFIXES)}",
            param_hint="--output",
        )
    return Destination(guessed, file)


def write(frame: "pd.DataFrame", to: Destination, *, note: str | None = None) -> None:
    """Write a frame where it is to go.

    Parameters
    ----------
    frame
        The result.
    to
        What ``destination`` returned.
    note
        The last line of a table; by default the number of rows.

    Raises
    ------
    OutputError
        If the file cannot be written.
    NeurongraphError
        If Parquet cannot hold the values.
    """
    if to.format == "parquet":
        content = _parquet(frame)
        with _opened_binary(to.file) as binary:
            binary.write(content)
        return
    if to.format == "table" and to.file is None and sys.stdout.isatty():
        from queries.table import print_table

        print_table(frame, note)
        return
    with _opened(to.file) as stream:
        if to.format == "csv":
            _write_csv(frame, stream)
        elif to.format == "json":
            _write_json(frame, stream)
        else:
            from queries.table import write_plain

            write_plain(frame, stream, note)


def _write_csv(frame: "pd.DataFrame", stream: TextIO) -> None:
    _each_object_column(frame, lambda value: _csv_cell(_plain(value))).to_csv(
        stream, index=False, lineterminator="\n"
    )


def _csv_cell(value: Any) -> Any:
    return json.dumps(value, default=str) if isinstance(value, (list, dict)) else value


def _each_object_column(frame: "pd.DataFrame", change: Callable[[Any], Any]) -> "pd.DataFrame":
    names = [name for name in frame.columns if frame[name].dtype == object]
    return frame.assign(**{name: frame[name].map(change) for name in names}) if names else frame


def _write_json(frame: "pd.DataFrame", stream: TextIO) -> None:
    """Write a list of records, one a line; what is missing is null."""
    encode = json.JSONEncoder(default=str, ensure_ascii=False).encode
    names = [str(name) for name in frame.columns]
    before = "[\n  "
    for start in range(0, len(frame), _CHUNK):
        part = frame.iloc[start : start + _CHUNK]
        columns = [_plain_column(part[name]) for name in frame.columns]
        for row in zip(*columns, strict=True):
            stream.write(before + encode(dict(zip(names, row, strict=True))))
            before = ",\n  "
    stream.write("\n]\n" if len(frame) else "[]\n")


def _plain_column(values: "pd.Series[Any]") -> list[Any]:
    # Whole numbers of numpy's own are never missing, and by far the most there are.
    if values.dtype.kind == "i" and not values.hasnans:
        return values.tolist()
    return [_plain(value) for value in values.tolist()]


def _plain(value: Any) -> Any:
    """Return a cell as Python's own types, with None for what is missing or not finite."""
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "iso_format"):  # Dates, times and durations of the Neo4j driver.
        return value.iso_format()
    if isinstance(value, (list, tuple, set)):
        return [_plain(item) for item in value]
    return _plain_from_numpy(value)


def _plain_from_numpy(value: Any) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(value, (np.ndarray, np.generic)) and not isinstance(
        value, (np.datetime64, np.timedelta64)
    ):
        return _plain(value.tolist())
    return None if value is pd.NA or value is pd.NaT else value


def _parquet(frame: "pd.DataFrame") -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    try:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), buffer)
    except pa.ArrowException as error:
        raise NeurongraphError(
            f"Parquet cannot hold this result ({error}); write it as json"
        ) from None
    return buffer.getvalue()


@contextmanager
def _opened(file: Path | None) -> Iterator[TextIO]:
    """Open a file or stdout for UTF-8 text with plain line ends, on every platform."""
    if file is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        # A pipe that was closed shows here, where it is dealt with, and not at exit.
        sys.stdout.flush()
        return
    with replaced_text(file) as stream:
        yield stream


@contextmanager
def _opened_binary(file: Path | None) -> Iterator[IO[bytes]]:
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replaced(file) as stream:
        yield stream
