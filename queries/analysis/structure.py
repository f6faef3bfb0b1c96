"""How a model is wired: figures about the weights into a layer, and small patterns, counted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, svds

from queries.analysis.moments import Moments
from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Ids, Operator, Scores, absolute
from queries.analysis.sums import weighted_sums
from queries.core.layer import Layer

BIFAN_BYTES: Final = 120
"""Bytes that a relationship takes while bi-fans are counted."""

_SEED = 0
"""Where the search for a singular vector begins, the same each time."""

_ENTRIES: Final = 1 << 24
"""Entries of a product of matrices that are held at once."""


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
        sums, flat = np.zeros(self.shape[0]), scores.reshape(-1)
        for each in self.operators():
            sums[_within(each.targets, self.targets)] += each.sum_in(
                flat[_within(each.sources, self.sources)]
            )
        return sums

    def sum_out(self, scores: Scores) -> Scores:
        """Return by source the sum of ``weight * score of the target``."""
        sums, flat = np.zeros(self.shape[1]), scores.reshape(-1)
        for each in self.operators():
            sums[_within(each.sources, self.sources)] += each.sum_out(
                flat[_within(each.targets, self.targets)]
            )
        return sums

    def strengths(self) -> Scores:
        """Return by target the sum of the absolute weights."""
        sums = np.zeros(self.shape[0])
        for each in self.operators():
            ones = np.ones(each.sources.stop - each.sources.start)
            sums[_within(each.targets, self.targets)] += weighted_sums(each, absolute, ones)
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


def layer_statistics(network: Network, layer: Layer, threshold: float) -> dict[str, float]:
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
        return _layer_statistics(network, layer, threshold)


def _layer_statistics(network: Network, layer: Layer, threshold: float) -> dict[str, float]:
    moments = Moments.none(1)
    low = high = np.nan
    absolute_sum = squares = 0.0
    zero = small = not_finite = 0
    for weights, counts in network.weights(layer):
        size = np.abs(weights)
        moments = moments.merge(Moments.of(weights[np.newaxis], counts))
        low, high = np.fmin(low, np.fmin.reduce(weights)), np.fmax(high, np.fmax.reduce(weights))
        absolute_sum += float(np.dot(size, counts))
        squares += float(np.dot(size**2, counts))
        zero += _number(counts, size == 0)
        small += _number(counts, size < threshold)
        not_finite += _number(counts, ~np.isfinite(size))
    whole = _Whole(
        network.reusable_operators(layer), network.neurons_of(layer), network.sources(layer)
    )
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


def _number(counts: Ids, where: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> int:
    return int(counts[where].sum())


def _within(inner: slice, outer: slice) -> slice:
    return slice(inner.start - outer.start, inner.stop - outer.start)


def bifans(edges: EdgeColumns, threshold: float) -> tuple[int, int]:
    """Count pairs that are joined, and pairs of sources that both feed a pair of targets.

    Parameters
    ----------
    edges
        Source, target and weight of relationships.
    threshold
        Relationships of at most this absolute weight count as absent, which NaN is not.
    """
    source, target, weight = edges
    strong = ~(np.abs(weight) <= threshold)
    _, source = np.unique(source[strong], return_inverse=True)
    _, target = np.unique(target[strong], return_inverse=True)
    if not len(source):
        return 0, 0
    adjacency = csr_array((np.ones(len(source), dtype=np.int32), (target, source)))
    adjacency.data[:] = 1
    fan_out, fan_in = (np.asarray(adjacency.sum(axis=axis), dtype=np.float64) for axis in (0, 1))
    # Either side counts the same; the one whose neurons have fewer relationships is faster.
    by_target = np.sum(fan_out**2) < np.sum(fan_in**2)
    side = adjacency if by_target else adjacency.T.tocsr()
    across = side.T.tocsr()
    # The product of all at once may have as many entries as there are pairs of neurons.
    step = max(1, _ENTRIES // side.shape[0])
    pairs = sum(
        _choices((side[start : start + step] @ across).data)
        for start in range(0, side.shape[0], step)
    )
    itself = _choices(np.diff(side.indptr))
    # Each pair stands there twice, and each neuron with itself once.
    return adjacency.nnz, (pairs - itself) // 4


def _choices(counts: NDArray[np.integer[Any]]) -> int:
    """Return twice the number of pairs among so many things each."""
    each = counts.astype(np.int64)
    return int(np.sum(each * (each - 1)))
