"""A layer of a model file of which each relationship is scaled by values of its two ends."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Protocol

import numpy as np

from exporter.model_graph.addresses import Addresses, Section
from exporter.model_graph.reductions import Largest, Reduction, Sum
from exporter.model_graph.threads import in_threads
from queries.analysis.operators import (
    Combine,
    Ids,
    Operator,
    Scores,
    Then,
    WeightFunction,
    is_multiplicative,
    signed,
)

_WEIGHTS_AT_ONCE: Final = 1 << 20
"""Weights of a block, each of which has a value of its own once it is scaled: 8 MiB."""


class Sectioned(Operator, Protocol):
    """A layer that is computed section by section."""

    @property
    def at(self) -> Addresses:
        """Where its sources and weights stand."""

    @property
    def sections(self) -> list[Section]:
        """Sections that together are the whole layer."""

    def by_address(self, scores: Scores, nothing: float) -> Scores:
        """Return by address the score of the source that stands there."""

    def by_source(self, reduction: Reduction, values: Scores) -> Scores:
        """Return by source what its addresses have, put together."""

    def section_weights(self, section: Section, read: Ids) -> Scores:
        """Return the weights of a section: shape (batch, positions or 1, channels, fan-in)."""


@dataclass(frozen=True)
class ScaledLayer:
    """All relationships into a layer, weighing ``source value * weight * target value``.

    An ``Operator``, and a ``Sectioned``: it may be scaled again. Sums of what is a product of
    functions of the three take the fast way: scores are scaled before and after a pass over the
    layer itself. All else is computed relationship by relationship, in blocks.

    Parameters
    ----------
    layer
        The layer.
    source, target
        The values of its sources and of its targets; None for 1.
    function
        What a relationship counts by its scaled weight.
    """

    layer: Sectioned
    source: Scores | None
    target: Scores | None
    function: WeightFunction = signed

    @property
    def targets(self) -> slice:
        """The neurons that are fed."""
        return self.layer.targets

    @property
    def sources(self) -> slice:
        """The neurons among which are all that feed them."""
        return self.layer.sources

    @property
    def at(self) -> Addresses:
        """Where the layer's sources and weights stand."""
        return self.layer.at

    @property
    def sections(self) -> list[Section]:
        """Sections that together are the whole layer, small enough for weights of their own."""
        return list(self._sections())

    def weighed(self, function: WeightFunction) -> "ScaledLayer":
        """Return the same relationships, each with a function of its weight as its weight."""
        return replace(self, function=Then(self.function, function))

    def scaled(self, source: Scores | None, target: Scores | None) -> "ScaledLayer":
        """Return the same relationships, weighing ``source value * weight * target value``."""
        return ScaledLayer(self, source, target)

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``."""
        if scores.ndim > 1:
            return np.stack([self.sum_in(column) for column in scores.T], axis=-1)
        if not is_multiplicative(self.function):
            return self._into_targets(Sum(), scores)
        scaled = self._times(scores, self.source)
        return self._times(self.layer.weighed(self.function).sum_in(scaled), self.target)

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        if scores.ndim > 1:
            return np.stack([self.sum_out(column) for column in scores.T], axis=-1)
        if not is_multiplicative(self.function):
            return self._into_sources(Sum(), scores)
        scaled = self._times(scores, self.target)
        return self._times(self.layer.weighed(self.function).sum_out(scaled), self.source)

    def largest_in(self, scores: Scores, combine: Combine) -> Scores:
        """Return by target the largest contribution of a relationship."""
        return self.weighed(combine.function)._into_targets(Largest(combine.join), scores)

    def largest_out(self, scores: Scores, combine: Combine) -> Scores:
        """Return by source the largest contribution of a relationship."""
        return self.weighed(combine.function)._into_sources(Largest(combine.join), scores)

    def by_address(self, scores: Scores, nothing: float) -> Scores:
        """Return by address the score of the source that stands there."""
        return self.layer.by_address(scores, nothing)

    def by_source(self, reduction: Reduction, values: Scores) -> Scores:
        """Return by source what its addresses have, put together."""
        return self.layer.by_source(reduction, values)

    def section_weights(self, section: Section, read: Ids) -> Scores:
        """Return the scaled weights of a section.

        Parameters
        ----------
        section
            The section.
        read
            The addresses that it reads, as ``Addresses.read`` has them.

        Returns
        -------
        numpy.ndarray
            Shape (batch, positions, channels, fan-in), positions 1 where all share the weights.
        """
        weights = self.layer.section_weights(section, read)
        # NumPy's settings hold for one thread alone.
        with np.errstate(invalid="ignore"):
            if self._source_by_address is not None:
                weights = self._source_by_address[read][:, :, np.newaxis] * weights
            if self._target_apart is not None:
                weights = weights * self._target_apart[section][..., np.newaxis]
        return self.function(weights)

    @cached_property
    def _source_by_address(self) -> Scores | None:
        return None if self.source is None else self.by_address(self.source, 1.0)

    @cached_property
    def _target_apart(self) -> Scores | None:
        return None if self.target is None else self.at.apart(self.target)

    def _times(self, scores: Scores, values: Scores | None) -> Scores:
        """Return scores times what their neurons' values count."""
        if values is None:
            return scores
        with np.errstate(invalid="ignore"):
            return scores * self.function(values)

    def _sections(self) -> Iterator[Section]:
        fan = len(self.at.fan)
        for batch, positions, channels in self.layer.sections:
            weights = (batch.stop - batch.start) * (channels.stop - channels.start) * fan
            step = max(1, _WEIGHTS_AT_ONCE // weights)
            for start in range(positions.start, positions.stop, step):
                yield batch, slice(start, min(start + step, positions.stop)), channels

    def _into_targets(self, reduction: Reduction, scores: Scores) -> Scores:
        by_address = self.by_address(scores, reduction.nothing)

        def contributions(section: Section) -> tuple[Section, Scores]:
            read = self.at.read(section)
            weights = self.section_weights(section, read)
            with np.errstate(invalid="ignore"):
                each = reduction.join(by_address[read][:, :, np.newaxis], weights)
                return section, reduction.merge.reduce(each, axis=3)

        results = in_threads(contributions, self._sections())
        return self.at.together(reduction.put_together(results, self.at.lengths))

    def _into_sources(self, reduction: Reduction, scores: Scores) -> Scores:
        apart = self.at.apart(scores)

        def contributions(section: Section) -> tuple[slice, Scores]:
            read, span = self.at.read(section), self.at.span([section])
            weights = self.section_weights(section, read)
            with np.errstate(invalid="ignore"):
                each = reduction.join(apart[section][..., np.newaxis], weights)
                back = reduction.merge.reduce(each, axis=2)
            index, length = (read - span.start).reshape(-1), span.stop - span.start
            return span, reduction.by_index(index, back.reshape(-1), length)

        results = in_threads(contributions, self._sections())
        return self.by_source(reduction, reduction.put_together(results, (len(self.at.ids),)))
