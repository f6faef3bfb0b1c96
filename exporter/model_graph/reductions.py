"""What becomes of the contributions of relationships to one neuron: their sum, or the largest."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from exporter.model_graph.products import largest_products
from queries.analysis.operators import Ids, Scores


class Reduction(ABC):
    """A way to put together the contributions to one neuron."""

    nothing: ClassVar[float]
    """What a neuron has to which nothing comes."""

    merge: ClassVar[np.ufunc]
    """Puts together the contributions of some relationships and of others."""

    join: np.ufunc
    """Makes a contribution of the score at one end of a relationship and its weight."""

    @abstractmethod
    def product(self, left: Scores, right: Scores) -> Scores:
        """Return a product of matrices: shapes (b, p, k) and (b, k, c) give (b, p, c)."""

    def put_together(self, results: Iterable[tuple[Any, Scores]], shape: tuple[int, ...]) -> Scores:
        """Put results together in their order; each comes with where it stands."""
        whole = np.full(shape, self.nothing)
        for where, values in results:
            before = whole[where]
            self.merge(before, values, out=before)
        return whole

    @abstractmethod
    def by_index(self, index: Ids, values: Scores, length: int) -> Scores:
        """Put together the values that belong to the same of so many indices."""


@dataclass(frozen=True)
class Sum(Reduction):
    """Add up ``score * weight``."""

    nothing: ClassVar[float] = 0.0
    merge: ClassVar[np.ufunc] = np.add
    join: np.ufunc = field(default=np.multiply, init=False)

    def product(self, left: Scores, right: Scores) -> Scores:
        """Return the usual product."""
        # NumPy's settings hold for one thread alone.
        with np.errstate(invalid="ignore"):
            return np.asarray(left @ right)

    def by_index(self, index: Ids, values: Scores, length: int) -> Scores:
        """Add up."""
        return np.asarray(np.bincount(index, values, length), dtype=np.float64)


@dataclass(frozen=True)
class Largest(Reduction):
    """Take the largest of ``join(score, weight)``.

    Parameters
    ----------
    join
        As in ``products.largest_products``.
    """

    join: np.ufunc
    nothing: ClassVar[float] = -np.inf
    merge: ClassVar[np.ufunc] = np.maximum

    def product(self, left: Scores, right: Scores) -> Scores:
        """Return the product that takes the largest."""
        return largest_products(left, right, self.join)

    def by_index(self, index: Ids, values: Scores, length: int) -> Scores:
        """Take the largest."""
        largest = np.full(length, self.nothing)
        np.maximum.at(largest, index, values)
        return largest
