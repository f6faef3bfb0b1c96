"""Paths themselves: the k strongest, by best-first search, and the best one, found from scores."""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from queries.analysis.network import Network
from queries.analysis.operators import (
    INFINITE_LOGARITHM,
    LOG_PRODUCT,
    Combine,
    EdgeColumns,
    Ids,
    Scores,
)

Weight = NDArray[np.floating]

_READ_AHEAD = 32


@dataclass(frozen=True, slots=True)
class Step:
    """A neuron at the end of a path, with what leads there."""

    ids: tuple[int, ...]
    weight: float
    before: "Step | None"

    @classmethod
    def after(cls, before: "Step | None", neuron: int, weight: float = 1.0) -> "Step":
        """Return the step to a neuron that follows another, or none."""
        return cls((*(before.ids if before else ()), neuron), weight, before)

    @property
    def neuron(self) -> int:
        """The neuron at the end."""
        return self.ids[-1]


@dataclass(frozen=True, slots=True)
class Branches:
    """The ways on from the end of a path, best first."""

    before: Step
    log_strength: float
    target: Ids
    weight: Weight
    log_best: Scores

    def bound(self, position: int) -> float:
        """Return the logarithm of the best path over one of the ways on."""
        if position == len(self.target):
            return -np.inf
        return self.log_strength + float(self.log_best[position])

    def follow(self, position: int) -> tuple[Step, float]:
        """Return the step over one of the ways on, and its logarithmic strength."""
        weight = float(self.weight[position])
        step = Step.after(self.before, int(self.target[position]), weight)
        return step, self.log_strength + _logarithm(weight)


@dataclass(frozen=True, slots=True)
class Complete:
    """A path that ends at a target."""

    step: Step

    @property
    def ids(self) -> tuple[int, ...]:
        """The neurons of the path."""
        return self.step.ids


@dataclass(frozen=True, slots=True)
class Unexplored:
    """A path whose ways on have not been looked at."""

    step: Step
    log_strength: float

    @property
    def ids(self) -> tuple[int, ...]:
        """The neurons of the path."""
        return self.step.ids


@dataclass(frozen=True, slots=True)
class Turn:
    """A path with the way on that comes next."""

    branches: Branches
    position: int

    @property
    def ids(self) -> tuple[int, ...]:
        """The neurons of the path, and the one to come."""
        return (*self.branches.before.ids, int(self.branches.target[self.position]))


State = Complete | Unexplored | Turn


class Outgoing(Protocol):
    """What tells which steps lead on from neurons."""

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of all of them."""


def strongest(
    source: Ids,
    target: Ids,
    onward: Scores,
    network: Outgoing,
) -> Iterator[list[Step]]:
    """Yield paths from a source to a target, strongest first, until there are no more.

    A path is at least one relationship long, and none of its weights is 0 or NaN. Each state of
    the search is bounded by its own product times the best completion, so that the first
    path to be taken off the heap is the strongest of all that are left. Equally strong ones
    come in the order of their neurons.

    Parameters
    ----------
    source, target
        The neurons where paths begin and end, counted from the model's first.
    onward
        By neuron the logarithm of the strongest path on to a target, at least one relationship
        long.
    network
        The model.
    """
    ends = set(target.tolist())
    best = onward.copy()
    best[target] = np.maximum(best[target], 0.0)
    edges = _Edges(network, best)
    heap = _Heap()
    for neuron in source.tolist():
        heap.push(float(onward[neuron]), Unexplored(Step.after(None, neuron), 0.0))
    while heap:
        match heap.pop():
            case Complete(step):
                yield _unrolled(step)
            case Unexplored(step, strength):
                branches = edges.branches(step, strength, heap.soon_explored)
                heap.push(branches.bound(0), Turn(branches, 0))
            case Turn(branches, position):
                # Only the best way on is in the heap; taking it lets the next one in.
                heap.push(branches.bound(position + 1), Turn(branches, position + 1))
                step, strength = branches.follow(position)
                if step.neuron in ends:
                    heap.push(strength, Complete(step))
                on = strength + float(onward[step.neuron])
                heap.push(on, Unexplored(step, strength))


class _Heap:
    """States of the search, the one of the highest bound first, then that of the first neurons."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, tuple[int, ...], int, State]] = []
        self._order = itertools.count()

    def __bool__(self) -> bool:
        return bool(self._entries)

    def push(self, bound: float, state: State) -> None:
        """Add a state; one that leads nowhere, of the bound minus infinity, is left out."""
        if bound > -np.inf:
            heapq.heappush(self._entries, (-bound, state.ids, next(self._order), state))

    def pop(self) -> State:
        """Take the state of the highest bound."""
        return heapq.heappop(self._entries)[-1]

    def soon_explored(self) -> list[int]:
        """Return neurons near the top that will want their relationships read."""
        near = (entry[-1] for entry in self._entries[:_READ_AHEAD])
        return [state.step.neuron for state in near if isinstance(state, Unexplored)]


