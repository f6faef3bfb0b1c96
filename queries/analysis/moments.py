"""Means, deviations and correlations of numbers that come block by block."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from queries.analysis.operators import Ids, Scores


@dataclass(frozen=True)
class Moments:
    """How many numbers there are of one or several kinds, and what they are around.

    Parameters
    ----------
    count
        How many there are of each kind.
    mean
        The mean of each: shape (kinds,).
    products
        The sum of the products of what each two are off their means: shape (kinds, kinds).
    """

    count: int
    mean: Scores
    products: Scores

    @classmethod
    def none(cls, kinds: int) -> Self:
        """Return those of no numbers."""
        return cls(0, np.zeros(kinds), np.zeros((kinds, kinds)))

    @classmethod
    def of(cls, values: Scores, counts: Ids) -> Self:
        """Return those of a block.

        Parameters
        ----------
        values
            Numbers: shape (kinds, n), n at least 1.
        counts
            How often there is each column: shape (n,).
        """
        count = int(counts.sum())
        mean = values @ counts / count
        off = values - mean[:, np.newaxis]
        return cls(count, mean, (off * counts) @ off.T)

    def merge(self, other: "Moments") -> "Moments":
        """Return those of two blocks together [1]_.

        References
        ----------
        .. [1] T. F. Chan, G. H. Golub, R. J. LeVeque (1983), Algorithms for computing the sample
           variance, The American Statistician 37(3).
        """
        if not self.count:
            return other
        count = self.count + other.count
        apart = other.mean - self.mean
        between = np.outer(apart, apart) * (self.count * other.count / count)
        return Moments(
            count,
            self.mean + apart * (other.count / count),
            self.products + other.products + between,
        )

    @property
    def deviation(self) -> Scores:
        """The standard deviation of each kind."""
        return np.asarray(np.sqrt(np.diag(self.products) / self.count))

    @property
    def correlation(self) -> float:
        """Pearson's correlation of the first kind and the second."""
        own = self.products
        return float(np.clip(own[0, 1] / np.sqrt(own[0, 0] * own[1, 1]), -1.0, 1.0))
