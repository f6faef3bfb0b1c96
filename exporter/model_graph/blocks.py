"""A model file as blocks of columns, which are built when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.model_graph.network import ModelNetwork
from exporter.planning.counted_weights import counted_weights
from exporter.planning.plan import Plan
from queries.analysis.operators import Ids, Scores, WeightKind
from queries.analysis.passes import in_strength, out_strength
from queries.core.layer import Layer
from queries.core.neuron_filter import NeuronFilter
from queries.stores.blocks import Blocks, Columns, flags

_OUTGOING: Final = 1 << 20
"""About how many relationships out of some neurons are built at once."""


class PlannedBlocks(Blocks):
    """The graph of a plan.

    Parameters
    ----------
    plan
        The plan.
    model
        What the model is called.
    network
        The same graph as operators.
    """

    def __init__(self, plan: Plan, model: str, network: ModelNetwork) -> None:
        self.granularity = plan.granularity
        self.network = network
        self._model = model
        self._planned = {layer.index: layer for layer in plan.layers}

    @cached_property
    def layer_rows(self) -> Sequence[Mapping[str, Any]]:
        """A row a layer, inputs first, without the checksums, for which all would be built."""
        return [
            {
                **layer.properties(self._model),
                "inputs": list(layer.inputs),
                "checksum": None,
                "neuron_checksum": None,
            }
            for layer in self._planned.values()
        ]

    def neuron_rows(self, layer: Layer, ids: Ids, names: Sequence[str]) -> pa.Table:
        """Return some columns of neurons of a layer."""
        return self._planned[layer.index].neurons_at(self._model, ids - layer.first, names)

    def edge_blocks(
        self, layer: Layer, first: int, last: int, names: Sequence[str]
    ) -> Iterator[Columns]:
        """Build all relationships into some neurons of a layer, in the order of their targets."""
        planned = self._planned[layer.index]
        for start, stop in planned.ranges(begin=first - planned.first):
            if planned.first + start > last:
                return
            columns = planned.block(start, stop).columns
            low, high = np.searchsorted(columns["target"], [first, last + 1])
            yield {name: columns[name][low:high] for name in names}

    def outgoing(self, layer: Layer, sources: Ids) -> Columns | None:
        """Return all relationships into a layer out of neurons that have not many."""
        for wired in self.network.operators(layer):
            low, high = np.searchsorted(
                sources - self.first, [wired.sources.start, wired.sources.stop]
            )
            feeding = wired.sources.stop - wired.sources.start
            if (high - low) * layer.edges < min(_OUTGOING, layer.edges) * feeding:
                source, target, weight = wired.outgoing(sources[low:high] - self.first)
                return {
                    "source": source + self.first,
                    "target": target + self.first,
                    "weight": weight.astype(np.float32),
                }
        return None

    def strengths(self, neurons: NeuronFilter, direction: str, measure: WeightKind) -> Scores:
        """Return the strength of some neurons, for which no relationship is built."""
        strength = in_strength if direction == "in" else out_strength
        return strength(self.network, measure, among=flags(self, neurons))

    def weights(self, layer: Layer, by: str) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Yield what relationships into a layer weigh, each with how many of them do so."""
        return counted_weights(self._planned[layer.index].wiring)

    def largest(self, layer: Layer, by: str) -> float:
        """Return the largest absolute weight into a layer."""
        return self._largest[layer.index]

    @cached_property
    def _largest(self) -> Mapping[int, float]:
        """The largest absolute weight into each layer, by index."""
        return {
            index: max(
                (
                    float(np.fmax.reduce(np.abs(block), initial=0))
                    for block, _ in counted_weights(each.wiring)
                ),
                default=0.0,
            )
            for index, each in self._planned.items()
        }
