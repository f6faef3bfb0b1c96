"""Quantities that one pass through the layers gives, exactly.

A feed-forward model is an acyclic graph in the order of its layers, so that what is defined by a
sum or a maximum over all paths takes one pass: each relationship is looked at once.

Neurons are counted from the model's first; scores have the shape (neurons,). What a function
returns is what arrives at a neuron over at least one relationship: its own share is not in it.
"""

import numpy as np

from queries.network import Network
from queries.operators import MEASURES, Combine, Flags, Scores, StrongerThan, Weights, absolute


def sums_forward(
    network: Network, own: Scores, *, weights: Weights = "absolute", factor: float = 1.0
) -> Scores:
    """Return ``factor * sum of weight * (own[s] + arriving[s])`` over what feeds a neuron.

    Parameters
    ----------
    network
        The model.
    own
        What each neuron has of its own; here also of shape (neurons, n), for n sums at once.
    weights
        What a relationship counts.
    factor
        Attenuation along a relationship.
    """
    arriving = np.zeros(own.shape)
    for part in network.forward():
        scores = own[part.sources] + arriving[part.sources]
        arriving[part.targets] += factor * part.weighed(MEASURES[weights]).sum_in(scores)
    return arriving


def sums_backward(network: Network, own: Scores, *, weights: Weights = "absolute") -> Scores:
    """Return ``sum of weight * (own[t] + arriving[t])`` over what a neuron feeds.

    The parameters are those of ``sums_forward``.
    """
    arriving = np.zeros(own.shape)
    for part in network.backward():
        scores = own[part.targets] + arriving[part.targets]
        arriving[part.sources] += part.weighed(MEASURES[weights]).sum_out(scores)
    return arriving


def shares_forward(network: Network, own: Scores, factor: float) -> Scores:
    """Return ``sums_forward`` where each neuron divides its score among what it feeds.

    A relationship gets a share by its absolute weight in the out-strength of the neuron.

    Parameters
    ----------
    network, own, factor
        As in ``sums_forward``.
    """
    # In place: in a large model an array of all neurons takes hundreds of megabytes.
    shares = out_strength(network)
    shared = shares > 0
    np.divide(1.0, shares, out=shares, where=shared)
    shares[~shared] = 0.0
    arriving = np.zeros(network.neurons)
    for part in network.forward():
        scores = (own[part.sources] + arriving[part.sources]) * shares[part.sources]
        arriving[part.targets] += factor * part.weighed(absolute).sum_in(scores)
    return arriving


def in_strength(network: Network, weights: Weights = "absolute") -> Scores:
    """Return the sum of the weights into each neuron."""
    strength = np.zeros(network.neurons)
    for part in network.forward():
        ones = np.ones(part.sources.stop - part.sources.start)
        strength[part.targets] += part.weighed(MEASURES[weights]).sum_in(ones)
    return strength


def out_strength(network: Network, weights: Weights = "absolute") -> Scores:
    """Return the sum of the weights out of each neuron."""
    strength = np.zeros(network.neurons)
    for part in network.forward():
        ones = np.ones(part.targets.stop - part.targets.start)
        strength[part.sources] += part.weighed(MEASURES[weights]).sum_out(ones)
    return strength


def log_path_masses(network: Network, begin: Flags, end: Flags) -> tuple[Scores, Scores]:
    """Return the logarithm of the absolute weight of all paths to each neuron, and on from it.

    A product over the layers of a deep model would leave the range of a float.

    Parameters
    ----------
    network
        The model.
    begin, end
        Where paths begin and where they end.

    Returns
    -------
    tuple
        Both with paths of no relationship; minus infinity where there is no path.
    """
    forward, backward = (np.full(network.neurons, -np.inf) for _ in range(2))
    forward[begin] = backward[end] = 0.0
    with np.errstate(divide="ignore"):
        for part in network.forward():
            scaled, scale = _scaled(forward[part.sources])
            more = np.log(part.weighed(absolute).sum_in(scaled)) + scale
            _add_to(forward[part.targets], more)
        for part in network.backward():
            scaled, scale = _scaled(backward[part.targets])
            more = np.log(part.weighed(absolute).sum_out(scaled)) + scale
            _add_to(backward[part.sources], more)
    return forward, backward


def _add_to(logarithms: Scores, more: Scores) -> None:
    """Add numbers to others in place, all given by their logarithms."""
    # Most neurons are reached from one side only, where there is nothing to compute.
    if logarithms.max() == -np.inf:
        logarithms[:] = more
    else:
        np.logaddexp(logarithms, more, out=logarithms)


def _scaled(logarithms: Scores) -> tuple[Scores, float]:
    """Return numbers of which the largest is 1, and the logarithm of what was divided by."""
    scale = float(logarithms.max())
    if scale == -np.inf:
        return np.zeros_like(logarithms), 0.0
    return np.exp(logarithms - scale), scale


def reached_forward(network: Network, begin: Flags, *, above: float = -1.0) -> Flags:
    """Tell which neurons a path leads to, over at least one relationship.

    Parameters
    ----------
    network
        The model.
    begin
        Where paths may begin: shape (neurons,).
    above
        Relationships of at most this absolute weight do not count; below 0 all do.
    """
    reached = np.zeros(network.neurons, dtype=bool)
    for part in network.forward():
        from_here = begin[part.sources] | reached[part.sources]
        ways = part.weighed(StrongerThan(above)).sum_in(from_here.astype(np.float64))
        reached[part.targets] |= ways > 0
    return reached


def reached_backward(network: Network, end: Flags, *, above: float = -1.0) -> Flags:
    """Tell from which neurons a path leads on to an end.

    The parameters are those of ``reached_forward``.
    """
    reached = np.zeros(network.neurons, dtype=bool)
    for part in network.backward():
        to_here = end[part.targets] | reached[part.targets]
        ways = part.weighed(StrongerThan(above)).sum_out(to_here.astype(np.float64))
        reached[part.sources] |= ways > 0
    return reached


def maxima_forward(network: Network, own: Scores, combine: Combine) -> Scores:
    """Return by neuron the largest ``combine(score[s], weight)`` over what feeds it.

    Parameters
    ----------
    network
        The model.
    own
        What a path has that begins at a neuron; minus infinity where none can. The score of a
        neuron is the larger of this and of what arrives.
    combine
        How a path goes on.

    Returns
    -------
    numpy.ndarray
        Minus infinity where no path arrives.
    """
    arriving = np.full(network.neurons, -np.inf)
    for part in network.forward():
        scores = np.maximum(own[part.sources], arriving[part.sources])
        largest = part.largest_in(scores, combine)
        arriving[part.targets] = np.maximum(arriving[part.targets], largest)
    return arriving


def maxima_backward(network: Network, own: Scores, combine: Combine) -> Scores:
    """Return by neuron the largest ``combine(score[t], weight)`` over what it feeds.

    The parameters are those of ``maxima_forward``: ``own`` is what a path has that ends at a
    neuron.
    """
    arriving = np.full(network.neurons, -np.inf)
    for part in network.backward():
        scores = np.maximum(own[part.targets], arriving[part.targets])
        largest = part.largest_out(scores, combine)
        arriving[part.sources] = np.maximum(arriving[part.sources], largest)
    return arriving
