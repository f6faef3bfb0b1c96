"""The neurons and relationships of a model file, for computations that pass through all layers."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from exporter.model_graph.node_blocks import node_blocks
from exporter.model_graph.wired_layer import WiredLayer
from exporter.planning.counted_weights import counted_weights
from exporter.planning.plan import Plan
from queries.analysis.network import EDGES_A_MATRIX, Network
from queries.analysis.operators import Columns, EdgeColumns, Flags, Ids, NodeOf, Scores
from queries.core.layer import Layer


class ModelNetwork(Network):
    """A model of which no relationship is stored, nor kept once it is built.

    Parameters
    ----------
    plan
        The model's layers: a graph of neurons, of which no relationship is left out.
    """

    def __init__(self, plan: Plan) -> None:
        self._planned = {planned.index: planned for planned in plan.layers}
        super().__init__(plan.stored_layers, self._built, self._built_out_of)

    @property
    def fits(self) -> bool:
        """False: relationships are built again each time."""
        return False

    def operators(self, layer: Layer) -> Iterator[WiredLayer]:
        """Yield the one operator that is all relationships into a layer."""
        if layer.edges:
            yield self._wired(layer)

    def reusable_operators(self, layer: Layer) -> Callable[[], Iterable[WiredLayer]]:
        """Return what gives the one operator of a layer, which keeps no relationship."""
        operators = list(self.operators(layer))
        return lambda: operators

    def weights(self, layer: Layer) -> Iterator[tuple[Scores, Ids]]:
        """Yield what relationships into a layer weigh, each with how many of them do so."""
        for values, counts in counted_weights(self._planned[layer.index].wiring):
            if len(values):
                yield values.astype(np.float64), counts

    def incoming(self, neuron: int) -> tuple[Ids, Scores]:
        """Return source and weight of all relationships into a neuron."""
        layer = next(each for each in self.layers if self.neurons_of(each).stop > neuron)
        return self._wired(layer).incoming(neuron)

    def _wired(self, layer: Layer) -> WiredLayer:
        return WiredLayer.of(self._planned[layer.index], self.sources(layer), self.first)

    def _ranges(self, layer: Layer) -> list[tuple[int, int]]:
        ranges = self._planned[layer.index].ranges(EDGES_A_MATRIX)
        return [(layer.first + start, layer.first + stop - 1) for start, stop in ranges]

    def edge_blocks(self, layer: Layer, ends: Flags) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, all of those into some neurons among them."""
        planned = self._planned[layer.index]
        has_end = ends[self.neurons_of(layer)]
        for start, stop in planned.ranges():
            if has_end[start:stop].any():
                block = planned.block(start, stop)
                yield block.source - self.first, block.target - self.first, block.weight

    def node_blocks(
        self, layer: Layer, node: NodeOf, source: Scores, targets: Sequence[Scores]
    ) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, of which few are built."""
        yield from node_blocks(self._wired(layer), node, source, targets)

    def _built(self, layer: Layer, first: int, last: int) -> EdgeColumns:
        planned = self._planned[layer.index]
        block = planned.block(first - planned.first, last + 1 - planned.first)
        return block.source, block.target, block.weight

    def _built_out_of(self, neurons: Sequence[int]) -> EdgeColumns:
        places = np.array(neurons, dtype=np.int64) - self.first
        feeding = {layer.index for layer in self.layers if self._holds(layer, places)}
        none = np.empty(0, dtype=np.int64)
        blocks: list[EdgeColumns] = [(none, none, np.empty(0))]
        blocks += [
            self._wired(layer).outgoing(places)
            for layer in self.layers
            if layer.edges and feeding.intersection(layer.inputs)
        ]
        source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
        return source + self.first, target + self.first, weight

    def _holds(self, layer: Layer, places: Ids) -> bool:
        own = self.neurons_of(layer)
        return bool(((places >= own.start) & (places < own.stop)).any())
