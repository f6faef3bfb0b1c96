"""What a load consists of: the layers that make neurons, inputs first."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exporter.planning.layer import PlannedLayer
from exporter.planning.threshold import LeftOut, Threshold
from exporter.reading.refusal import Refusal
from queries.core.address import repeatable
from queries.core.granularity import NEURON_GRAPH, Granularity
from queries.core.layer import Layer, layers_of
from queries.errors import LayerNotFoundError, listed_layers, meant, parts_of


@dataclass(frozen=True)
class LayerRow:
    """One line of what ``inspect`` shows: a layer of the model.

    Parameters
    ----------
    name, class_name, shape
        As the model has them; the shape without the batch.
    index
        Index of the planned layer; None where it only moves data.
    """

    name: str
    class_name: str
    shape: tuple[int, ...]
    index: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a load of a model, or of a range of its layers, consists of.

    Parameters
    ----------
    layers
        The layers that make neurons, inputs first.
    rows
        Every layer of the model, those included that only move data.
    refused
        The layers that cannot be wired; they are not planned, nor is what stands behind them.
    granularity
        What a node of the graph stands for.
    """

    layers: tuple[PlannedLayer, ...]
    rows: tuple[LayerRow, ...]
    refused: tuple[Refusal, ...] = ()
    granularity: Granularity = NEURON_GRAPH

    @property
    def replayable(self) -> bool:
        """True where the graph of this plan computes what the model computes."""
        whole = not self.refused and not self.left_out.edges
        return whole and self.granularity == NEURON_GRAPH

    @property
    def stored_layers(self) -> list[Layer]:
        """The layers as a graph of this plan has them."""
        return layers_of({**layer.properties(""), "inputs": layer.inputs} for layer in self.layers)

    @cached_property
    def neurons(self) -> int:
        """Number of nodes."""
        return sum(layer.neurons for layer in self.layers)

    @cached_property
    def edges(self) -> int:
        """Number of edges."""
        return sum(layer.edges for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Number of parameters of the layers of the model."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def left_out(self) -> LeftOut:
        """What a load leaves out of all layers."""
        return sum((layer.left_out for layer in self.layers), LeftOut())

    def thinned(self, threshold: Threshold) -> "Plan":
        """Return the plan without the edges that are too weak."""
        if not threshold:
            return self
        layers = (replace(layer, threshold=threshold) for layer in self.layers)
        return replace(self, layers=tuple(layers))

    def between(self, from_layer: str | None, to_layer: str | None) -> "Plan":
        """Return the part of the plan from one layer to another, both included.

        Ids stay as they are. A layer that is fed from outside the part keeps its neurons
        and loses its incoming edges. One that was taken apart stands for its parts.

        Raises
        ------
        LayerNotFoundError
            If no layer of neurons has that name, or the two are in the wrong order.
        """
        begin = 0 if from_layer is None else self._positions(from_layer)[0]
        end = len(self.layers) - 1 if to_layer is None else self._positions(to_layer)[-1]
        if begin > end:
            raise LayerNotFoundError(
                f"layer {from_layer!r} comes after layer {to_layer!r}; exchange the two"
            )
        indices = {layer.index for layer in self.layers[begin : end + 1]}
        layers = tuple(
            layer if indices.issuperset(layer.inputs) else _without_edges(layer)
            for layer in self.layers[begin : end + 1]
        )
        return replace(self, layers=layers, rows=tuple(r for r in self.rows if r.index in indices))

    def _positions(self, name: str) -> list[int]:
        """Return where a layer stands, or the parts of one that was taken apart."""
        names = [layer.name for layer in self.layers]
        if found := [name] if name in names else parts_of(name, names):
            return [names.index(each) for each in found]
        raise LayerNotFoundError(
            f"the model has no layer {repeatable(name)} that makes neurons; its layers are "
            f"{listed_layers(names)}{meant(name, names)}"
        )


def _without_edges(layer: PlannedLayer) -> PlannedLayer:
    nothing = np.empty((*layer.shape, 0), dtype=np.int64)
    wiring = replace(
        layer.wiring,
        sources=nothing,
        weights=np.empty(0, dtype=np.float32),
        rank=len(layer.shape),
        output=None,
    )
    return replace(layer, inputs=(), wiring=wiring)
