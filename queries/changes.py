"""What changes from one model to another: the most changed weights, and figures of the changes."""

from collections.abc import Iterable

import numpy as np

from queries.comparison import Comparison, Paired, together
from queries.operators import Ids, Scores


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
    chosen = np.flatnonzero(pair.flips) if measure == "flips" else np.arange(len(size))
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
            counted = (pair.change**2, weight**2, weight, other, pair.flips)
            sums += [np.bincount(pair.target, values, neurons) for values in counted]
    change, size = np.sqrt(sums[0]), np.sqrt(sums[1])
    return {
        "weight_change": change,
        "relative_change": change / np.where(size == 0, np.nan, size),
        "flips": sums[4],
        "strength": sums[2],
        "strength_change": sums[3] - sums[2],
    }


def layer_changes(pair: Paired) -> dict[str, float]:
    """Return what ``compare_layers`` says of the weights into a layer.

    Parameters
    ----------
    pair
        All relationships into the layer.
    """
    change = np.abs(pair.change)
    sizes = np.linalg.norm(pair.weight), np.linalg.norm(pair.other)
    product = np.dot(pair.weight, pair.other)
    return {
        "edges": len(change),
        "changed": int(np.count_nonzero(change)),
        "flips": int(np.count_nonzero(pair.flips)),
        "mean_change": float(change.mean()),
        "largest_change": float(change.max()),
        "relative_change": float(np.linalg.norm(change) / sizes[0]) if sizes[0] else np.nan,
        "cosine": float(product / np.prod(sizes)) if all(sizes) else np.nan,
        "correlation": _correlation(pair.weight, pair.other),
    }


def _correlation(one: Scores, other: Scores) -> float:
    """Return Pearson's correlation; NaN where all of either are equal."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
