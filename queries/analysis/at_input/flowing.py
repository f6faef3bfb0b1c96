"""What of a target comes over relationships of a model at an input."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Columns, EdgeColumns, Flags, NodeOf, Scores
from queries.analysis.scaled_network import ScaledNetwork
from queries.core.layer import Layer


@dataclass(frozen=True)
class Flowing:
    """What of a target comes over relationships.

    It holds no other arrays of neurons: of a large model one takes hundreds of megabytes.

    Parameters
    ----------
    network
        The model, each relationship weighing what passes over it.
    value
        What each neuron puts out, or more than at the baseline: shape (neurons,).
    inner_gradient
        What the target gains by a unit more of each pre-activation: shape (neurons,).
    slope, without
        The slope of each neuron, shape (neurons,), and the indices of layers that have none.
    """

    network: Network
    value: Scores
    inner_gradient: Scores
    slope: Scores
    without: frozenset[int]

    @property
    def taking_part(self) -> Flags:
        """Which neurons a relationship leads to that has to do with the target."""
        return np.not_equal(self.inner_gradient, 0.0)

    def relationships(self) -> ScaledNetwork:
        """Return the model with what of the target comes over each relationship as its weight."""
        return ScaledNetwork(self.network, source=self.value, target=self.inner_gradient)

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
        inner = self.inner_gradient[self.network.neurons_of(layer)]
        if inner.any():
            slope = np.where(inner, self._unit_slope_of(layer), 0.0)
            yield from self.network.node_blocks(layer, node, self.value, (inner, slope))

    def contribution_a_share(self, layer: Layer) -> Scores:
        """Return by neuron of a layer what a unit of the target that comes to it is of its value.

        0 where nothing comes: shape (neurons of the layer,).
        """
        inner = self.inner_gradient[self.network.neurons_of(layer)]
        slope = self._unit_slope_of(layer)
        return np.divide(slope, inner, out=np.zeros_like(slope), where=inner != 0)

    def _unit_slope_of(self, layer: Layer) -> Scores:
        return unit_slope(self.network, self.slope, self.without, layer)


def unit_slope(network: Network, slope: Scores, without: frozenset[int], layer: Layer) -> Scores:
    """Return the slopes of a layer; 1 of outputs, and of what has none.

    These count before their activation function.

    Parameters
    ----------
    network, slope, without
        As in ``Flowing``.
    layer
        The layer.

    Returns
    -------
    numpy.ndarray
        Shape (neurons of the layer,).
    """
    if layer.index in without or not network.fed_by(layer):
        return np.ones(layer.neurons)
    return slope[network.neurons_of(layer)]
