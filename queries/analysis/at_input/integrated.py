"""Integrated gradients of all neurons and relationships, in steps from a baseline to an input.

Dhamdhere, Sundararajan and Yan (2018), How important is a neuron, eq. 2, has those of a neuron; a
relationship has ``weight * integral of d value of the source / dt * d target / d pre-activation``.
In each step the slopes are those of the line between its ends. So the parts add up to the target
exactly, however few steps there are; by more steps they come closer to the integral. Between kinks
of a piecewise linear model they are it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.analysis.at_input.activity import Own, activity_at
from queries.analysis.at_input.attribution import Attribution, attribution
from queries.analysis.at_input.frozen import frozen
from queries.analysis.at_input.rule import Products, Rule
from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Flags, Scores
from queries.core.layer import Layer
from queries.core.memory import Room

_BYTES_A_NEURON: Final = 64
"""What a neuron takes of each step that is kept."""


@dataclass(frozen=True)
class Integrated:
    """What neurons and relationships have to do with a target, on the way from a baseline.

    Parameters
    ----------
    steps
        The same of each step.
    """

    steps: tuple[Attribution, ...]

    @property
    def target(self) -> float:
        """What the target has more than at the baseline."""
        return sum(each.target for each in self.steps)

    @property
    def value(self) -> Scores:
        """What each neuron puts out more than at the baseline."""
        return np.asarray(np.sum([each.value for each in self.steps], axis=0))

    @property
    def total_gradient(self) -> Scores:
        """The mean of the gradients on the way."""
        return np.asarray(np.mean([each.total_gradient for each in self.steps], axis=0))

    @property
    def neurons(self) -> Scores:
        """What of the target comes through each neuron."""
        return np.asarray(np.sum([each.neurons for each in self.steps], axis=0))

    @property
    def biases(self) -> Scores:
        """What of the target begins at each neuron."""
        return np.asarray(np.sum([each.biases for each in self.steps], axis=0))

    @property
    def taking_part(self) -> Flags:
        """Which neurons a relationship leads to that has to do with the target."""
        return np.asarray(np.any([each.taking_part for each in self.steps], axis=0))

    def edge_blocks(self, layer: Layer) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each."""
        ends = self.taking_part
        networks = [each.relationships() for each in self.steps]
        for blocks in zip(*(each.edge_blocks(layer, ends) for each in networks), strict=True):
            source, target, _ = blocks[0]
            yield source, target, np.sum([weight for _, _, weight in blocks], axis=0)


def integrated(
    network: Network,
    own: Own,
    inputs: tuple[Mapping[str, NDArray[Any]], Mapping[str, NDArray[Any]]],
    target: Scores,
    *,
    products: Products = "half",
    steps: int,
) -> Integrated:
    """Return what neurons and relationships have to do with a target, on the way to an input.

    Parameters
    ----------
    network, own
        The model, and what its neurons have of their own.
    inputs
        The baseline, and the input: values of inputs by the names of their layers.
    target
        How much of each pre-activation the target counts: shape (neurons,).
    products
        How products are shared out.
    steps
        How many equal steps there are.
    """
    Room(_BYTES_A_NEURON * steps, "neurons", "take fewer steps").require(network.neurons)
    start, end = ({name: each.astype(np.float64) for name, each in one.items()} for one in inputs)
    rule = Rule("rescale", products)
    before, parts = activity_at(network, own, start), []
    for step in range(1, steps + 1):
        point = {name: start[name] + (end[name] - start[name]) * (step / steps) for name in end}
        at = activity_at(network, own, point)
        parts.append(attribution(frozen(network, own, at, rule, before), target))
        before = at
        network.progress("steps", step, steps)
    return Integrated(tuple(parts))