def _logarithm(weight: float) -> float:
    """Return the logarithm of an absolute weight that is not 0, nor NaN."""
    return INFINITE_LOGARITHM if math.isinf(weight) else math.log(abs(weight))


def _unrolled(step: Step) -> list[Step]:
    path = [step]
    while path[-1].before is not None:
        path.append(path[-1].before)
    return path[::-1]


class _Edges:
    """Relationships out of neurons, read in groups and kept, best way on first."""

    def __init__(self, network: Outgoing, best: Scores) -> None:
        self._network, self._best = network, best
        self._by_source: dict[int, tuple[Ids, Weight, Scores]] = {}

    def branches(
        self, step: Step, strength: float, upcoming: Callable[[], Sequence[int]]
    ) -> Branches:
        """Return the ways on from a step; reads those of the neurons to come as well."""
        if step.neuron not in self._by_source:
            self._read(sorted({step.neuron, *upcoming()} - self._by_source.keys()))
        target, weight, log_best = self._by_source[step.neuron]
        return Branches(step, strength, target, weight, log_best)

    def _read(self, neurons: list[int]) -> None:
        source, target, weight = self._network.outgoing(np.array(neurons))
        log_best = LOG_PRODUCT(self._best[target], weight)
        useful = log_best > -np.inf
        source, target, weight = source[useful], target[useful], weight[useful]
        log_best = log_best[useful]
        order = np.lexsort((target, -log_best, source))
        source, target, weight = source[order], target[order], weight[order]
        starts = np.searchsorted(source, [*neurons, neurons[-1] + 1])
        for neuron, start, stop in zip(neurons, starts[:-1], starts[1:], strict=True):
            # Between two neurons that were asked for no other source stands.
            part = slice(int(start), int(stop))
            self._by_source[neuron] = (target[part], weight[part], log_best[order][part])


def best_path(
    network: Network, own: Scores, arriving: Scores, combine: Combine, end: int
) -> list[Step]:
    """Return the steps of a best path that ends at a neuron.

    Parameters
    ----------
    network
        The model.
    own, combine
        What ``passes.maxima_forward`` was given.
    arriving
        What it returned.
    end
        Where the path ends, counted from the model's first neuron; a path arrives there.

    Returns
    -------
    list of Step
        The path is at least one relationship long. It begins at a neuron whose own score is
        at least what arrives there.
    """
    scores = np.maximum(own, arriving)
    backwards: list[tuple[int, float]] = []
    neuron, goes_back = end, True
    while goes_back:
        source, weight = network.incoming(neuron)
        best = int(np.argmax(combine(scores[source], weight)))
        backwards.append((neuron, float(weight[best])))
        neuron = int(source[best])
        goes_back = bool(arriving[neuron] > own[neuron])
    return steps_from(neuron, backwards)


def steps_from(neuron: int, backwards: Sequence[tuple[int, float]]) -> list[Step]:
    """Return the steps of a path that was found from its end.

    Parameters
    ----------
    neuron
        Where it begins.
    backwards
        The other neurons, last first, and the weight into each.
    """
    steps = [Step.after(None, neuron)]
    for after, weight in reversed(backwards):
        steps.append(Step.after(steps[-1], after, weight))
    return steps


def strongest_through(
    network: Network, neurons: Ids, arriving: Scores, onward: Scores
) -> list[Step]:
    """Return the strongest path from an input to an output through one of some neurons.

    Parameters
    ----------
    network
        The model.
    neurons
        The neurons, counted from the model's first; there is one at least.
    arriving, onward
        By neuron the logarithm of the strongest path from an input, and on to an output, at least
        one relationship long.

    Returns
    -------
    list of Step
        Empty where there is no such path.
    """
    begin = np.where(network.inputs, 0.0, -np.inf)
    end = np.where(network.outputs, 0.0, -np.inf)
    through = np.maximum(begin, arriving) + np.maximum(end, onward)
    best = int(neurons[through[neurons].argmax()])
    if through[best] == -np.inf:
        return []
    steps = [Step.after(None, best)]
    if not network.inputs[best]:
        steps = best_path(network, begin, arriving, LOG_PRODUCT, best)
    if not network.outputs[best]:
        outputs = np.flatnonzero(network.outputs)
        steps += next(strongest(np.array([best]), outputs, onward, network))[1:]
    return steps
