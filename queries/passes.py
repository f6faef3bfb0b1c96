"""Quantities that one pass through the layers gives, exactly.

A feed-forward model is an acyclic graph in the order of its layers, so that what is defined by a
sum or a maximum over all paths takes one pass: each relationship is looked at once.
"""

from collections.abc import Callable

import numpy as np

from queries.network import Network, Scores, Weights

Combine = Callable[[Scores, Scores], Scores]
"""Puts together the score of a neuron and the weight of a relationship, entry by entry."""


def sums_forward(
    network: Network, own: Scores, *, weights: Weights = "absolute", factor: float = 1.0
) -> Scores:
    """Return ``score[t] = own[t] + factor * sum of weight * score[s]`` over what feeds t.

    Parameters
    ----------
    network
        The model.
    own
        By neuron, counted from the model's first: shape (neurons,).
    weights
        What a relationship counts.
    factor
        Attenuation along a relationship.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).
    """
    scores = own.astype(np.float64)
    for part in network.forward():
        scores[part.targets] += factor * np.asarray(part.weighed(weights) @ scores[part.sources])
    return scores


def sums_backward(network: Network, own: Scores, *, weights: Weights = "absolute") -> Scores:
    """Return ``score[s] = own[s] + sum of weight * score[t]`` over what s feeds.

    The parameters are those of ``sums_forward``.
    """
    scores = own.astype(np.float64)
    for part in network.backward():
        scores[part.sources] += np.asarray(part.weighed(weights).T @ scores[part.targets])
    return scores


def maxima_forward(network: Network, own: Scores, combine: Combine) -> Scores:
    """Return the larger of ``own[t]`` and the largest ``combine(score[s], weight)``.

    Parameters
    ----------
    network
        The model.
    own
        By neuron, counted from the model's first; minus infinity where a path cannot begin.
    combine
        How a path goes on: must not fall as the score rises.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).
    """
    scores = own.astype(np.float64)
    for part in network.forward():
        ahead = combine(scores[part.source], part.matrix.data)
        fed = np.flatnonzero(part.fan_in)
        rows = part.targets.start + fed
        largest = np.maximum.reduceat(ahead, part.matrix.indptr[fed]) if len(fed) else ahead[:0]
        scores[rows] = np.maximum(scores[rows], largest)
    return scores


def maxima_backward(network: Network, own: Scores, combine: Combine) -> Scores:
    """Return by neuron the largest ``combine(score[t], weight)`` over what it feeds.

    Parameters
    ----------
    network, own, combine
        As in ``maxima_forward``, in the other direction: ``own`` is what a path has that ends
        at a neuron.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,): of paths at least one relationship long; minus infinity where there
        is none.
    """
    onward = np.full(network.neurons, -np.inf)
    for part in network.backward():
        after = np.maximum(onward[part.targets], own[part.targets])
        by_source = part.by_source
        ahead = combine(after[by_source.indices], by_source.data)
        feeding = np.flatnonzero(np.diff(by_source.indptr))
        rows = part.sources.start + feeding
        largest = np.maximum.reduceat(ahead, by_source.indptr[feeding])
        onward[rows] = np.maximum(onward[rows], largest)
    return onward


def log_product(score: Scores, weight: Scores) -> Scores:
    """Add the logarithm of the absolute weight: the strength of a path, as a logarithm."""
    with np.errstate(divide="ignore"):
        return np.asarray(score + np.log(np.abs(weight)))
