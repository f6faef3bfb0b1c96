"""A model of which each relationship weighs what passes over it at an input."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from queries.analysis.at_input.multipliers import Multipliers
from queries.analysis.network import Network
from queries.analysis.operators import Columns, EdgeColumns, Flags, Ids, NodeOf, Operator, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

_MOST_KEPT: Final = 1 << 22
"""Relationships into maxima and products that are kept, of 12 bytes each."""


class JoinedNetwork(Network):
    """The same neurons and relationships; those into maxima and products weigh what passes on.

    Then each neuron adds up, and all passes, paths and linear maps work with it.

    Parameters
    ----------
    network
        The model.
    multipliers
        What stands beside the weights of relationships into neurons that do not add up.
    """

    def __init__(self, network: Network, multipliers: Multipliers) -> None:
        super().__init__(network.layers, network.read, network.read_outgoing)
        self.progress = network.progress
        self._network, self._multipliers = network, multipliers
        self._joined: dict[int, list[WeightMatrix]] = {}
        apart = [layer for layer in network.layers if layer.reduce != "sum"]
        self._keeps = sum(layer.edges for layer in apart) <= _MOST_KEPT
        self._apart = np.zeros(network.neurons, dtype=bool)
        for layer in apart:
            self._apart[network.neurons_of(layer)] = True

    @property
    def fits(self) -> bool:
        """Whether the model keeps all of its relationships in memory."""
        return self._network.fits

    def matrices(self, layer: Layer) -> Iterator[WeightMatrix]:
        """Yield all relationships into a layer, in the order of its neurons."""
        if layer.reduce == "sum":
            yield from self._network.matrices(layer)
        elif not self._keeps:
            yield from self._multiplied(layer)
        else:
            if layer.index not in self._joined:
                self._joined[layer.index] = list(self._multiplied(layer))
            yield from self._joined[layer.index]

    def operators(self, layer: Layer) -> Iterator[Operator]:
        """Yield operators that together are all relationships into a layer."""
        if layer.reduce == "sum":
            yield from self._network.operators(layer)
        else:
            yield from self.matrices(layer)

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of all relationships out of some neurons."""
        source, target, weight = self._network.outgoing(neurons)
        sums = ~self._apart[target]
        blocks: list[EdgeColumns] = [(source[sums], target[sums], weight[sums])]
        if not sums.all():
            reached = self._apart.copy()
            reached[:] = False
            reached[target[~sums]] = True
            for layer in self.layers:
                if layer.reduce != "sum" and reached[self.neurons_of(layer)].any():
                    blocks += [part.outgoing(neurons) for part in self.matrices(layer)]
        source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
        return source, target, weight

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron."""
        if self._apart[neuron]:
            return super().incoming(neuron)
        return self._network.incoming(neuron)

    def edge_blocks(self, layer: Layer, ends: Flags) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, all of those into some neurons among them."""
        if layer.reduce == "sum":
            yield from self._network.edge_blocks(layer, ends)
        else:
            yield from super().edge_blocks(layer, ends)

    def node_blocks(
        self, layer: Layer, node: NodeOf, source: Scores, targets: Sequence[Scores]
    ) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, each a part of the model."""
        if layer.reduce == "sum":
            yield from self._network.node_blocks(layer, node, source, targets)
        else:
            yield from super().node_blocks(layer, node, source, targets)

    def _multiplied(self, layer: Layer) -> Iterator[WeightMatrix]:
        for part in self._network.matrices(layer):
            yield part.times(self._multipliers.of(part))
