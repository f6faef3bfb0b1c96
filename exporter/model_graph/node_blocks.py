"""Sums over the relationships of a layer between nodes, such as channels, of which few are built.

Relationships of one weight mostly join neurons of the same two nodes, as those of a convolution
join the same two channels at all of its positions. Of these the sum is the weight times a sum over
positions: a product of matrices, (channels, positions) by (positions, fan-in).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from exporter.model_graph.addresses import Section
from exporter.model_graph.wired_layer import WiredLayer
from queries.analysis.operators import Columns, NodeOf, Scores, any_of

_NONE: Final = -1
"""Stands for the node of an address where no neuron stands."""

_ANY: Final = np.int64(np.iinfo(np.int64).max)
"""Stands for it where the smallest is looked for."""

_RELATIONSHIPS_AT_ONCE: Final = 1 << 18


def node_blocks(
    layer: WiredLayer, node: NodeOf, source: Scores, targets: Sequence[Scores]
) -> Iterator[Columns]:
    """Yield relationships into a layer between nodes, as ``Network.node_blocks`` does."""
    sums = _NodeSums(layer, node, source, targets)
    for _, alike in groupby(layer.sections, key=lambda section: section[::2]):
        sections = list(alike)
        joined = sums.joined_by_all(sections)
        blocks = sums.one_by_one(sections) if joined is None else [sums.over(sections, *joined)]
        for begin, end, *scores in blocks:
            flows = np.flatnonzero(any_of(scores) & (begin != _NONE))
            if len(flows):
                yield begin[flows], end[flows], *(score[flows] for score in scores)


class _NodeSums:
    """Sums over relationships by the nodes that they join.

    Parameters
    ----------
    layer, node, source, targets
        As in ``node_blocks``.
    """

    def __init__(
        self, layer: WiredLayer, node: NodeOf, source: Scores, targets: Sequence[Scores]
    ) -> None:
        self._layer, self._at = layer, layer.at
        self._value = layer.by_address(source[layer.sources], 0.0)
        self._begin = layer.by_address(node[layer.sources], _NONE)
        self._end = layer.at.apart(node[layer.targets])
        self._targets = [layer.at.apart(target) for target in targets]

    def joined_by_all(self, sections: Sequence[Section]) -> tuple[NodeOf, NodeOf] | None:
        """Return the nodes that the weights of sections join, where all positions join the same.

        Returns
        -------
        tuple or None
            The sources, shape (batch, fan-in), and the targets, shape (batch, channels). None
            where relationships of one weight join several pairs of nodes.
        """
        begins: list[NodeOf] = []
        for section in sections:
            read = self._begin[self._at.read(section)]
            most = read.max(axis=1)
            least = np.where(read == _NONE, _ANY, read).min(axis=1)
            ends = self._end[section]
            if np.any((least != most) & (most != _NONE)) or np.any(
                ends != self._first_end(section)
            ):
                return None
            begins.append(most)
        together = np.array(begins)
        most = together.max(axis=0)
        if np.any((together != most) & (together != _NONE)):
            return None
        return most, self._first_end(sections[0])[:, 0]

    def over(self, sections: Sequence[Section], begin: NodeOf, end: NodeOf) -> Columns:
        """Return the sums over all positions of sections, which join the same nodes."""
        total = np.zeros((len(self._targets), len(end), end.shape[1], begin.shape[1]))
        for section in sections:
            value = self._value[self._at.read(section)]
            for number, target in enumerate(self._targets):
                total[number] += target[section].swapaxes(1, 2) @ value
        total *= self._weights(sections[0])
        if len(begin) == 1:
            order = np.argsort(begin[0], kind="stable")
            firsts = np.flatnonzero(np.diff(begin[0, order], prepend=_NONE - 1))
            # The places of a window are of one channel.
            total = np.add.reduceat(total[..., order], firsts, axis=-1)
            begin = begin[:, order[firsts]]
        ends = np.broadcast_arrays(begin[:, np.newaxis], end[..., np.newaxis])
        source, target = (each.reshape(-1) for each in ends)
        return source, target, *(each.reshape(-1) for each in total)

    def one_by_one(self, sections: Sequence[Section]) -> Iterator[Columns]:
        """Yield the relationships of sections themselves."""
        weights = self._weights(sections[0])[:, np.newaxis]
        step = max(1, _RELATIONSHIPS_AT_ONCE // weights.size)
        for batch, positions, channels in sections:
            for first in range(positions.start, positions.stop, step):
                part = batch, slice(first, min(first + step, positions.stop)), channels
                read = self._at.read(part)
                passed = self._value[read][:, :, np.newaxis] * weights
                source, target = np.broadcast_arrays(
                    self._begin[read][:, :, np.newaxis], self._end[part][..., np.newaxis]
                )
                scores = (passed * each[part][..., np.newaxis] for each in self._targets)
                columns = (source, target, *scores)
                yield tuple(column.reshape(-1) for column in columns)

    def _weights(self, section: Section) -> Scores:
        """Return the weights of a section: shape (batch, channels, fan-in)."""
        return self._layer.section_weights(section, self._at.read(section))[:, 0]

    def _first_end(self, section: Section) -> NodeOf:
        """Return the nodes where relationships of the first position end, of all sections."""
        batch, _, channels = section
        return self._end[batch, :1, channels]
