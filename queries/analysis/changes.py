"""What changes from one model to another: the most changed weights, and figures of the changes."""

from collections.abc import Iterable

import numpy as np

from queries.analysis.comparison import Comparison, Paired, difference, together
from queries.analysis.moments import Moments
from queries.analysis.operators import Ids, Scores


def largest(pairs: Iterable[Paired], measure: str, k: int) -> Paired:
    """Return the k relationships that change most, most changed first.

    Parameters
    ----------
    pairs
        Relationships.
    measure
        ``absolute``, ``relative`` or ``flips``, as the query ``compare_edges`` has it.
    k
        How many.
    """
    none = np.empty(0, dtype=np.int64)
    best = Paired(none, none, np.empty(0), np.empty(0))
    for pair in pairs:
        best = together([best, pair.take(_first(pair, measure, k))])
        best = best.take(_first(best, measure, k))
    return best


def _first(pair: Paired, measure: str, k: int) -> Ids:
    """Return the positions of the k relationships that change most, most changed first."""
    size = pair.relative if measure == "relative" else np.abs(pair.change)
    size = np.where(np.isnan(size), -1.0, size)
    known = ~np.isnan(pair.change)
    chosen = np.flatnonzero(pair.flips & known if measure == "flips" else known)
    if k < len(chosen):
        chosen = chosen[np.argpartition(-size[chosen], k - 1)[:k]]
    return chosen[np.lexsort((pair.source[chosen], pair.target[chosen], -size[chosen]))]


def neuron_changes(models: Comparison) -> dict[str, Scores]:
    """Return what ``compare_neurons`` says of the weights into each neuron.

    Parameters
    ----------
    models
        Both models; neurons are counted from the first of the one.
    """
    neurons = models.one.neurons
    sums = np.zeros((5, neurons))
    for layer in models.one.layers:
        for pair in models.paired(layer):
            weight, other = np.abs(pair.weight), np.abs(pair.other)
            counted = (pair.change**2, weight**2, weight, difference(weight, other), pair.flips)
            sums += [np.bincount(pair.target, values, neurons) for values in counted]
    change, size = np.sqrt(sums[0]), np.sqrt(sums[1])
    with np.errstate(invalid="ignore"):
        relative = change / np.where(size == 0, np.nan, size)
    return {
        "weight_change": change,
        "relative_change": relative,
        "flips": sums[4],
        "strength": sums[2],
        "strength_change": sums[3],
    }


def layer_changes(pairs: Iterable[Paired]) -> dict[str, float]:
    """Return what ``compare_layers`` says of the weights into a layer.

    Parameters
    ----------
    pairs
        All relationships into the layer, in parts; there is one at least.
    """
    # Weights may be infinite, or no numbers.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return _layer_changes(pairs)


def _layer_changes(pairs: Iterable[Paired]) -> dict[str, float]:
    moments = Moments.none(2)
    changed = flips = 0
    total, largest, squares = 0.0, np.nan, np.zeros(4)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for pair in pairs:
        both, change = np.stack([pair.weight, pair.other]), np.abs(pair.change)
        moments = moments.joined(Moments.of(both, np.ones(len(change), dtype=np.int64)))
        changed += int(np.count_nonzero(change))
        flips += int(np.count_nonzero(pair.flips))
        total += float(change.sum())
        largest = np.fmax(largest, np.fmax.reduce(change))
        squares += [*np.einsum("ij,ij->i", both, both), np.dot(*both), np.dot(change, change)]
        low, high = np.minimum(low, both.min(axis=1)), np.maximum(high, both.max(axis=1))
    sizes, product, off = np.sqrt(squares[:2]), squares[2], np.sqrt(squares[3])
    return {
        "edges": moments.count,
        "changed": changed,
        "flips": flips,
        "mean_change": total / moments.count,
        "largest_change": float(largest),
        "relative_change": float(off / sizes[0]) if sizes[0] else np.nan,
        "cosine": float(product / np.prod(sizes)) if all(sizes) else np.nan,
        # Of numbers that are all equal the deviation is 0, but for rounding.
        "correlation": np.nan if (low == high).any() else moments.correlation,
    }
