"""The Jacobian of an activation function over an axis, built: by how much each says another."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from queries.analysis.at_input.over_axis import OverAxis
from queries.analysis.operators import EdgeColumns, Ids, Scores
from queries.analysis.path_graph import Counting
from queries.core.memory import Room

_BYTES: Final = 4 * 8
"""What an entry takes, with what is computed of it on the way."""


@dataclass(frozen=True)
class Jacobian:
    """By how much the values of a layer change by its pre-activations.

    Parameters
    ----------
    members
        The neurons of each group that the function takes together, counted from the layer's first:
        shape (groups, length).
    entries
        Of each group what a unit more of the second's pre-activation adds to the first's value:
        shape (groups, length, length).
    """

    members: Ids
    entries: Scores

    @classmethod
    def of(cls, over_axis: OverAxis) -> "Jacobian":
        """Build it, by pulling back a unit of each place along the axis.

        Raises
        ------
        ParameterError
            If it takes more memory than is free.
        """
        members = over_axis.groups
        groups, length = members.shape
        room = Room(_BYTES, "entries of a softmax's Jacobian", "take products=frozen")
        room.require(groups * length * length)
        entries = np.empty((groups, length, length))
        for place in range(length):
            unit = np.zeros(members.size)
            unit[members[:, place]] = 1.0
            entries[:, place] = over_axis.pulled_back(unit)[members]
        return cls(members, entries)

    @cached_property
    def diagonal(self) -> Scores:
        """By how much each neuron changes by itself: shape (neurons,)."""
        diagonal = np.empty(self.members.size)
        diagonal[self.members] = self.entries.diagonal(axis1=1, axis2=2)
        return diagonal

    @cached_property
    def _others(self) -> Scores:
        """The entries without the diagonal."""
        return self.entries * (1.0 - np.eye(self.entries.shape[1]))

    def pushed(self, change: Scores) -> Scores:
        """Return the change of values by that of pre-activations: both of shape (neurons,)."""
        pushed = np.empty(self.members.size)
        pushed[self.members] = np.einsum("gij,gj->gi", self.entries, change[self.members])
        return pushed

    def onward(self, on: Scores, counting: Counting) -> Scores:
        """Return what is on from each neuron over the others of its group, by what is from these.

        Both of shape (neurons,).
        """
        over = counting.over(on[self.members][:, :, np.newaxis], self._others)
        onward = np.empty(self.members.size)
        onward[self.members] = counting.join.reduce(over, axis=1)
        return onward

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return steps from neurons to the others of their groups, and what each multiplies by."""
        order = np.argsort(self.members.reshape(-1))
        group, place = np.divmod(order[neurons], self.members.shape[1])
        length = self.members.shape[1]
        weight = self._others[group, :, place]
        return np.repeat(neurons, length), self.members[group].reshape(-1), weight.reshape(-1)
