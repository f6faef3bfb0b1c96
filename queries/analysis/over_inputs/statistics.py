"""What neurons put out over inputs: mean, spread, range, and how often they are active."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from queries.analysis.operators import Ids, Scores

_VALUES: Final = 1 << 20
"""Values of which deviations are held at once: 8 MiB."""


@dataclass(frozen=True)
class Statistics:
    """How numbers of several kinds are spread.

    Parameters
    ----------
    count
        How many there are of each kind: shape (kinds,).
    mean, squares
        The mean of each kind, and the sum of the squares of what they are off it.
    least, most
        The smallest and the largest of each; NaN where one is NaN.
    active, positive
        How many of each are not 0, and how many are above 0.
    """

    count: Ids
    mean: Scores
    squares: Scores
    least: Scores
    most: Scores
    active: Ids
    positive: Ids

    @classmethod
    def of(cls, values: Scores) -> Self:
        """Return those of a batch.

        Parameters
        ----------
        values
            Numbers: shape (kinds, n), n at least 1.
        """
        count = values.shape[1]
        squares = np.empty(len(values))
        at_once = max(1, _VALUES // count)
        # The difference of infinity to itself is NaN.
        with np.errstate(invalid="ignore", over="ignore"):
            mean = values.mean(axis=1)
            for start in range(0, len(values), at_once):
                of = slice(start, start + at_once)
                off = values[of] - mean[of, np.newaxis]
                squares[of] = np.einsum("ij,ij->i", off, off)
        return cls(
            np.full(len(values), count),
            mean,
            squares,
            values.min(axis=1),
            values.max(axis=1),
            np.count_nonzero(values, axis=1).astype(np.int64),
            np.count_nonzero(values > 0, axis=1).astype(np.int64),
        )

    def merge(self, other: "Statistics") -> "Statistics":
        """Return those of two batches together [1]_.

        References
        ----------
        .. [1] T. F. Chan, G. H. Golub, R. J. LeVeque (1983), Algorithms for computing the sample
           variance, The American Statistician 37(3).
        """
        count = self.count + other.count
        with np.errstate(invalid="ignore", over="ignore"):
            apart = other.mean - self.mean
            mean = self.mean + apart * (other.count / count)
            # Two infinities of one sign are not apart by a number, and their mean is that.
            mean = np.where(np.isfinite(apart), mean, self.mean + other.mean)
            squares = self.squares + other.squares
            squares = squares + apart**2 * (self.count * other.count / count)
        return Statistics(
            count,
            mean,
            squares,
            np.minimum(self.least, other.least),
            np.maximum(self.most, other.most),
            self.active + other.active,
            self.positive + other.positive,
        )

    def grouped(self, starts: Ids) -> "Statistics":
        """Return those of groups of kinds, of which all numbers are taken together.

        Parameters
        ----------
        starts
            Where each group begins among the kinds, ascending, the first at 0.
        """
        if not len(starts):
            return self
        count = np.add.reduceat(self.count, starts)
        sizes = np.diff(np.append(starts, len(self.count)))
        with np.errstate(invalid="ignore", over="ignore"):
            mean = np.add.reduceat(self.mean * self.count, starts) / count
            off = self.mean - np.repeat(mean, sizes)
            squares = np.add.reduceat(self.squares + self.count * off**2, starts)
        return Statistics(
            count,
            mean,
            squares,
            np.minimum.reduceat(self.least, starts),
            np.maximum.reduceat(self.most, starts),
            np.add.reduceat(self.active, starts),
            np.add.reduceat(self.positive, starts),
        )

    @property
    def std(self) -> Scores:
        """The standard deviation of each kind, over all there are."""
        return np.asarray(np.sqrt(self.squares / self.count))

    @property
    def active_share(self) -> Scores:
        """The share of each kind that is not 0."""
        return np.asarray(self.active / self.count)

    @property
    def positive_share(self) -> Scores:
        """The share of each kind that is above 0."""
        return np.asarray(self.positive / self.count)
