"""Write a frame as a table, CSV, JSON or Parquet, to the terminal, a pipe or a file."""

import csv
import io
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, TextIO, get_args

import typer

from queries.commands.terminal import say
from queries.core.files import check_file, replaced, replaced_text
from queries.core.formulas import harmless, harmless_column
from queries.errors import NeurongraphError

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
_STDOUT: Final = Path("-")
_CHUNK: Final = 50_000
# What a terminal may obey and JSON need not escape: DEL, the C1 controls, what turns the direction
# of a text, and halves of surrogate pairs, which UTF-8 does not know.
_UNPRINTABLE: Final = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass(frozen=True)
class Destination:
    """Where a result goes, and in which format.

    Parameters
    ----------
    format
        One of ``FORMATS``.
    file
        The file; None for stdout.
    raw
        Whether texts in CSV are as they are, also where a spreadsheet would run them.
    """

    format: Format
    file: Path | None = None
    raw: bool = False


def destination(
    format_name: Format | None = None, file: Path | None = None, *, raw: bool = False
) -> Destination:
    """Check where a result is to go, before the work for it begins.

    Parameters
    ----------
    format_name
        The format; by default what the file's suffix says, else a table.
    file
        The file; None or ``-`` for stdout.
    raw
        Whether CSV is to hold texts as they are.

    Returns
    -------
    Destination
        The checked destination.

    Raises
    ------
    typer.BadParameter
        If the suffix tells no format, Parquet would go to a terminal, or a table is to be raw.
    OutputError
        If there cannot be such a file.
    """
    if file is None or file == _STDOUT:
        file = None
        if format_name == "parquet" and sys.stdout.isatty():
            raise typer.BadParameter(
                "Parquet is not for terminals; say --output FILE, or redirect stdout",
                param_hint="--format",
            )
        guessed = format_name or "table"
    else:
        file = check_file(file)
        guessed = format_name or _guessed(file)
    if raw and guessed == "table":
        raise typer.BadParameter(
            "a table escapes control characters; choose --format csv, json or parquet",
            param_hint="--raw",
        )
    return Destination(guessed, file, raw)


def _guessed(file: Path) -> Format:
    """Return the format that a suffix says."""
    format_name = _SUFFIXES.get(file.suffix.lower())
    if format_name is None:
        raise typer.BadParameter(
            f"cannot tell the format of {file}; say --format, "
            f"or let it end in {', '.join(_SUFFIXES)}",
            param_hint="--output",
        )
    return format_name


def write(
    frame: "pd.DataFrame", to: Destination, *, note: str | None = None, main: Sequence[str] = ()
) -> None:
    """Write a frame where it is to go, and tell of a file that was written.

    Parameters
    ----------
    frame
        The result.
    to
        What ``destination`` returned.
    note
        The last line of a table; by default the number of rows.
    main
        The columns that a narrow terminal keeps, the most important one first.

    Raises
    ------
    OutputError
        If the file cannot be written.
    NeurongraphError
        If the format cannot hold the values.
    """
    _write(frame, to, note, main)
    if to.file is not None:
        say(f"Wrote {to.file} with {len(frame):,} row{'s' * (len(frame) != 1)}.")


def _write(frame: "pd.DataFrame", to: Destination, note: str | None, main: Sequence[str]) -> None:
    if to.format == "parquet":
        content = _parquet(frame)
        with _opened_binary(to.file) as binary:
            binary.write(content)
        return
    if to.format == "table" and to.file is None and sys.stdout.isatty():
        from queries.commands.table import print_table

        print_table(frame, note, main)
        return
    with _open_output(to.file) as stream:
        if to.format == "csv":
            _write_csv(frame, stream, raw=to.raw)
        elif to.format == "json":
            _write_json(frame, stream)
        else:
            from queries.commands.table import write_plain

            write_plain(frame, stream, note)


def _write_csv(frame: "pd.DataFrame", stream: TextIO, *, raw: bool) -> None:
    # Quotes around each text keep a carriage return, which is no end of a line here.
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if raw else csv.QUOTE_MINIMAL
    names = [str(name) if raw else harmless(str(name)) for name in frame.columns]
    try:
        for start in range(0, max(len(frame), 1), _CHUNK):
            _csv_cells(frame.iloc[start : start + _CHUNK], raw=raw).to_csv(
                stream,
                header=names if start == 0 else False,
                index=False,
                lineterminator="\n",
                quoting=quoting,
            )
    except UnicodeEncodeError:
        raise NeurongraphError(
            "UTF-8 cannot hold a text of this result, half of a surrogate pair; write it as json, "
            "or leave --raw out"
        ) from None


def _csv_cells(frame: "pd.DataFrame", *, raw: bool) -> "pd.DataFrame":
    """Return a frame with what stands in the cells of a CSV file."""
    import pandas as pd
    from pandas.api import types

    cells = frame.copy(deep=False)
    for place, dtype in enumerate(frame.dtypes):
        column = frame.iloc[:, place]
        if types.is_object_dtype(dtype):
            changed = [_csv_cell(_plain(value), raw=raw) for value in column.tolist()]
            cells.isetitem(place, pd.array(changed, dtype=object))
        elif isinstance(dtype, pd.StringDtype) and not raw:
            cells.isetitem(place, harmless_column(column))
    return cells


def _csv_cell(value: Any, *, raw: bool) -> Any:
    if isinstance(value, (list, dict)):
        value = json.dumps(value, default=str)
    return harmless(value) if isinstance(value, str) and not raw else value


def _write_json(frame: "pd.DataFrame", stream: TextIO) -> None:
    """Write a list of records, one a line; what is missing is null."""
    encode = json.JSONEncoder(default=str, ensure_ascii=False).encode
    names = [str(name) for name in frame.columns]
    before = "[\n  "
    for start in range(0, len(frame), _CHUNK):
        part = frame.iloc[start : start + _CHUNK]
        columns = [_plain_column(part[name]) for name in frame.columns]
        for row in zip(*columns, strict=True):
            record = encode(dict(zip(names, row, strict=True)))
            stream.write(before + _UNPRINTABLE.sub(_escaped, record))
            before = ",\n  "
    stream.write("\n]\n" if len(frame) else "[]\n")


def _escaped(match: re.Match[str]) -> str:
    """Escape a character of a JSON text, which stays the same text."""
    return json.dumps(match[0])[1:-1]


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
    except (pa.ArrowException, UnicodeEncodeError) as error:
        raise NeurongraphError(
            f"Parquet cannot hold this result ({error}); write it as json"
        ) from None
    return buffer.getvalue()


@contextmanager
def _open_output(file: Path | None) -> Iterator[TextIO]:
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
