"""Figures about the weights into a layer, taken as one matrix."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, svds

from queries.analysis.moments import Moments
from queries.analysis.network import Network
from queries.analysis.operators import Ids, Operator, Scores, absolute
from queries.analysis.sums import added
from queries.core.layer import Layer

_SEED = 0
"""Where the search for a singular vector begins, the same each time."""


@dataclass(frozen=True)
class _Whole:
    """All relationships into a layer, as one matrix that is never made.

    Parameters
    ----------
    operators
        Gives those that together are the layer.
    targets, sources
        Its neurons, and those among which are all that feed it.
    """

    operators: Callable[[], Iterable[Operator]]
    targets: slice
    sources: slice

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (targets, sources)."""
        targets, sources = (side.stop - side.start for side in (self.targets, self.sources))
        return targets, sources

    def sum_in(self, scores: Scores) -> Scores:
        """Return by target the sum of ``weight * score of the source``."""
        sums, given = np.zeros(self.shape[0]), scores.reshape(-1)
        for each in self.operators():
            sums[_within(each.targets, self.targets)] += each.sum_in(
                given[_within(each.sources, self.sources)]
            )
        return sums

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        sums, given = np.zeros(self.shape[1]), scores.reshape(-1)
        for each in self.operators():
            sums[_within(each.sources, self.sources)] += each.sum_out(
                given[_within(each.targets, self.targets)]
            )
        return sums

    def strengths(self) -> Scores:
        """Return by target the sum of the absolute weights."""
        sums = np.zeros(self.shape[0])
        for each in self.operators():
            ones = np.ones(each.sources.stop - each.sources.start)
            sums[_within(each.targets, self.targets)] += added(each, absolute, ones)
        return sums

    def norm(self) -> float:
        """Return the largest singular value. Weights of neurons joined twice add up."""
        if 1 in self.shape:
            row = self.sum_in(np.ones(1)) if self.shape[1] == 1 else self.sum_out(np.ones(1))
            return float(np.linalg.norm(row))
        matrix = LinearOperator(self.shape, self.sum_in, self.sum_out, dtype=np.float64)
        start = np.random.default_rng(_SEED)
        largest = np.max(svds(matrix, k=1, return_singular_vectors=False, rng=start))
        # The digits beyond depend on where the arrays happen to lie in memory.
        return float(f"{largest:.12g}")


def statistics(network: Network, layer: Layer, threshold: float) -> dict[str, float]:
    """Return what ``layer_statistics`` says of the weights into a layer that is fed.

    Extremes leave NaN out; what touches NaN is NaN else.

    Parameters
    ----------
    network, layer
        The model, and the layer.
    threshold
        Absolute weight below which a weight counts as small.
    """
    # Weights may be infinite, or no numbers.
    with np.errstate(invalid="ignore", over="ignore"):
        return _statistics(network, layer, threshold)


def _statistics(network: Network, layer: Layer, threshold: float) -> dict[str, float]:
    moments = Moments.none(1)
    low = high = np.nan
    absolute_sum = squares = 0.0
    zero = small = not_finite = 0
    for weights, counts in network.weights(layer):
        size = np.abs(weights)
        moments = moments.joined(Moments.of(weights[np.newaxis], counts))
        low, high = np.fmin(low, np.fmin.reduce(weights)), np.fmax(high, np.fmax.reduce(weights))
        absolute_sum += float(np.dot(size, counts))
        squares += float(np.dot(size**2, counts))
        zero += _number(counts, size == 0)
        small += _number(counts, size < threshold)
        not_finite += _number(counts, ~np.isfinite(size))
    whole = _Whole(network.repeated(layer), network.of(layer), network.sources(layer))
    strength = whole.strengths()
    norm = np.nan if not_finite else whole.norm() if squares else 0.0
    return {
        "edges": moments.count,
        "mean": float(moments.mean[0]),
        "std": float(moments.deviation[0]),
        "min": float(low),
        "max": float(high),
        "mean_absolute": absolute_sum / moments.count,
        "not_finite": not_finite,
        "zero_share": zero / moments.count,
        "small_share": small / moments.count,
        "frobenius_norm": float(np.sqrt(squares)),
        "spectral_norm": norm,
        "fluctuation": float(strength.std() / strength.mean()) if strength.any() else np.nan,
    }


def _number(counts: Ids, chosen: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> int:
    return int(counts[chosen].sum())


def _within(inner: slice, outer: slice) -> slice:
    return slice(inner.start - outer.start, inner.stop - outer.start)
