"""The strongest path of each kind: of each chain of channels, and to each target.

Where a kernel is used at every position, the strongest paths are often one path at many positions.
"""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import LOG_PRODUCT, Flags, Ids, Scores
from queries.analysis.passes import maxima_forward
from queries.analysis.path import Step, best_path, steps_from
from queries.core.room import make_room

_MOST_KEPT: Final = 8
"""Chains of which the relationships that lead on are kept."""


def strongest_to_each(network: Network, begin: Flags, end: Flags) -> Iterator[list[Step]]:
    """Yield the strongest path to each target that one leads to, strongest first.

    A path is at least one relationship long, and none of its weights is 0 or NaN. Of equally strong
    ones to a target that of the smallest neurons is taken, compared from the last on.

    Parameters
    ----------
    network
        The model.
    begin, end
        Where paths begin, and where they end: shape (neurons,).
    """
    own = np.where(begin, 0.0, -np.inf)
    arriving = maxima_forward(network, own, LOG_PRODUCT)
    ends = np.flatnonzero(end & (arriving > -np.inf))
    for neuron in ends[np.lexsort((ends, -arriving[ends]))].tolist():
        yield best_path(network, own, arriving, LOG_PRODUCT, neuron)


@dataclass(frozen=True, slots=True)
class Chain:
    """A sequence of channels, with the best path through them to each neuron of the last.

    Parameters
    ----------
    channels
        The numbers of the channels.
    neurons
        The neurons of the last one that a path leads to, ascending: shape (n,).
    scores
        The logarithm of the strength of the strongest path to each: shape (n,).
    before
        The same without the last channel; None of the first.
    """

    channels: tuple[int, ...]
    neurons: Ids
    scores: Scores
    before: "Chain | None"


@dataclass(frozen=True, slots=True)
class Branches:
    """The channels that may come next, the one on the best path to a target first.

    Parameters
    ----------
    before
        The chain that they follow; None where they are the first.
    channel
        The number of each: shape (n,).
    bound
        The logarithm of the strength of that path: shape (n,).
    """

    before: Chain | None
    channel: Ids
    bound: Scores

    def channels(self, position: int) -> tuple[int, ...]:
        """Return the numbers of a chain with one of them at its end."""
        return (*(self.before.channels if self.before else ()), int(self.channel[position]))


@dataclass(frozen=True, slots=True)
class Turn:
    """A branch that is to be looked at next."""

    branches: Branches
    position: int


def strongest_over_channels(
    source: Ids, target: Ids, onward: Scores, network: Network, channel: Ids
) -> Iterator[list[Step]]:
    """Yield the strongest path over each chain of channels, strongest first, until all are.

    A path is at least one relationship long, and none of its weights is 0 or NaN. Of equally strong
    ones over a chain that of the smallest neurons is taken, compared from the last on.

    It is a best-first search of chains. The bound of a chain is the strength of the strongest path
    to a target that begins with it, exactly: that of the best path over it to a neuron, times the
    best completion from there. So the first chain that is taken off the heap is the strongest of
    all that are left. Equally strong ones come in the order of their channels.

    Parameters
    ----------
    source, target, onward, network
        As in ``path.strongest``.
    channel
        The number of the channel of each neuron, the same for those of one channel of one layer:
        shape (neurons,).
    """
    is_end = np.zeros(network.neurons, dtype=bool)
    is_end[target] = True
    ways = _Ways(network, source, onward, np.where(is_end, np.maximum(onward, 0), onward), channel)
    heap: list[tuple[float, tuple[int, ...], int, Chain | Turn]] = []
    order = itertools.count()

    def push(bound: float, channels: tuple[int, ...], state: Chain | Turn) -> None:
        heapq.heappush(heap, (-bound, channels, next(order), state))

    def push_turn(branches: Branches, position: int) -> None:
        """Add a branch; the one after it follows once it is taken."""
        if position < len(branches.channel):
            turn = Turn(branches, position)
            push(float(branches.bound[position]), branches.channels(position), turn)

    push_turn(ways.branches(None), 0)
    while heap:
        match heapq.heappop(heap)[-1]:
            case Chain() as chain:
                yield _best_over(chain, network, is_end)
            case Turn(branches, position):
                push_turn(branches, position + 1)
                chain = ways.follow(branches, position)
                ends = is_end[chain.neurons]
                if chain.before is not None and ends.any():
                    push(float(chain.scores[ends].max()), chain.channels, chain)
                push_turn(ways.branches(chain), 0)


class _Ways:
    """The ways on from chains, of which those of the last few are kept."""

    def __init__(
        self, network: Network, source: Ids, onward: Scores, best: Scores, channel: Ids
    ) -> None:
        self._network, self._source, self._channel = network, source, channel
        self._onward, self._best = onward, best
        self._arrivals: dict[tuple[int, ...], tuple[Ids, Scores]] = {}

    def branches(self, chain: Chain | None) -> Branches:
        """Return the channels that follow a chain, or begin one."""
        neurons, scores = self._arriving(chain)
        # A path that ends where it begins has no relationship.
        bounds = scores + (self._best if chain else self._onward)[neurons]
        useful = bounds > -np.inf
        channel, bound = _largest_by(self._channel[neurons[useful]], bounds[useful])
        order = np.lexsort((channel, -bound))
        return Branches(chain, channel[order], bound[order])

    def follow(self, branches: Branches, position: int) -> Chain:
        """Return a chain with one of the branches at its end."""
        neurons, scores = self._arriving(branches.before)
        inside = self._channel[neurons] == branches.channel[position]
        return Chain(branches.channels(position), neurons[inside], scores[inside], branches.before)

    def _arriving(self, chain: Chain | None) -> tuple[Ids, Scores]:
        """Return the neurons that a relationship leads to from a chain, and the best path there."""
        if chain is None:
            return self._source, np.zeros(len(self._source))
        if chain.channels not in self._arrivals:
            make_room(self._arrivals, _MOST_KEPT)
            self._arrivals[chain.channels] = self._read(chain)
        return self._arrivals[chain.channels]

    def _read(self, chain: Chain) -> tuple[Ids, Scores]:
        source, target, weight = self._network.outgoing(chain.neurons)
        scores = LOG_PRODUCT(chain.scores[np.searchsorted(chain.neurons, source)], weight)
        useful = scores + self._best[target] > -np.inf
        return _largest_by(target[useful], scores[useful])


def _largest_by(key: Ids, values: Scores) -> tuple[Ids, Scores]:
    """Return each key, ascending, and the largest of its values."""
    order = np.argsort(key, kind="stable")
    keys, starts = np.unique(key[order], return_index=True)
    return keys, np.maximum.reduceat(values[order], starts) if len(keys) else values


def _best_over(chain: Chain, network: Network, is_end: Flags) -> list[Step]:
    """Return the steps of the best path over a chain to a target in its last channel."""
    scores = np.where(is_end[chain.neurons], chain.scores, -np.inf)
    neuron = int(chain.neurons[scores.argmax()])
    backwards: list[tuple[int, float]] = []
    before = chain.before
    while before is not None:
        source, weight = network.incoming(neuron)
        inside = np.isin(source, before.neurons)
        source, weight = source[inside], weight[inside]
        through = LOG_PRODUCT(before.scores[np.searchsorted(before.neurons, source)], weight)
        best = int(through.argmax())
        backwards.append((neuron, float(weight[best])))
        neuron, before = int(source[best]), before.before
    return steps_from(neuron, backwards)
