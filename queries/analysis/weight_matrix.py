"""Relationships into consecutive neurons of a layer, as a sparse matrix."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from queries.analysis.operators import Combine, EdgeColumns, Ids, Scores, WeightFunction
from queries.core.layer import Layer


@dataclass(frozen=True)
class WeightMatrix:
    """All relationships into consecutive neurons of a layer.

    Neurons are counted from the model's first.

    Parameters
    ----------
    layer
        The layer.
    first_target, first_source
        Which neurons the first row and the first column of the matrix stand for.
    matrix
        Shape (neurons that are fed, neurons that may feed them). Two neurons that are joined
        twice have two entries.
    """

    layer: Layer
    first_target: int
    first_source: int
    matrix: "csr_array[np.float64]"

    @property
    def targets(self) -> slice:
        """The neurons that are fed."""
        return slice(self.first_target, self.first_target + self.matrix.shape[0])

    @property
    def sources(self) -> slice:
        """The neurons among which are all that feed them."""
        return slice(self.first_source, self.first_source + self.matrix.shape[1])

    @property
    def columns(self) -> EdgeColumns:
        """Source, target and weight of the relationships, in the order of ``matrix.data``."""
        target = np.repeat(np.arange(self.targets.start, self.targets.stop), self.fan_in)
        source = self.matrix.indices.astype(np.int64) + self.first_source
        return source, target, self.matrix.data

    @property
    def fan_in(self) -> Ids:
        """How many relationships end in each of the neurons that are fed."""
        return np.diff(self.matrix.indptr).astype(np.int64)

    def weighed(self, function: WeightFunction) -> "WeightMatrix":
        """Return the same relationships, each with a function of its weight as its weight."""
        return self._with_weights(function(self.matrix.data))

    def scaled(self, source: Scores | None, target: Scores | None) -> "WeightMatrix":
        """Return the same relationships, weighing ``source value * weight * target value``."""
        weight = self.matrix.data
        if source is not None:
            weight = source[self.matrix.indices] * weight
        if target is not None:
            weight = weight * np.repeat(target, self.fan_in)
        return self._with_weights(weight)

    def times(self, multipliers: Scores) -> "WeightMatrix":
        """Return the same relationships, each weighing so many times as much."""
        return self._with_weights(self.matrix.data * multipliers)

    def _with_weights(self, weight: Scores) -> "WeightMatrix":
        matrix = csr_array((weight, self.matrix.indices, self.matrix.indptr), self.matrix.shape)
        return replace(self, matrix=matrix)

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``."""
        return np.asarray(self.matrix @ scores)

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        return np.asarray(self._turned @ scores)

    def largest_in(self, scores: Scores, combine: Combine) -> Scores:
        """Return by target the largest contribution of a relationship."""
        contributions = combine(scores[self.matrix.indices], self.matrix.data)
        return _largest(contributions, self.matrix.indptr)

    def largest_out(self, scores: Scores, combine: Combine) -> Scores:
        """Return by source the largest contribution of a relationship."""
        by_source = self.by_source
        contributions = combine(scores[by_source.indices], by_source.data)
        return _largest(contributions, by_source.indptr)

    @cached_property
    def _turned(self) -> "csc_array[np.float64]":
        # Of a small layer this takes longer than the product.
        return self.matrix.T

    @cached_property
    def by_source(self) -> "csc_array[np.float64]":
        """The same matrix, column by column."""
        return self.matrix.tocsc()

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of the relationships out of some neurons."""
        starts, by_source = self.by_source.indptr, self.by_source
        inside = (neurons >= self.sources.start) & (neurons < self.sources.stop)
        columns = neurons[inside] - self.first_source
        begins = starts[columns]
        counts = starts[columns + 1] - begins
        before = np.concatenate([[0], np.cumsum(counts)])
        entries = np.arange(before[-1]) + np.repeat(begins - before[:-1], counts)
        target = by_source.indices[entries].astype(np.int64) + self.first_target
        return np.repeat(neurons[inside], counts), target, by_source.data[entries]


def _largest(values: Scores, starts: NDArray[np.integer]) -> Scores:
    """Return the largest value of each run, minus infinity of an empty one."""
    largest = np.full(len(starts) - 1, -np.inf)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        largest[filled] = np.maximum.reduceat(values, starts[filled])
    return largest
