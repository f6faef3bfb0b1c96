"""A layer of a model file as an operator on scores, without any of its relationships built.

Scores are fetched once for each id under the layer's view of sources, not for each relationship.
Then the layer is a product of matrices, positions by fan-in and fan-in by channels. It is
computed in blocks, so that memory stays flat.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, Self

import numpy as np

from exporter.batches import PlannedLayer
from exporter.model_graph import neighbours
from exporter.model_graph.addresses import Addresses, addresses
from exporter.model_graph.products import largest_products
from exporter.model_graph.threads import in_threads
from exporter.wiring.wiring import Weights
from queries.operators import Columns, Combine, Flags, Ids, Measure, Scores, signed

_WEIGHTS_AT_ONCE: Final = 1 << 20
_READ_AT_ONCE: Final = 1 << 18
"""Entries of a block that is read: the cache of a core holds it."""


@dataclass(frozen=True)
class _Block:
    """A part of a layer.

    Parameters
    ----------
    batch, position, channel
        Which part.
    weights
        What the relationships of the part count: shape (batch, channels, fan-in), or inward
        (batch, fan-in, channels).
    """

    batch: slice
    position: slice
    channel: slice
    weights: Scores

    @property
    def place(self) -> tuple[slice, slice, slice]:
        """Where it stands in an array of the shape of ``Addresses.lengths``."""
        return self.batch, self.position, self.channel


@dataclass(frozen=True)
class WiredLayer:
    """All relationships into a layer; an ``Operator``.

    Parameters
    ----------
    at
        Where the layer's sources and weights stand.
    targets, sources
        Its neurons, and those among which are all that feed it, counted from the model's first.
    first
        The id of the model's first neuron.
    measure
        What a relationship counts by its weight.
    """

    at: Addresses
    targets: slice
    sources: slice
    first: int
    measure: Measure = signed

    @classmethod
    def of(cls, planned: PlannedLayer, sources: slice, first: int) -> Self:
        """Return the relationships into a planned layer, of which none is left out."""
        targets = slice(planned.first - first, planned.last + 1 - first)
        return cls(addresses(planned.wiring), targets, sources, first)

    def weighed(self, measure: Measure) -> "WiredLayer":
        """Return the same relationships, with what each counts as its weight."""
        before = self.measure
        return replace(self, measure=lambda weight: measure(before(weight)))

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``."""
        if scores.ndim > 1:
            return np.stack([self.sum_in(column) for column in scores.T], axis=-1)
        known = self._known(scores, 0.0)
        sums = np.zeros(self.at.lengths)

        def compute(block: _Block) -> tuple[_Block, Scores]:
            return block, known[self._read(block)] @ block.weights

        for block, added in in_threads(compute, self._blocks(inward=True)):
            sums[block.place] = added
        return self.at.together(sums)

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        if scores.ndim > 1:
            return np.stack([self.sum_out(column) for column in scores.T], axis=-1)
        given = self.at.apart(scores)
        sums = np.zeros(len(self.at.ids))

        def compute(block: _Block) -> tuple[int, Scores]:
            read = self._read(block)
            back = given[block.place] @ block.weights
            low = int(read.min())
            return low, _added((read - low).reshape(-1), back.reshape(-1))

        for low, added in in_threads(compute, self._blocks(inward=False)):
            sums[low : low + len(added)] += added
        source, real = self._looked_up(self.at.ids)
        return _added(source[real], sums[real], self._width)

    def largest_in(self, scores: Scores, combine: Combine) -> Scores:
        """Return by target the largest of what comes over a relationship."""
        known = self._known(scores, -np.inf)
        largest = np.full(self.at.lengths, -np.inf)

        def compute(block: _Block) -> tuple[_Block, Scores]:
            return block, largest_products(known[self._read(block)], block.weights, combine.join)

        weighed = self.weighed(combine.measure)
        for block, found in in_threads(compute, weighed._blocks(inward=True)):
            largest[block.place] = found
        return self.at.together(largest)

    def largest_out(self, scores: Scores, combine: Combine) -> Scores:
        """Return by source the largest of what comes back over a relationship."""
        given = self.at.apart(scores)
        known = np.full(len(self.at.ids), -np.inf)

        def compute(block: _Block) -> tuple[Ids, Scores]:
            back = largest_products(given[block.place], block.weights, combine.join)
            return self._read(block).reshape(-1), back.reshape(-1)

        weighed = self.weighed(combine.measure)
        for read, back in in_threads(compute, weighed._blocks(inward=False)):
            np.maximum.at(known, read, back)
        largest = np.full(self._width, -np.inf)
        source, real = self._looked_up(self.at.ids)
        np.maximum.at(largest, source[real], known[real])
        return largest

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron, by source."""
        read, weight = neighbours.incoming(self.at, neuron - self.targets.start)
        source, real = self._looked_up(self.at.ids[read])
        source, weight = source[real] + self.sources.start, weight[real]
        order = np.argsort(source, kind="stable")
        return source[order], self._counted(weight[order])

    def outgoing(self, neurons: Ids) -> Columns:
        """Return source, target and weight of the relationships out of some neurons."""
        read = np.flatnonzero(np.isin(self.at.ids, neurons + self.first))
        which, target, weight = neighbours.outgoing(self.at, read)
        source = self.at.ids[read[which]] - self.first
        return source, target + self.targets.start, self._counted(weight)

    def _counted(self, weights: Weights) -> Scores:
        return self.measure(weights.astype(np.float64))

    @property
    def _width(self) -> int:
        return int(self.sources.stop - self.sources.start)

    def _looked_up(self, ids: Ids) -> tuple[Ids, Flags]:
        """Return which source each id is, counted from the first, and whether it is one."""
        source = ids - (self.first + self.sources.start)
        return source, (source >= 0) & (source < self._width)

    def _known(self, scores: Scores, nothing: float) -> Scores:
        """Return by address the score of what stands there."""
        known = np.full(len(self.at.ids), nothing)
        source, real = self._looked_up(self.at.ids)
        known[real] = scores[source[real]]
        return known

    def _read(self, block: _Block) -> Ids:
        """Return the addresses that a block reads: shape (batch, positions, fan-in)."""
        rows = np.add.outer(self.at.batch[block.batch], self.at.position[block.position])
        return np.add.outer(rows, self.at.fan)

    def _blocks(self, *, inward: bool) -> Iterator[_Block]:
        """Yield parts of the layer that together are the whole."""
        fan = len(self.at.fan)
        batch, positions, channels = self.at.lengths
        wide = min(channels, max(1, _WEIGHTS_AT_ONCE // fan))
        most = min(_WEIGHTS_AT_ONCE // (wide * fan), _READ_AT_ONCE // max(wide, fan))
        deep = min(batch, max(1, most))
        high = max(1, _READ_AT_ONCE // (deep * max(wide, fan)))
        for b, c in product(_cut(batch, deep), _cut(channels, wide)):
            weights = self._counted(self.at.kernel[b, c])
            if inward:
                weights = np.ascontiguousarray(weights.swapaxes(1, 2))
            for p in _cut(positions, high):
                yield _Block(b, p, c, weights)


def _added(place: Ids, values: Scores, length: int = 0) -> Scores:
    """Add up values that belong to the same place; there are at least so many places."""
    return np.asarray(np.bincount(place, values, length), dtype=np.float64)


def _cut(length: int, step: int) -> Iterator[slice]:
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))
