"""What each neuron has to do with a target: a linear function of pre-activations."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from queries.analysis.at_input.flowing import Flowing
from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.operators import EdgeColumns, Flags, Scores
from queries.analysis.scaled_network import ScaledNetwork
from queries.core.layer import Layer


@dataclass(frozen=True)
class Attribution:
    """What neurons and relationships have to do with a target.

    Parameters
    ----------
    frozen
        The model at the input.
    own
        How much of each pre-activation the target counts: shape (neurons,).
    gradient, inner_gradient
        What the target gains by a unit more of a neuron's value, and of its pre-activation.
    """

    frozen: FrozenModel
    own: Scores
    gradient: Scores
    inner_gradient: Scores

    @property
    def parts(self) -> tuple["Attribution", ...]:
        """What adds up to it: itself alone."""
        return (self,)

    @property
    def target(self) -> float:
        """The value of the target, or what it has more than at the baseline."""
        return float(self.own @ self.frozen.pre_activation)

    @property
    def value(self) -> Scores:
        """The value of each neuron, or what it has more than at the baseline."""
        return self.frozen.value

    @property
    def pre_activation(self) -> Scores:
        """The same before its activation function."""
        return self.frozen.pre_activation

    @property
    def total_gradient(self) -> Scores:
        """What the target gains by a unit more of each neuron, which it may count itself."""
        return self.gradient + self.own

    @property
    def neurons(self) -> Scores:
        """What of the target comes through each neuron: shape (neurons,).

        The value of a neuron times its gradient; of a neuron that the target counts its
        pre-activation comes as well.
        """
        return self.neurons_in(slice(None))

    @property
    def biases(self) -> Scores:
        """What of the target begins at each neuron, by its bias and what its slope leaves."""
        return self.biases_in(slice(None))

    def neurons_in(self, place: slice) -> Scores:
        """Return what of the target comes through some neurons, counted from the model's first."""
        model = self.frozen
        through = model.value[place] * self.gradient[place]
        return through + model.pre_activation[place] * self.own[place]

    def biases_in(self, place: slice) -> Scores:
        """Return what of the target begins at some neurons, counted from the model's first."""
        model, inner, own = self.frozen, self.inner_gradient[place], self.own[place]
        left = model.value[place] * self.gradient[place] - model.pre_activation[place] * (
            inner - own
        )
        begun = left + (model.bias[place] + model.rest[place]) * inner
        return np.where(model.inputs[place], 0.0, begun)

    @property
    def taking_part(self) -> Flags:
        """Which neurons a relationship leads to that has to do with the target."""
        return self.flowing.taking_part

    def edge_blocks(self, layer: Layer, ends: Flags | None = None) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, as ``Flowing`` does."""
        return self.flowing.edge_blocks(layer, ends)

    def relationships(self) -> ScaledNetwork:
        """Return the model with what of the target comes over each relationship as its weight."""
        return self.flowing.relationships()

    @cached_property
    def flowing(self) -> Flowing:
        """What of the target comes over relationships."""
        model = self.frozen
        return Flowing(
            model.network, model.value, self.inner_gradient, model.slope, frozenset(model.over_axis)
        )


def attribution(frozen: FrozenModel, own: Scores, passing: Scores | None = None) -> Attribution:
    """Return what neurons and relationships have to do with a target, by one pass from it back.

    Parameters
    ----------
    frozen
        The model at the input.
    own
        How much of each pre-activation the target counts: shape (neurons,).
    passing
        How much of its value each neuron passes on, of which ``gradient`` is the gradient then:
        shape (neurons,); by default all.
    """
    network = frozen.network
    gradient, inner = np.zeros(network.neurons), own.astype(np.float64)
    last = np.flatnonzero(own).max(initial=-1)
    for layer in reversed(network.layers):
        place = network.neurons_of(layer)
        if place.start > last:
            continue
        arriving = gradient[place] if passing is None else gradient[place] * passing[place]
        inner[place] += frozen.pulled_back(layer, arriving)
        if not layer.edges or not inner[place].any():
            continue
        for operator in network.operators(layer):
            gradient[operator.sources] += operator.sum_out(inner[operator.targets])
    return Attribution(frozen, own, gradient, inner)
