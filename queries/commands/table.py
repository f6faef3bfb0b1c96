"""Tables: cut to the terminal for people, whole and plain for pipes and files."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TextIO

from queries.core.text import printable

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

ROWS: Final = 50
"""Rows that a terminal shows."""

_COUNTS: Final = frozenset(
    {
        "bifans",
        "changed",
        "count",
        "edges",
        "flips",
        "layers",
        "neurons",
        "pairs",
        "parameters",
        "zero_weights",
    }
)
_MISSING: Final = "-"
_EMPTY: Final = ("", _MISSING)
_WIDEST_TEXT: Final = 40
_NARROWEST_TEXT: Final = 16
"""To which the texts of a main column may be folded."""

_GAP: Final = 2
_CHUNK: Final = 50_000
_SIZES: Final = frozenset({"shape", "kernel", "stride", "dilation"})
"""Columns of sizes along axes."""

_DIGITS: Final = 6
_SMALL: Final = 1e-4
_HUGE: Final = 1e12


@dataclass(frozen=True)
class _Style:
    """How the values of one column are written."""

    header: str
    text: Callable[[Any], str]
    numeric: bool

    def cells(self, values: "pd.Series[Any]") -> list[str]:
        pairs = zip(values.tolist(), values.isna().tolist(), strict=True)
        return [_MISSING if missing else self.text(value) for value, missing in pairs]


def print_table(frame: "pd.DataFrame", note: str | None = None, main: Sequence[str] = ()) -> None:
    """Print a frame to the terminal: at most ``ROWS`` rows, and the columns that fit.

    Parameters
    ----------
    frame
        What to print.
    note
        The last line; by default the number of rows.
    main
        The columns that a narrow terminal keeps, the most important one first.
    """
    from rich.console import Console

    console = Console(highlight=False)
    rows = frame.head(ROWS)
    styles = _styles(rows)
    cells = [style.cells(rows[name]) for style, name in zip(styles, frame.columns, strict=True)]
    names = [str(name) for name in frame.columns]
    first = [names.index(name) for name in main if name in names]
    fitting = _fitting(styles, cells, console.width, first)
    if len(frame) == 1 and len(fitting) < len(styles):
        _print_record(console, styles, cells)
        left_out: list[str] = []
    else:
        table = _table([styles[i] for i in fitting], [cells[i] for i in fitting])
        console.print(table)
        left_out = [style.header for i, style in enumerate(styles) if i not in fitting]
    console.print(_last_line(len(frame), note, left_out), style="dim", markup=False)


def _last_line(rows: int, note: str | None, left_out: Sequence[str]) -> str:
    is_cut = rows > ROWS
    count = f"{ROWS} of {rows:,} rows" if is_cut else f"{rows:,} row{'s' * (rows != 1)}"
    parts = [note or count, *([count] if note and is_cut else [])]
    if left_out:
        parts.append(f"without {', '.join(left_out)}, for which there is no room")
    if is_cut or left_out:
        parts.append("all of it: --format csv, json or parquet, or a pipe")
    if note and note.endswith("."):
        return "\n".join(filter(None, (note, "; ".join(parts[1:]))))
    return "; ".join(parts)


def write_plain(frame: "pd.DataFrame", stream: TextIO, note: str | None = None) -> None:
    """Write a whole frame as aligned plain text, nothing cut.

    Parameters
    ----------
    frame
        What to write.
    stream
        Where to.
    note
        The last line; by default the number of rows.
    """
    styles = _styles(frame)
    widths = [_cell_len(style.header) for style in styles]
    # Twice through, so that a frame of millions of rows is never text all at once.
    for columns in _chunks(frame, styles):
        longest = [max(map(_cell_len, column)) for column in columns]
        widths = [max(pair) for pair in zip(widths, longest, strict=True)]
    stream.write(_line([style.header for style in styles], styles, widths))
    for columns in _chunks(frame, styles):
        stream.writelines(_line(row, styles, widths) for row in zip(*columns, strict=True))
    stream.write(f"{note or _last_line_plain(len(frame))}\n")


def _last_line_plain(rows: int) -> str:
    return f"{rows:,} row{'s' * (rows != 1)}"


def _chunks(frame: "pd.DataFrame", styles: Sequence[_Style]) -> Iterator[list[list[str]]]:
    for start in range(0, len(frame), _CHUNK):
        part = frame.iloc[start : start + _CHUNK]
        yield [style.cells(part[name]) for style, name in zip(styles, frame.columns, strict=True)]


def _line(cells: Sequence[str], styles: Sequence[_Style], widths: Sequence[int]) -> str:
    padded = (
        _padded(cell, width, right=style.numeric)
        for cell, style, width in zip(cells, styles, widths, strict=True)
    )
    return (" " * _GAP).join(padded).rstrip() + "\n"


def _padded(cell: str, width: int, *, right: bool) -> str:
    blank = " " * (width - _cell_len(cell))
    return blank + cell if right else cell + blank


def _cell_len(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _styles(frame: "pd.DataFrame") -> list[_Style]:
    return [_style(str(name), frame[name]) for name in frame.columns]


def _style(name: str, values: "pd.Series[Any]") -> _Style:
    from pandas.api import types

    header = printable(name)
    if types.is_bool_dtype(values):
        return _Style(header, lambda value: "yes" if value else "no", numeric=False)
    if types.is_integer_dtype(values):
        counts = name in _COUNTS or name.lower().startswith("count(")
        return _Style(header, "{:,}".format if counts else str, numeric=True)
    if types.is_float_dtype(values):
        return _Style(header, _float_text(values), numeric=True)
    if name in _SIZES:
        return _Style(header, _shape_text, numeric=False)
    return _Style(header, _text, numeric=False)


def _float_text(values: "pd.Series[Any]") -> Callable[[Any], str]:
    """Write floats with the same decimals each, so many that the largest has six digits."""
    import numpy as np

    numbers = np.abs(values.to_numpy(dtype=np.float64, na_value=np.nan))
    finite = numbers[np.isfinite(numbers)]
    largest = float(finite.max()) if finite.size else 0.0
    if bool(np.all(finite == np.floor(finite))) and largest < _HUGE:
        return "{:.0f}".format
    if not _SMALL <= largest < _HUGE:
        return lambda value: f"{value:.{_DIGITS - 1}e}" if value else "0"
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(largest)))
    fixed, tiny = f"{{:.{decimals}f}}".format, 0.5 * 10.0**-decimals
    # What is not zero must not look like zero.
    return lambda value: f"{value:.0e}" if 0 < abs(value) < tiny else fixed(value)


def _shape_text(value: Any) -> str:
    return "x".join(map(str, value)) if _is_list(value) and len(value) else _text(value)


def _text(value: Any) -> str:
    if _is_list(value) or isinstance(value, dict):
        return printable(json.dumps(_as_list(value), default=str, ensure_ascii=False))
    return printable(str(value))


def _as_list(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) or hasattr(value, "tolist")


def _fitting(
    styles: Sequence[_Style], cells: Sequence[Sequence[str]], width: int, main: Sequence[int]
) -> list[int]:
    """Return which columns a terminal has room for, in their order.

    Columns without a single value go first, then those at the end. Of the main ones texts are
    folded before one of them goes.
    """
    widths = _widths(styles, cells, width, _WIDEST_TEXT)
    everything = list(range(len(styles)))
    if sum(widths) - _GAP <= width:
        return everything
    filled = [i for i in everything if any(cell not in _EMPTY for cell in cells[i])]
    folded = _widths(styles, cells, width, _NARROWEST_TEXT)
    kept = _taken([i for i in main if i in filled], folded, width + _GAP)
    room = width + _GAP - sum(widths[i] for i in kept)
    others = _taken([i for i in filled if i not in kept], widths, room)
    return sorted([*kept, *others]) or (filled or everything)[:1]


def _widths(
    styles: Sequence[_Style], cells: Sequence[Sequence[str]], width: int, text: int
) -> list[int]:
    """Return how much room each column takes with its gap, texts no more than is said."""
    from rich.cells import cell_len

    return [
        max(
            cell_len(style.header),
            min(max(map(cell_len, column), default=0), width if style.numeric else text),
        )
        + _GAP
        for style, column in zip(styles, cells, strict=True)
    ]


def _taken(columns: Sequence[int], widths: Sequence[int], room: int) -> list[int]:
    """Return those columns of some that there is room for, one after the other."""
    taken: list[int] = []
    for i in columns:
        if widths[i] <= room:
            taken.append(i)
            room -= widths[i]
    return taken


def _table(styles: Sequence[_Style], cells: Sequence[Sequence[str]]) -> "Table":
    from rich.text import Text

    table = _empty_table()
    for style in styles:
        table.add_column(
            Text(style.header),
            justify="right" if style.numeric else "left",
            no_wrap=style.numeric,
            overflow="fold",
        )
    for row in zip(*cells, strict=True):
        table.add_row(*map(Text, row))
    return table


def _print_record(
    console: "Console", styles: Sequence[_Style], cells: Sequence[Sequence[str]]
) -> None:
    """Print the only row as one line a field."""
    from rich.text import Text

    table = _empty_table(show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for style, (cell,) in zip(styles, cells, strict=True):
        table.add_row(Text(style.header), Text(cell))
    console.print(table)


def _empty_table(*, show_header: bool = True) -> "Table":
    from rich import box
    from rich.table import Table

    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        # With the space that the box has between columns this makes _GAP.
        padding=(0, _GAP - 1, 0, 0),
        show_header=show_header,
        header_style="bold",
    )
