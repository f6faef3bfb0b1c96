"""A layer of a model file as an operator on scores, without any of its relationships built.

Scores are fetched once for each id under the layer's view of sources, not for each relationship.
Then the layer is a product of matrices, positions by fan-in and fan-in by channels. It is
computed in blocks, so that memory stays flat.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, product
from typing import Any, Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from exporter.model_graph import neighbours
from exporter.model_graph.addresses import Addresses, Section, addresses
from exporter.model_graph.pieces import Piece, Result, Work
from exporter.model_graph.reductions import Largest, Reduction, Sum
from exporter.model_graph.scaled_layer import ScaledLayer
from exporter.model_graph.threads import in_threads
from exporter.planning.layer import PlannedLayer
from exporter.wiring.results import Weights
from queries.analysis.operators import (
    Combine,
    EdgeColumns,
    Ids,
    Scores,
    Then,
    WeightFunction,
    signed,
)

T = TypeVar("T", bound=np.number[Any])

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
    function
        What a relationship counts by its weight.
    """

    at: Addresses
    targets: slice
    sources: slice
    first: int
    function: WeightFunction = signed

    @classmethod
    def of(cls, planned: PlannedLayer, sources: slice, first: int) -> Self:
        """Return the relationships into a planned layer, of which none is left out."""
        targets = slice(planned.first - first, planned.last + 1 - first)
        return cls(addresses(planned.wiring), targets, sources, first)

    def weighed(self, function: WeightFunction) -> Self:
        """Return the same relationships, each with a function of its weight as its weight."""
        return replace(self, function=Then(self.function, function))

    def scaled(self, source: Scores | None, target: Scores | None) -> ScaledLayer:
        """Return the same relationships, weighing ``source value * weight * target value``."""
        return ScaledLayer(self, source, target)

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
        """Return by target the largest contribution of a relationship."""
        return self.weighed(combine.function)._into_targets(Largest(combine.join), scores)

    def largest_out(self, scores: Scores, combine: Combine) -> Scores:
        """Return by source the largest contribution of a relationship."""
        return self.weighed(combine.function)._into_sources(Largest(combine.join), scores)

    def results(self, work: Work, scores: Scores) -> Iterator[Result]:
        """Yield the results of pieces that together are the whole layer, in a fixed order.

        Parameters
        ----------
        work
            What is computed.
        scores
            Inward, those by address; outward, those of the targets, as ``Addresses.apart`` has
            them.
        """
        pieces = self._with_weights(work, self.pieces(work, scores, self.sections))
        return in_threads(partial(self._result, work), pieces)

    def results_of(self, work: Work, pieces: Sequence[Piece]) -> list[Result]:
        """Return the results of some pieces, computed by this thread alone."""
        return [self._result(work, each) for each in self._with_weights(work, pieces)]

    def result_section(self, work: Work, section: Section) -> Section | slice:
        """Return where the result of a section stands among all results."""
        return section if work.inward else self.at.span([section])

    def pieces(self, work: Work, scores: Scores, sections: Sequence[Section]) -> list[Piece]:
        """Return sections of the layer, each with no more of the scores than it takes."""
        if not work.inward:
            return [Piece(section, scores[section]) for section in sections]
        span = self.at.span(sections)
        # One array, which is sent once.
        part = scores[span]
        return [Piece(section, part, span.start) for section in sections]

    @property
    def sections(self) -> list[Section]:
        """Sections that together are the layer; those that share weights follow each other."""
        fan = len(self.at.fan)
        batch, positions, channels = self.at.lengths
        wide = min(channels, max(1, _WEIGHTS_AT_ONCE // fan))
        most = min(_WEIGHTS_AT_ONCE // (wide * fan), _READ_AT_ONCE // max(wide, fan))
        deep = min(batch, max(1, most))
        high = max(1, _READ_AT_ONCE // (deep * max(wide, fan)))
        slices = product(_slices(batch, deep), _slices(channels, wide), _slices(positions, high))
        return [(b, p, c) for b, c, p in slices]

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron, by source."""
        read, weight = neighbours.incoming(self.at, neuron - self.targets.start)
        place = self._looked_up(self.at.ids[read])
        real = (place > 0) & (place <= self._width)
        source, weight = place[real] - 1 + self.sources.start, weight[real]
        order = np.argsort(source, kind="stable")
        return source[order], self._weigh(weight[order])

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of the relationships out of some neurons."""
        read = np.flatnonzero(np.isin(self.at.ids, neurons + self.first))
        which, target, weight = neighbours.outgoing(self.at, read)
        source = self.at.ids[read[which]] - self.first
        return source, target + self.targets.start, self._weigh(weight)

    def _weigh(self, weights: Weights) -> Scores:
        return self.function(weights.astype(np.float64))

    @property
    def _width(self) -> int:
        return int(self.sources.stop - self.sources.start)

    def _looked_up(self, ids: Ids) -> Ids:
        """Return which source each id is, counted from 1; 0 or one too many where it is none."""
        places: Ids = (ids - (self.first + self.sources.start - 1)).clip(0, self._width + 1)
        return places

    def by_address(self, scores: NDArray[T], nothing: float) -> NDArray[T]:
        """Return by address the score of the source that stands there.

        Parameters
        ----------
        scores
            By source, or the number of something that it is in: shape (sources,).
        nothing
            What an address has where no source stands, such as one of padding.
        """
        beside = np.full(1, nothing, dtype=scores.dtype)
        around = np.concatenate([beside, scores, beside])
        # The mode only spares a second look at the indices.
        return around.take(self._looked_up(self.at.ids), mode="clip")

    def by_source(self, reduction: Reduction, values: Scores) -> Scores:
        """Return by source what its addresses have, put together."""
        return reduction.by_index(self._looked_up(self.at.ids), values, self._width + 2)[1:-1]

    def _into_targets(self, reduction: Reduction, scores: Scores) -> Scores:
        work = Work(reduction, inward=True)
        results = self.results(work, self.by_address(scores, reduction.nothing))
        return self.at.together(reduction.put_together(results, self.at.lengths))

    def _into_sources(self, reduction: Reduction, scores: Scores) -> Scores:
        work = Work(reduction, inward=False)
        results = self.results(work, self.at.apart(scores))
        return self.by_source(reduction, reduction.put_together(results, (len(self.at.ids),)))

    def section_weights(self, section: Section, read: Ids) -> Scores:
        """Return the weights of a section, which all of its positions share.

        Parameters
        ----------
        section
            The section.
        read
            The addresses that it reads, as ``Addresses.read`` has them.

        Returns
        -------
        numpy.ndarray
            Shape (batch, 1, channels, fan-in).
        """
        del read
        batch, _, channels = section
        return self._weigh(self.at.kernel[batch, channels])[:, np.newaxis]

    def _result(self, work: Work, weighed: tuple[Piece, Scores]) -> Result:
        piece, weights = weighed
        read, reduction = self.at.read(piece.section), work.reduction
        where = self.result_section(work, piece.section)
        if not isinstance(where, slice):
            return where, reduction.product(piece.scores[read - piece.first], weights)
        # BLAS may round differently where an array lies otherwise in memory.
        back = reduction.product(np.ascontiguousarray(piece.scores), weights)
        address = (read - where.start).reshape(-1)
        return where, reduction.by_index(address, back.reshape(-1), where.stop - where.start)

    def _with_weights(self, work: Work, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Scores]]:
        """Yield pieces, each with what its relationships count.

        The shape is (batch, channels, fan-in), or inward (batch, fan-in, channels).
        """
        for (b, c), alike in groupby(pieces, key=lambda piece: piece.section[::2]):
            weights = self._weigh(self.at.kernel[b, c])
            if work.inward:
                weights = np.ascontiguousarray(weights.swapaxes(1, 2))
            for piece in alike:
                yield piece, weights


def _slices(length: int, step: int) -> list[slice]:
    return [slice(start, min(start + step, length)) for start in range(0, length, step)]
