"""A model of which each relationship is scaled by values of its two ends."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Flags, Ids, Operator, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer


class ScaledNetwork(Network):
    """The same neurons; a relationship weighs ``source value * weight * target value``.

    All passes, paths and linear maps work with it as with the model itself. With the activations
    at an input as values of sources, weights are contributions. Relationships are scaled as they
    are used, and none is kept.

    Parameters
    ----------
    network
        The model.
    source, target
        A finite value for each neuron where it is a source, and where it is a target, counted
        from the model's first: shape (neurons,). None stands for 1.
    """

    def __init__(
        self, network: Network, *, source: Scores | None = None, target: Scores | None = None
    ) -> None:
        super().__init__(network.layers, network.read, network.read_outgoing)
        self.progress = network.progress
        self._network, self._source, self._target = network, source, target

    @property
    def fits(self) -> bool:
        """Whether the model keeps all of its relationships in memory."""
        return self._network.fits

    def matrices(self, layer: Layer) -> Iterator[WeightMatrix]:
        """Yield all relationships into a layer, in the order of its neurons."""
        for each in self._network.matrices(layer):
            yield each.scaled(*self._values(each))

    def operators(self, layer: Layer) -> Iterator[Operator]:
        """Yield operators that together are all relationships into a layer."""
        for each in self._network.operators(layer):
            yield each.scaled(*self._values(each))

    def outgoing(self, neurons: Ids) -> EdgeColumns:
        """Return source, target and weight of all relationships out of some neurons."""
        return self._scaled(*self._network.outgoing(neurons))

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron."""
        source, weight = self._network.incoming(neuron)
        _, _, scaled = self._scaled(source, np.full(len(source), neuron), weight)
        return source, scaled.astype(np.float64, copy=False)

    def edge_blocks(self, layer: Layer, ends: Flags) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, all of those into some neurons among them."""
        for columns in self._network.edge_blocks(layer, ends):
            yield self._scaled(*columns)

    def _values(self, operator: Operator) -> tuple[Scores | None, Scores | None]:
        """Return the values of the sources and of the targets of some relationships."""
        return (
            None if self._source is None else self._source[operator.sources],
            None if self._target is None else self._target[operator.targets],
        )

    def _scaled(self, source: Ids, target: Ids, weight: NDArray[np.floating[Any]]) -> EdgeColumns:
        if self._source is not None:
            weight = self._source[source] * weight
        if self._target is not None:
            weight = weight * self._target[target]
        return source, target, weight
