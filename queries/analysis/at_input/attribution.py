"""What each neuron has to do with a target: a linear function of pre-activations."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.operators import Columns, EdgeColumns, Flags, NodeOf, Scores
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
        return np.not_equal(self.inner_gradient, 0.0)

    def edge_blocks(self, layer: Layer, ends: Flags | None = None) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each.

        Parameters
        ----------
        layer
            The layer.
        ends
            To which neurons relationships have to be among them; by default to all to which one
            leads that has to do with the target.
        """
        return self.relationships().edge_blocks(layer, self.taking_part if ends is None else ends)

    def node_blocks(self, layer: Layer, node: NodeOf) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, each a part of the model.

        Of those between the same two nodes several may come, which add up.

        Parameters
        ----------
        layer
            The layer.
        node
            The node of each neuron: shape (neurons,).

        Yields
        ------
        tuple
            Source, target, what of the target comes over each, and what each adds to the value of
            the node where it ends.
        """
        inner = self.inner_gradient[self.frozen.network.neurons_of(layer)]
        if inner.any():
            slope = np.where(inner, self.frozen.unit_slope_of(layer), 0.0)
            yield from self.frozen.network.node_blocks(
                layer, node, self.frozen.value, (inner, slope)
            )

    def contribution_a_share(self, layer: Layer) -> Scores:
        """Return by neuron of a layer what a unit of the target that comes to it is of its value.

        0 where nothing comes: shape (neurons of the layer,).
        """
        inner = self.inner_gradient[self.frozen.network.neurons_of(layer)]
        slope = self.frozen.unit_slope_of(layer)
        return np.divide(slope, inner, out=np.zeros_like(slope), where=inner != 0)

    def relationships(self) -> ScaledNetwork:
        """Return the model with what of the target comes over each relationship as its weight."""
        return ScaledNetwork(
            self.frozen.network, source=self.frozen.value, target=self.inner_gradient
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
