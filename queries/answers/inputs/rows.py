"""Rows of a file of samples, as a text says them behind its path."""

import os
import re
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from queries.answers.inputs.wanted import Wanted
from queries.core.neuron_filter import parse_range

Rows = int | slice | list[int] | None
"""Which rows, counted from 0; None for all."""

_ROWS: Final = re.compile(r"(?P<path>.+):(?P<rows>\d+(?:,\d+)*|\d+\.\.\d*|\.\.\d+)", re.DOTALL)


def split(text: str, argument: str) -> tuple[str, Rows]:
    """Return the path, and the rows, that a text names; a file of that whole name has all rows.

    Raises
    ------
    ParameterError
        If the rows end before they begin.
    """
    match = _ROWS.fullmatch(text)
    if match is None or os.path.exists(text):  # noqa: PTH110 - a Path refuses some texts
        return text, None
    return match["path"], parse_range(argument, match["rows"])


def last_of(rows: Rows) -> int | None:
    """Return the last row that is meant; None where all that follow are."""
    if rows is None or isinstance(rows, slice):
        return rows.stop - 1 if rows is not None and rows.stop is not None else None
    return rows if isinstance(rows, int) else max(rows)


def among(rows: Rows, count: int, name: str, wanted: Wanted) -> NDArray[np.int64]:
    """Return the rows that are meant of so many.

    Parameters
    ----------
    rows
        Which ones.
    count
        How many there are.
    name
        What errors call the file.

    Raises
    ------
    ParameterError
        If there is no such row.
    """
    last = last_of(rows)
    first = rows.start or 0 if isinstance(rows, slice) else 0
    most = max(first, last or 0)
    if rows is not None and most >= count:
        there = f"the rows 0 to {count - 1:,}" if count else "no rows"
        raise wanted.error(f"{name} has {there}, and no row {most:,}")
    if rows is None or isinstance(rows, slice):
        return np.arange(count)[rows or slice(None)]
    return np.atleast_1d(np.asarray(rows, dtype=np.int64))


def names(path: Path, rows: NDArray[np.int64]) -> tuple[list[str], list[str]]:
    """Return what samples of a file are called: by its name, and by its whole path."""
    return [f"{path.name}:{row}" for row in rows], [f"{path}:{row}" for row in rows]
