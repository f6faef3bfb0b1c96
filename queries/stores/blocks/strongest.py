"""The relationships of the largest absolute value, among more than fit into memory."""

import numpy as np

from queries.analysis.operators import Ids
from queries.stores.blocks.base import Columns


class Strongest:
    """Keeps the k strongest of the relationships that it is given; those of NaN it leaves out.

    Parameters
    ----------
    k
        How many.
    weight
        The column whose absolute value counts.
    ties
        The columns, ids, that decide among equals: the smallest come first. Of two with the same
        ids the smaller weight does.
    none
        The columns of no relationships.
    """

    def __init__(self, k: int, weight: str, ties: tuple[str, str], none: Columns) -> None:
        self._k, self._weight, self._ties = k, weight, ties
        self.columns = none
        """Those that are kept, strongest first."""

    def add(self, block: Columns) -> None:
        """Look at more relationships."""
        better = self._better(block)
        if len(better):
            both = {
                name: np.concatenate([column, block[name][better]])
                for name, column in self.columns.items()
            }
            first = self._first(both)
            self.columns = {name: values[first] for name, values in both.items()}

    @property
    def least(self) -> float:
        """The absolute weight that others must have at least to be kept."""
        weights = self.columns[self._weight]
        return float(np.abs(weights[-1])) if len(weights) == self._k else 0.0

    def _better(self, block: Columns) -> Ids:
        """Return which may be among the k strongest by what is known so far."""
        size = np.abs(block[self._weight])
        if len(self.columns[self._weight]) < self._k:
            return np.flatnonzero(~np.isnan(size))
        least, tie = (self.columns[name][-1] for name in (self._weight, self._ties[0]))
        # Shared weights make many equals, of which most come too late.
        equal = (size == abs(least)) & (block[self._ties[0]] <= tie)
        return np.flatnonzero((size > abs(least)) | equal)

    def _first(self, columns: Columns) -> Ids:
        """Return the places of the k strongest, strongest first."""
        size = np.abs(columns[self._weight])
        rows = np.arange(len(size))
        if len(size) > self._k:
            rows = np.flatnonzero(size >= np.partition(size, -self._k)[-self._k])
        first, second = (columns[name][rows] for name in self._ties)
        weight = columns[self._weight][rows]
        return rows[np.lexsort((weight, second, first, -size[rows]))][: self._k]
