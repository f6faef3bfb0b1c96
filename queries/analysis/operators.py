"""What a pass through a model needs of a layer: to be an operator on the scores of neurons.

A pass adds up the contributions of the relationships of a layer, or takes the largest of them, at
their targets or back at their sources. Whether the relationships are kept, read, or only computed
with is the operator's affair.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Ids = NDArray[np.int64]
NodeOf = NDArray[np.integer[Any]]
"""The node that each neuron is in, such as its channel: shape (neurons,)."""

Flags = NDArray[np.bool_]
"""Whether something holds of each neuron, counted from the model's first."""

EdgeColumns = tuple[Ids, Ids, NDArray[np.floating]]
"""Source, target and weight of relationships, in any order."""

Columns = tuple[NDArray[Any], ...]
"""Source, target, and one score or several of relationships, in any order."""

WeightKind = Literal["absolute", "signed", "count"]
"""What a relationship counts: |weight|, weight, or 1."""

WeightFunction = Callable[[Scores], Scores]
"""What relationships count by their weights, entry by entry. It can be sent to other processes."""


class Operator(Protocol):
    """All relationships into consecutive neurons of a layer.

    Neurons are counted from the model's first. ``scores`` have one row for each of the sources
    or targets that they are of.
    """

    @property
    def targets(self) -> slice:
        """The neurons that are fed."""

    @property
    def sources(self) -> slice:
        """The neurons among which are all that feed them."""

    def weighed(self, function: WeightFunction) -> "Operator":
        """Return the same relationships, each with a function of its weight as its weight."""

    def scaled(self, source: Scores | None, target: Scores | None) -> "Operator":
        """Return the same relationships, weighing ``source value * weight * target value``.

        Parameters
        ----------
        source, target
            A value for each source, shape (sources,), and for each target, shape (targets,).
            None stands for 1.
        """

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``.

        Scores have the shape (sources,) or (sources, n).
        """

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``.

        Scores have the shape (targets,) or (targets, n).
        """

    def largest_in(self, scores: Scores, combine: "Combine") -> Scores:
        """Return by target the largest contribution of a relationship.

        Minus infinity where there is none; scores have the shape (sources,).
        """

    def largest_out(self, scores: Scores, combine: "Combine") -> Scores:
        """Return by source the largest contribution of a relationship.

        Minus infinity where there is none; scores have the shape (targets,).
        """


@dataclass(frozen=True)
class Combine:
    """How a path goes on over a relationship.

    Parameters
    ----------
    function
        What a relationship counts by its weight; minus infinity, over which no path goes, for a
        weight of NaN.
    join
        Puts the score of the path so far and that together: must not fall as a score rises.
    """

    function: WeightFunction
    join: "np.ufunc" = np.add

    def __call__(self, score: Scores, weight: NDArray[np.floating[Any]]) -> Scores:
        """Return the score of a path with one more relationship, entry by entry."""
        return np.asarray(self.join(score, self.function(weight.astype(np.float64, copy=False))))


def absolute(weight: Scores) -> Scores:
    """Count the absolute weight."""
    return np.abs(weight)


def signed(weight: Scores) -> Scores:
    """Count the weight."""
    return weight


def count(weight: Scores) -> Scores:
    """Count 1."""
    return np.ones_like(weight)


WEIGHT_FUNCTIONS: Final[dict[WeightKind, WeightFunction]] = {
    "absolute": absolute,
    "signed": signed,
    "count": count,
}


@dataclass(frozen=True)
class StrongerThan:
    """Count 0 where the absolute weight is at most a limit, else 1; below 0 all count.

    NaN is not at most anything, and counts.

    Parameters
    ----------
    above
        The limit.
    """

    above: float

    def __call__(self, weight: Scores) -> Scores:
        """Count the weights, entry by entry."""
        return (~(np.abs(weight) <= self.above)).astype(np.float64)


@dataclass(frozen=True)
class Then:
    """Count by one function what another has counted.

    Parameters
    ----------
    first, second
        The functions.
    """

    first: WeightFunction
    second: WeightFunction

    def __call__(self, weight: Scores) -> Scores:
        """Count the weights, entry by entry."""
        return self.second(self.first(weight))


def any_of(scores: Sequence[Scores]) -> Flags:
    """Tell where one of some scores is not 0, entry by entry."""
    return reduce(np.logical_or, (score != 0 for score in scores))


def is_multiplicative(function: WeightFunction) -> bool:
    """Tell whether a function of a product is known to be the product of its values."""
    if isinstance(function, Then):
        return is_multiplicative(function.first) and is_multiplicative(function.second)
    return function in {absolute, signed, count}


INFINITE_LOGARITHM: Final = 2.0**30
"""Stands for the logarithm of infinity: more than that of any product of finite weights.

So a path with more infinite weights comes first, and then that of the largest other ones.
"""

_INFINITE: Final = 1e300
"""Stands for an infinite weight in a sum: more than any finite weights add up to."""


def is_infinite(total: Scores) -> NDArray[np.bool_]:
    """Tell which sums of weights along a path have infinity in them, whatever their sign."""
    return (np.abs(total) > _INFINITE / 2) & (total > -np.inf)


def _passable(weight: Scores, infinite: float) -> Scores:
    """Return the same without NaN and infinity, with which not all scores can be joined.

    NaN becomes minus infinity: no path goes over it.
    """
    # The largest is NaN where one of them is.
    if weight.size and not weight.max() < np.inf:
        return np.nan_to_num(weight, nan=-np.inf, posinf=infinite, neginf=-np.inf)
    return weight


def _width(weight: Scores) -> Scores:
    return _passable(np.abs(weight), np.inf)


def _length(weight: Scores) -> Scores:
    return _passable(weight, _INFINITE)


def _absolute_length(weight: Scores) -> Scores:
    return _passable(np.abs(weight), _INFINITE)


def _less(weight: Scores) -> Scores:
    length = _absolute_length(weight)
    return np.where(length == -np.inf, length, -length)


def _one_less(weight: Scores) -> Scores:
    return -np.ones_like(weight)


def _logarithm(weight: Scores) -> Scores:
    with np.errstate(divide="ignore"):
        return _passable(np.log(np.abs(weight)), INFINITE_LOGARITHM)


LOG_PRODUCT: Final = Combine(_logarithm)
"""Add the logarithm of the absolute weight: the strength of a path, as a logarithm."""

TOTAL: Final = Combine(_length)
"""Add the weight: the length of a path."""

ABSOLUTE_TOTAL: Final = Combine(_absolute_length)
"""Add the absolute weight."""

LESS_WEIGHT: Final = Combine(_less)
"""Take the absolute weight away: the largest is the shortest path."""

A_HOP_MORE: Final = Combine(_one_less)
"""Take 1 away: the largest has the fewest hops."""

WEAKEST: Final = Combine(_width, np.minimum)
"""Take the smaller of the two: the weakest link of a path."""
