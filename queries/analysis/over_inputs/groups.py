"""Neurons in groups: each by itself, or those of a channel or a layer together."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from queries.analysis.operators import Ids, NodeOf, Scores

Reduce = Literal["mean", "max"]
"""What a group has of its neurons."""


@dataclass(frozen=True)
class Groups:
    """Some neurons, those of a group beside each other.

    Parameters
    ----------
    neuron
        The neurons, counted from the model's first.
    start
        Where each group begins among them.
    """

    neuron: Ids
    start: Ids

    @classmethod
    def of(cls, neurons: Ids, group: NodeOf) -> "Groups":
        """Return those of some neurons.

        Parameters
        ----------
        neurons
            The neurons, ascending.
        group
            The group of each: groups stand by their numbers.
        """
        order = np.argsort(group, kind="stable")
        return cls(neurons[order], np.unique(group[order], return_index=True)[1])

    @property
    def size(self) -> Ids:
        """How many neurons each group has."""
        return np.diff(np.append(self.start, len(self.neuron)))

    def reduced(self, values: Scores, reduce: Reduce) -> Scores:
        """Return the mean or the largest value of each group at each sample.

        Parameters
        ----------
        values
            Of all neurons of the model: shape (neurons, samples).
        reduce
            Which one.

        Returns
        -------
        numpy.ndarray
            Shape (groups, samples).
        """
        size = self.size
        if (size == 1).all():
            return values[self.neuron]
        with np.errstate(invalid="ignore", over="ignore"):
            if reduce == "max":
                return np.maximum.reduceat(values[self.neuron], self.start, axis=0)
            return np.add.reduceat(values[self.neuron], self.start, axis=0) / size[:, np.newaxis]
