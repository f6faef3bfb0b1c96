"""Paths of what a target is at an input, between parts of a model: channels or layers."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.sparse import csc_array, csr_array

from queries.analysis.circuit.flow import Flow, sums
from queries.analysis.circuit.influence import targets_of, weighing
from queries.analysis.operators import EdgeColumns, Flags, Ids, Scores
from queries.analysis.path_graph import ENDS, KINDS, ONWARD, Counting

_ROUNDED: Final = 1e-12
"""What share of all that goes out of a node its sum is by rounding alone."""


@dataclass(frozen=True)
class FlowPaths:
    """The paths of what flows to a target, from node to node.

    Each node divides what flows through it by what goes on over each relationship out of it, as a
    share of the sum of these. So all paths add up to the target. Where as much comes as goes that
    sum is 0: there paths end, and others begin, both of which add up to 0.

    Parameters
    ----------
    flow
        What flows.
    inputs
        Which nodes are inputs.
    ending
        How much of the target each node is: shape (nodes,).
    layer
        The position of the layer of each node, ascending.
    """

    flow: Flow
    inputs: Flags
    ending: Scores
    layer: Ids

    @cached_property
    def _size(self) -> Scores:
        """The absolute sum of what goes out of each node."""
        edges = self.flow.edges
        return sums(edges.indices.astype(np.int64), np.abs(edges.data), len(self.ending)) + np.abs(
            self.ending
        )

    @cached_property
    def cancelled(self) -> Flags:
        """Nodes through which as much comes as goes: shape (nodes,)."""
        return (np.abs(self.flow.attribution) <= _ROUNDED * self._size) & (self._size > 0)

    @property
    def begins(self) -> tuple[Ids, Scores]:
        """The nodes at which paths begin, and what begins there."""
        bias = self.flow.bias
        bias = np.where(np.abs(bias) <= _ROUNDED * self._size, 0.0, bias)
        begun = np.where(self.inputs, self.flow.attribution, bias)
        begun = np.where(self.cancelled, 1.0, begun)
        begin, end = np.flatnonzero(begun), np.flatnonzero(begun * self._ending_share)
        return (
            np.concatenate([KINDS * begin + ONWARD, KINDS * end + ENDS]),
            np.concatenate([begun[begin], (begun * self._ending_share)[end]]),
        )

    @cached_property
    def _through(self) -> Scores:
        """What is divided by at each node."""
        attribution = self.flow.attribution
        return np.where(self.cancelled | (attribution == 0), 1.0, attribution)

    @property
    def _ending_share(self) -> Scores:
        """What of each node is of the target itself, as a share."""
        return self.ending / self._through

    @cached_property
    def _share(self) -> csr_array:
        """What goes on over each relationship, as a share: a row a target."""
        edges = self.flow.edges
        share = edges.data / self._through[edges.indices]
        return weighing(edges, np.where(self.cancelled[targets_of(edges)], 0.0, share))

    @cached_property
    def _by_source(self) -> csc_array:
        return self._share.tocsc()

    def onward(self, counting: Counting) -> Scores:
        """Return what is on from each node."""
        nodes, share = len(self.ending), self._share
        found = np.full((nodes, KINDS), counting.nothing)
        found[self.ending != 0, ENDS] = counting.end
        arriving = counting.over(found[:, ENDS], self._ending_share)
        starts = np.flatnonzero(np.diff(self.layer, prepend=-1))
        for start, stop in reversed(list(pairwise([*starts.tolist(), nodes]))):
            entries = slice(share.indptr[start], share.indptr[stop])
            fan_in = np.diff(share.indptr[start : stop + 1])
            on = counting.join(arriving[start:stop], found[start:stop, ONWARD])
            more = counting.over(np.repeat(on, fan_in), share.data[entries])
            counting.join.at(found[:, ONWARD], share.indices[entries], more)
        return found.reshape(-1)

    def outgoing(self, nodes: Ids) -> EdgeColumns:
        """Return source, target and weight of all steps from some nodes."""
        by_source = self._by_source[:, nodes // KINDS]
        source, target = np.repeat(nodes, np.diff(by_source.indptr)), by_source.indices
        ended = by_source.data * self._ending_share[target]
        return (
            np.concatenate([source, source]),
            np.concatenate([KINDS * target + ONWARD, KINDS * target + ENDS]).astype(np.int64),
            np.concatenate([by_source.data, ended]),
        )
