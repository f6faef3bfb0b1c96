"""Circuits of many inputs: mean and deviation of each relationship, and how often it is in one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from queries.analysis.operators import Ids, Scores


@dataclass(frozen=True)
class ManyCircuits:
    """Relationships that are in the circuits of some inputs.

    Two of it are put together as moments are: Chan, Golub and LeVeque (1983), Algorithms for
    computing the sample variance, eq. 2.1. So none of what is large is taken from what is large.

    Parameters
    ----------
    inputs
        How many inputs there are.
    pairs
        What tells each relationship from all others, ascending: shape (relationships,).
    count
        In the circuits of how many inputs each is.
    mean
        What flows along it, the mean over these.
    deviation
        The sum of the squared differences to that mean.
    """

    inputs: int
    pairs: Ids
    count: Ids
    mean: Scores
    deviation: Scores

    @classmethod
    def of(cls, circuits: Sequence[tuple[Ids, Scores]]) -> "ManyCircuits":
        """Return those of some inputs.

        Parameters
        ----------
        circuits
            Of each circuit what tells its relationships, and what flows along each. Those that
            are told alike are one.
        """
        inputs = len(circuits)
        number = np.repeat(np.arange(inputs), [len(pairs) for pairs, _ in circuits])
        pairs, share = (np.concatenate(each) for each in zip(*circuits, strict=True))
        apart, place = np.unique(pairs * inputs + number, return_inverse=True)
        share = np.bincount(place, share, len(apart)).astype(np.float64)
        pairs, place, count = np.unique(apart // inputs, return_inverse=True, return_counts=True)
        mean = np.bincount(place, share, len(pairs)) / count
        deviation = np.bincount(place, (share - mean[place]) ** 2, len(pairs))
        return cls(inputs, pairs, count, mean, deviation.astype(np.float64))

    def and_those(self, other: "ManyCircuits") -> "ManyCircuits":
        """Return those of all inputs of both."""
        pairs = np.union1d(self.pairs, other.pairs)
        one, two = self.at(pairs), other.at(pairs)
        count = one.count + two.count
        apart = two.mean - one.mean
        return ManyCircuits(
            self.inputs + other.inputs,
            pairs,
            count,
            one.mean + apart * two.count / count,
            one.deviation + two.deviation + apart**2 * one.count * two.count / count,
        )

    def at(self, pairs: Ids) -> "ManyCircuits":
        """Return what some relationships have, 0 of those that are in no circuit."""
        place = np.searchsorted(self.pairs, pairs)
        found = np.flatnonzero(np.isin(pairs, self.pairs))
        own = place[found]
        count = np.zeros(len(pairs), dtype=np.int64)
        mean, deviation = np.zeros(len(pairs)), np.zeros(len(pairs))
        count[found], mean[found] = self.count[own], self.mean[own]
        deviation[found] = self.deviation[own]
        return ManyCircuits(self.inputs, pairs, count, mean, deviation)

    @property
    def frequency(self) -> Scores:
        """In what share of the circuits each is."""
        return np.asarray(self.count / self.inputs)

    @property
    def attribution(self) -> Scores:
        """What flows along each, 0 outside of a circuit: the mean over all inputs."""
        return np.asarray(self.mean * self.count / self.inputs)

    @property
    def std(self) -> Scores:
        """The standard deviation of the same."""
        outside = self.mean**2 * self.count * (self.inputs - self.count) / self.inputs
        return np.asarray(np.sqrt((self.deviation + outside) / self.inputs))
