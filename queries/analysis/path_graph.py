"""Paths that begin with a number of their own: the strongest of them, and sums over all.

A path begins at a part of a model with what begins there, goes on over steps that each multiply
it, and ends at a part that counts. What it comes to is the product. A graph of such steps has three
nodes a part: one at which paths end, one from which they go on to another part of the same layer,
and one from which they go on over relationships.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from queries.analysis.operators import (
    LOG_PRODUCT,
    EdgeColumns,
    Ids,
    Operator,
    Scores,
    StrongerThan,
    WeightFunction,
    absolute,
)
from queries.analysis.path import strongest

ENDS: Final = 0
ACROSS: Final = 1
ONWARD: Final = 2
"""What the nodes of a part are, which stand one after the other."""

KINDS: Final = 3


@dataclass(frozen=True)
class Counting:
    """How what is on from a node is made of what is on from the nodes that follow it.

    Parameters
    ----------
    nothing, end
        What there is without a path, and where one ends.
    join
        Puts together what there is over several steps.
    over
        What there is over a step, by what is on from its end and its weight.
    out
        The same, joined at their sources, of all relationships of an operator.
    """

    nothing: float
    end: float
    join: np.ufunc
    over: Callable[[Scores, Scores], Scores]
    out: Callable[[Operator, Scores], Scores]


def _sums(function: WeightFunction) -> Counting:
    """Return what adds up what steps count over all paths."""
    return Counting(
        0.0,
        1.0,
        np.add,
        lambda score, weight: score * function(weight),
        lambda operator, scores: operator.weighed(function).sum_out(scores),
    )


LARGEST: Final = Counting(
    -np.inf,
    0.0,
    np.maximum,
    LOG_PRODUCT,
    lambda operator, scores: operator.largest_out(scores, LOG_PRODUCT),
)
"""The logarithm of the strongest path."""

MASS: Final = _sums(absolute)
"""The sum of the absolute products of all paths."""

NUMBER: Final = _sums(StrongerThan(0.0))
"""How many paths there are of which the product is not 0."""


class PathGraph(Protocol):
    """What paths begin with, and how they go on."""

    @property
    def begins(self) -> tuple[Ids, Scores]:
        """The nodes at which paths begin, and what begins there."""

    def onward(self, counting: Counting) -> Scores:
        """Return what is on from each node: shape (nodes,); ``counting.end`` where paths end."""

    def outgoing(self, nodes: Ids) -> EdgeColumns:
        """Return source, target and weight of all steps from some nodes."""


@dataclass(frozen=True)
class BegunPath:
    """A path.

    Parameters
    ----------
    parts
        The parts of the model that it goes over.
    begun
        What begins at the first of them.
    weights
        What is multiplied by on the way to each other one.
    """

    parts: tuple[int, ...]
    begun: float
    weights: tuple[float, ...]

    @property
    def product(self) -> float:
        """What the path comes to."""
        return self.begun * math.prod(self.weights)


def strongest_begun(graph: PathGraph, among: Ids | None = None) -> Iterator[BegunPath]:
    """Yield paths by the absolute value of what they come to, largest first.

    Equal ones come in the order of their parts. None comes to 0.

    Parameters
    ----------
    graph
        The paths.
    among
        The parts at which they may begin; None for all.
    """
    onward = graph.onward(LARGEST)
    node, begun = graph.begins
    if among is not None:
        inside = np.isin(node // KINDS, among)
        node, begun = node[inside], begun[inside]
    root = len(onward)
    ends = np.flatnonzero((np.arange(root) % KINDS == ENDS) & (onward > -np.inf))
    from_root = LARGEST.over(onward[node], begun).max(initial=-np.inf)
    onward[ends] = -np.inf
    rooted = _Rooted(graph, root, node, begun)
    paths = strongest(np.array([root]), ends, np.append(onward, from_root), rooted)
    for _, first, *others in paths:
        parts = tuple(step.neuron // KINDS for step in (first, *others))
        yield BegunPath(parts, first.weight, tuple(step.weight for step in others))


def over_all_paths(graph: PathGraph, counting: Counting) -> float:
    """Return what is counted over all paths of a graph."""
    node, begun = graph.begins
    return float(counting.over(graph.onward(counting)[node], begun).sum())


@dataclass(frozen=True)
class _Rooted:
    """The same graph with a node before all others, from which each path begins."""

    graph: PathGraph
    root: int
    node: Ids
    begun: Scores

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of all steps from some nodes."""
        if self.root not in neurons:
            return self.graph.outgoing(neurons)
        source, target, weight = self.graph.outgoing(neurons[neurons != self.root])
        return (
            np.concatenate([source, np.full(len(self.node), self.root)]),
            np.concatenate([target, self.node]),
            np.concatenate([weight, self.begun]),
        )
