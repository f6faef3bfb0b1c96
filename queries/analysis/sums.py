"""Sums over relationships that are NaN, or infinite, where such a weight or score is in them only.

A product of matrices multiplies by what does not take part, too: a neuron that no path reaches has
the score 0, and 0 times NaN is NaN. So where a sum is not finite, it is taken apart into sums of
finite numbers: of what is finite, and of how often NaN and either infinity come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from queries.analysis.operators import Flags, Operator, Scores, Then, WeightFunction, count

Way = Literal["in", "out"]
"""From sources into their targets, or back."""


def weighted_sums(
    operator: Operator,
    function: WeightFunction,
    scores: Scores,
    way: Way = "in",
    *,
    alive: Callable[[], Flags] | None = None,
) -> Scores:
    """Return the sum of ``weight * score`` over the relationships of each neuron.

    A sum is NaN where a product in it is, and where it has both infinities.

    Parameters
    ----------
    operator
        The relationships.
    function
        What each counts by its weight.
    scores
        Of sources on the way in, of targets on the way out: shape (neurons,) or (neurons, n).
    way
        Where the sums arrive.
    alive
        Returns whose relationships take part, of the shape of ``scores``: a score of 0 may be
        that of a neuron that is on no path. None where all do.

    Returns
    -------
    numpy.ndarray
        By target on the way in, by source on the way out.
    """
    sums = _Sums(operator, function, way)
    total = sums.of(scores)
    if np.isfinite(total).all():
        return total
    participants = np.ones(scores.shape, dtype=bool) if alive is None else alive()
    if scores.ndim == 1:
        return sums.apart(scores, participants)
    columns = zip(scores.T, participants.T, strict=True)
    return np.stack([sums.apart(each, part) for each, part in columns], axis=-1)


@dataclass(frozen=True)
class _Sums:
    """Sums of some relationships in one direction."""

    operator: Operator
    function: WeightFunction
    way: Way

    def of(self, scores: Scores, also: WeightFunction | None = None) -> Scores:
        """Return the sums, of what one more measure makes of the weights."""
        function = self.function if also is None else Then(self.function, also)
        weighed = self.operator.weighed(function)
        return weighed.sum_in(scores) if self.way == "in" else weighed.sum_out(scores)

    def apart(self, scores: Scores, alive: Flags) -> Scores:
        """Return the sums, in which nothing but finite numbers is multiplied."""
        infinite, zero = np.isinf(scores), alive & (scores == 0)
        valid = alive & ~np.isnan(scores)
        signs = np.where(valid, np.sign(scores), 0.0)
        # Weights that are not finite, over finite scores; then any weights over other scores.
        nan = self._times(_is_nan, alive) + self._times(count, np.isnan(scores))
        nan += self._times(_is_infinite, zero) + self._times(_is_zero, infinite)
        either = self._times(_is_infinite, valid & ~zero) + self._times(_is_number, infinite)
        more = self.of(signs, _infinite_sign)
        if infinite.any():
            more += self.of(np.where(infinite, signs, 0.0), _sign)
        total = self.of(np.where(np.isfinite(scores), scores, 0.0), _finite)
        # `either` counts the infinities, and `more` those above zero less those below.
        total[either > 0] = np.where(more > 0, np.inf, -np.inf)[either > 0]
        total[(nan > 0) | (either > np.abs(more))] = np.nan
        return total

    def _times(self, function: WeightFunction, where: Flags) -> Scores:
        """Count the relationships of some neurons, by their weights."""
        if not where.any():
            none = self.operator.targets if self.way == "in" else self.operator.sources
            return np.zeros(none.stop - none.start)
        return self.of(where.astype(np.float64), function)


def _is_nan(weight: Scores) -> Scores:
    return np.isnan(weight).astype(np.float64)


def _is_number(weight: Scores) -> Scores:
    return (np.abs(weight) > 0).astype(np.float64)


def _is_infinite(weight: Scores) -> Scores:
    return np.isinf(weight).astype(np.float64)


def _is_zero(weight: Scores) -> Scores:
    return np.equal(weight, 0.0).astype(np.float64)


def _finite(weight: Scores) -> Scores:
    return np.where(np.isfinite(weight), weight, 0.0)


def _infinite_sign(weight: Scores) -> Scores:
    return np.where(np.isinf(weight), np.sign(weight), 0.0).astype(np.float64)


def _sign(weight: Scores) -> Scores:
    return np.where(np.isnan(weight), 0.0, np.sign(weight)).astype(np.float64)
