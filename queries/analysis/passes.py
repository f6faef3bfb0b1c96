"""Quantities that one pass through the layers gives, exactly.

A feed-forward model is an acyclic graph in the order of its layers, so that what is defined by a
sum or a maximum over all paths takes one pass: each relationship is looked at once.

Neurons are counted from the model's first; scores have the shape (neurons,). What a function
returns is what arrives at a neuron over at least one relationship: its own share is not in it.
Weights may be NaN or infinite; see ``sums.weighted_sums``.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import (
    WEIGHT_FUNCTIONS,
    Combine,
    Flags,
    Scores,
    StrongerThan,
    WeightKind,
    absolute,
)
from queries.analysis.sums import weighted_sums


@np.errstate(invalid="ignore")
def sums_forward(
    network: Network, own: Scores, *, weights: WeightKind = "absolute", factor: float = 1.0
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
    alive = _Alive(network, own, reach_forward)
    for operator in network.forward():
        scores = own[operator.sources] + arriving[operator.sources]
        participants = alive.of(operator.sources)
        more = weighted_sums(operator, WEIGHT_FUNCTIONS[weights], scores, "in", alive=participants)
        arriving[operator.targets] += factor * more
    return arriving


@np.errstate(invalid="ignore")
def sums_backward(network: Network, own: Scores, *, weights: WeightKind = "absolute") -> Scores:
    """Return ``sum of weight * (own[t] + arriving[t])`` over what a neuron feeds.

    The parameters are those of ``sums_forward``.
    """
    arriving = np.zeros(own.shape)
    alive = _Alive(network, own, reach_backward)
    for operator in network.backward():
        scores = own[operator.targets] + arriving[operator.targets]
        participants = alive.of(operator.targets)
        arriving[operator.sources] += weighted_sums(
            operator, WEIGHT_FUNCTIONS[weights], scores, "out", alive=participants
        )
    return arriving


class _Alive:
    """Which neurons have something of their own, or are reached from one that has.

    It is found out by a pass of its own, and only where it matters.
    """

    def __init__(self, network: Network, own: Scores, reach: Callable[..., Flags]) -> None:
        self._network, self._own, self._reach = network, own, reach
        self._flags: Flags | None = None

    def of(self, neurons: slice) -> Callable[[], Flags]:
        """Return what tells it of some neurons."""
        return lambda: self._all()[neurons]

    def _all(self) -> Flags:
        if self._flags is None:
            begin = self._own != 0
            if begin.ndim == 1:
                self._flags = begin | self._reach(self._network, begin)
            else:
                ways = [each | self._reach(self._network, each) for each in begin.T]
                self._flags = np.stack(ways, axis=-1)
        return self._flags


@np.errstate(invalid="ignore")
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
    for operator in network.forward():
        scores = (own[operator.sources] + arriving[operator.sources]) * shares[operator.sources]
        arriving[operator.targets] += factor * weighted_sums(operator, absolute, scores)
    return arriving


@np.errstate(invalid="ignore")
def in_strength(
    network: Network, weights: WeightKind = "absolute", *, among: Flags | None = None
) -> Scores:
    """Return the sum of the weights into each neuron.

    Parameters
    ----------
    network
        The model.
    weights
        What a relationship counts.
    among
        Whose strength matters: shape (neurons,). What holds none of them is not computed, and
        has 0. None for all.
    """
    strength = np.zeros(network.neurons)
    for operator in network.forward():
        if among is None or among[operator.targets].any():
            ones = _ones(operator.sources)
            strength[operator.targets] += weighted_sums(operator, WEIGHT_FUNCTIONS[weights], ones)
    return strength


@np.errstate(invalid="ignore")
def out_strength(
    network: Network, weights: WeightKind = "absolute", *, among: Flags | None = None
) -> Scores:
    """Return the sum of the weights out of each neuron.

    The parameters are those of ``in_strength``.
    """
    strength = np.zeros(network.neurons)
    for operator in network.forward():
        if among is None or among[operator.sources].any():
            ones, function = _ones(operator.targets), WEIGHT_FUNCTIONS[weights]
            strength[operator.sources] += weighted_sums(operator, function, ones, "out")
    return strength


def _ones(neurons: slice) -> Scores:
    return np.ones(neurons.stop - neurons.start)


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
    with np.errstate(divide="ignore", invalid="ignore"):
        for operator in network.forward():
            scaled, scale = _scaled(forward[operator.sources])
            more = (
                np.log(weighted_sums(operator, absolute, scaled, alive=partial(_positive, scaled)))
                + scale
            )
            _add_to(forward[operator.targets], more)
        for operator in network.backward():
            scaled, scale = _scaled(backward[operator.targets])
            mass = weighted_sums(
                operator, absolute, scaled, "out", alive=partial(_positive, scaled)
            )
            more = np.log(mass) + scale
            _add_to(backward[operator.sources], more)
    return forward, backward


def _positive(scores: Scores) -> Flags:
    """Tell which neurons a path leads to; NaN is that of a path, too."""
    return ~(scores <= 0)


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


def reach_forward(network: Network, begin: Flags, *, above: float = -1.0) -> Flags:
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
    reach = np.zeros(network.neurons, dtype=bool)
    for operator in network.forward():
        from_here = begin[operator.sources] | reach[operator.sources]
        ways = operator.weighed(StrongerThan(above)).sum_in(from_here.astype(np.float64))
        reach[operator.targets] |= ways > 0
    return reach


def reach_backward(network: Network, end: Flags, *, above: float = -1.0) -> Flags:
    """Tell from which neurons a path leads on to an end.

    The parameters are those of ``reach_forward``.
    """
    reach = np.zeros(network.neurons, dtype=bool)
    for operator in network.backward():
        to_here = end[operator.targets] | reach[operator.targets]
        ways = operator.weighed(StrongerThan(above)).sum_out(to_here.astype(np.float64))
        reach[operator.sources] |= ways > 0
    return reach


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
    for operator in network.forward():
        scores = np.maximum(own[operator.sources], arriving[operator.sources])
        largest = operator.largest_in(scores, combine)
        arriving[operator.targets] = np.maximum(arriving[operator.targets], largest)
    return arriving


def maxima_backward(network: Network, own: Scores, combine: Combine) -> Scores:
    """Return by neuron the largest ``combine(score[t], weight)`` over what it feeds.

    The parameters are those of ``maxima_forward``: ``own`` is what a path has that ends at a
    neuron.
    """
    arriving = np.full(network.neurons, -np.inf)
    for operator in network.backward():
        scores = np.maximum(own[operator.targets], arriving[operator.targets])
        largest = operator.largest_out(scores, combine)
        arriving[operator.sources] = np.maximum(arriving[operator.sources], largest)
    return arriving
