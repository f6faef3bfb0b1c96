"""Rows of an answer in an order that is asked for, and no more of them than that."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from queries.core.address import repeatable
from queries.core.wording import option
from queries.errors import ParameterError, listed, meant
from queries.library.checks import require_count

_DOWN: Final = "-"
"""Before a column that is sorted from the largest down."""


@dataclass(frozen=True)
class RowOrder:
    """By which columns the rows of an answer are sorted, and how many of them are kept.

    Parameters
    ----------
    columns
        The columns, each with whether it is sorted from the largest down.
    limit
        How many rows; None for all.
    """

    columns: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None

    @classmethod
    def from_arguments(cls, sort: str | Sequence[str] | None, limit: int | None) -> "RowOrder":
        """Return what ``sort`` and ``limit`` of a method mean.

        Raises
        ------
        ParameterError
            If either is of a wrong type, the limit is below 1, or a column is named twice.
        """
        if limit is not None:
            require_count(option("limit"), limit)
        names = [sort] if isinstance(sort, str) else [] if sort is None else sort
        if not isinstance(names, (list, tuple)) or not all(isinstance(each, str) for each in names):
            raise ParameterError(f"{option('sort')}: {sort!r} is no column and no list of columns")
        columns = tuple((name.removeprefix(_DOWN), name.startswith(_DOWN)) for name in names)
        keys = [name for name, _ in columns]
        if twice := [name for name in keys if keys.count(name) > 1]:
            raise ParameterError(
                f"{option('sort')}: {repeatable(twice[0])} is given more than once"
            )
        return cls(columns, limit)

    def require(self, query: str, columns: Collection[str]) -> None:
        """Raise ParameterError where rows are sorted by a column that an answer does not have.

        Parameters
        ----------
        query
            The name of the query, for the message.
        columns
            The columns of its answer.
        """
        for name, _ in self.columns:
            if name not in columns:
                raise ParameterError(
                    f"{option('sort')}: the answer to {query} has no column {repeatable(name)}; "
                    f"its columns are {listed(list(columns))}; a {_DOWN} before one means the "
                    f"largest first{meant(name, columns)}"
                )

    def sorts_by(self, names: Collection[str]) -> bool:
        """Tell whether rows are sorted by any of some columns."""
        return any(name in names for name, _ in self.columns)

    def apply(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a frame in this order; NaN and null come last, equal rows stay."""
        if self.columns:
            names = [name for name, _ in self.columns]
            up = [not down for _, down in self.columns]
            keys = frame[names].sort_values(names, ascending=up, kind="stable", key=_comparable)
            return frame.take(keys.index[: self.limit].to_numpy()).reset_index(drop=True)
        return frame if self.limit is None else frame.head(self.limit)


def _comparable(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return values that have an order; a column of lists is of arrays, which have none."""
    return values.map(tuple, na_action="ignore") if values.dtype == object else values
