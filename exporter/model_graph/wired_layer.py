"""A layer of a model file as an operator on scores, without any of its relationships built.

Scores are fetched once for each id under the layer's view of sources, not for each relationship.
Then the layer is a product of matrices, positions by fan-in and fan-in by channels. It is
computed in blocks, so that memory stays flat.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, product
from typing import Final, Self

import numpy as np

from exporter.model_graph import neighbours
from exporter.model_graph.addresses import Addresses, Place, addresses
from exporter.model_graph.pieces import Piece, Result, Work
from exporter.model_graph.reductions import Largest, Reduction, Sum
from exporter.model_graph.threads import in_threads
from exporter.planning.layer import PlannedLayer
from exporter.wiring.results import Weights
from queries.analysis.operators import Columns, Combine, Ids, Measure, Scores, Then, signed

_WEIGHTS_AT_ONCE: Final = 1 << 20
_READ_AT_ONCE: Final = 1 << 18
"""Entries of a block that is read: the cache of a core holds it."""


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

    def weighed(self, measure: Measure) -> Self:
        """Return the same relationships, with what each counts as its weight."""
        return replace(self, measure=Then(self.measure, measure))

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``."""
        if scores.ndim > 1:
            return np.stack([self.sum_in(column) for column in scores.T], axis=-1)
        return self._into_targets(Sum(), scores)

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        if scores.ndim > 1:
            return np.stack([self.sum_out(column) for column in scores.T], axis=-1)
        return self._into_sources(Sum(), scores)

    def largest_in(self, scores: Scores, combine: Combine) -> Scores:
        """Return by target the largest of what comes over a relationship."""
        return self.weighed(combine.measure)._into_targets(Largest(combine.join), scores)

    def largest_out(self, scores: Scores, combine: Combine) -> Scores:
        """Return by source the largest of what comes back over a relationship."""
        return self.weighed(combine.measure)._into_sources(Largest(combine.join), scores)

    def results(self, work: Work, given: Scores) -> Iterator[Result]:
        """Yield the results of pieces that together are the whole layer, in a fixed order.

        Parameters
        ----------
        work
            What is computed.
        given
            Inward, scores by address; outward, those of the targets, as ``Addresses.apart``
            has them.
        """
        pieces = self._with_weights(work, self.pieces(work, given, self.places))
        return in_threads(partial(self._result, work), pieces)

    def results_of(self, work: Work, pieces: Sequence[Piece]) -> list[Result]:
        """Return the results of some pieces, computed by this thread alone."""
        return [self._result(work, each) for each in self._with_weights(work, pieces)]

    def result_place(self, work: Work, place: Place) -> Place | slice:
        """Return where the result of a part stands among all results."""
        return place if work.inward else self.at.span([place])

    def pieces(self, work: Work, given: Scores, places: Sequence[Place]) -> list[Piece]:
        """Return parts of the layer, with no more of what is given than they take."""
        if not work.inward:
            return [Piece(place, given[place]) for place in places]
        span = self.at.span(places)
        # One array, which is sent once.
        taken = given[span]
        return [Piece(place, taken, span.start) for place in places]

    @property
    def places(self) -> list[Place]:
        """Parts that together are the whole layer; those that share weights follow each other."""
        fan = len(self.at.fan)
        batch, positions, channels = self.at.lengths
        wide = min(channels, max(1, _WEIGHTS_AT_ONCE // fan))
        most = min(_WEIGHTS_AT_ONCE // (wide * fan), _READ_AT_ONCE // max(wide, fan))
        deep = min(batch, max(1, most))
        high = max(1, _READ_AT_ONCE // (deep * max(wide, fan)))
        cuts = product(_cut(batch, deep), _cut(channels, wide), _cut(positions, high))
        return [(b, p, c) for b, c, p in cuts]

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron, by source."""
        read, weight = neighbours.incoming(self.at, neuron - self.targets.start)
        place = self._looked_up(self.at.ids[read])
        real = (place > 0) & (place <= self._width)
        source, weight = place[real] - 1 + self.sources.start, weight[real]
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

    def _looked_up(self, ids: Ids) -> Ids:
        """Return which source each id is, counted from 1; 0 or one too many where it is none."""
        places: Ids = (ids - (self.first + self.sources.start - 1)).clip(0, self._width + 1)
        return places

    def _known(self, scores: Scores, nothing: float) -> Scores:
        """Return by address the score of what stands there."""
        around = np.concatenate([[nothing], scores, [nothing]])
        # The mode only spares a second look at the places.
        return around.take(self._looked_up(self.at.ids), mode="clip")

    def _into_targets(self, reduction: Reduction, scores: Scores) -> Scores:
        known = self._known(scores, reduction.nothing)
        work = Work(reduction, inward=True)
        return self.at.together(self._reduced(work, known, self.at.lengths))

    def _into_sources(self, reduction: Reduction, scores: Scores) -> Scores:
        work = Work(reduction, inward=False)
        known = self._reduced(work, self.at.apart(scores), (len(self.at.ids),))
        return reduction.by_place(self._looked_up(self.at.ids), known, self._width + 2)[1:-1]

    def _reduced(self, work: Work, given: Scores, shape: tuple[int, ...]) -> Scores:
        """Put the results of all pieces together, always in the same order."""
        reduced = np.full(shape, work.reduction.nothing)
        for where, values in self.results(work, given):
            before = reduced[where]
            work.reduction.merge(before, values, out=before)
        return reduced

    def _result(self, work: Work, weighed: tuple[Piece, Scores]) -> Result:
        piece, weights = weighed
        read, reduction = self.at.read(piece.place), work.reduction
        where = self.result_place(work, piece.place)
        if not isinstance(where, slice):
            return where, reduction.product(piece.scores[read - piece.first], weights)
        # BLAS may round differently where an array lies otherwise in memory.
        back = reduction.product(np.ascontiguousarray(piece.scores), weights)
        address = (read - where.start).reshape(-1)
        return where, reduction.by_place(address, back.reshape(-1), where.stop - where.start)

    def _with_weights(self, work: Work, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Scores]]:
        """Yield pieces, each with what its relationships count.

        The shape is (batch, channels, fan-in), or inward (batch, fan-in, channels).
        """
        for (b, c), alike in groupby(pieces, key=lambda piece: piece.place[::2]):
            weights = self._counted(self.at.kernel[b, c])
            if work.inward:
                weights = np.ascontiguousarray(weights.swapaxes(1, 2))
            for piece in alike:
                yield piece, weights


def _cut(length: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]
