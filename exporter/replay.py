"""The forward pass, computed from a graph's nodes and relationships alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from exporter.plan import Plan
from exporter.wiring.activation import activation_function
from queries import NeuronFilter, NeuronGraph
from queries.layer import Layer, layers_of

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Columns = tuple[Ids, Ids, NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Neurons:
    """What each neuron of a layer has of its own; NaN where it has none."""

    bias: Floats
    slope: Floats


class GraphSource(Protocol):
    """Where a replay reads the graph from."""

    def layers(self) -> list[Layer]:
        """Return the layers, inputs first."""

    def neurons(self, layer: str) -> Neurons:
        """Return what the neurons of a layer have of their own."""

    def edges(self, layer: str) -> Iterator[Columns]:
        """Yield source, target and weight of all edges into a layer, in blocks.

        All edges into one neuron lie in one block.
        """


class StreamSource:
    """The graph as a plan builds it, before it is stored anywhere."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._layers = {layer.name: layer for layer in plan.layers}

    def layers(self) -> list[Layer]:
        """Return the layers of the plan."""
        return self._plan.stored_layers

    def neurons(self, layer: str) -> Neurons:
        """Return what the neurons of a layer have of their own."""
        planned = self._layers[layer]
        table = planned.neuron_table("", 0, planned.neurons)
        return Neurons(*(table[name].to_numpy() for name in ("bias", "slope")))

    def edges(self, layer: str) -> Iterator[Columns]:
        """Build the edges into a layer."""
        planned = self._layers[layer]
        for start, stop in planned.ranges():
            block = planned.block(start, stop)
            yield block.source, block.target, block.weight


class StoredSource:
    """The graph as it is read back from a store."""

    def __init__(self, graph: NeuronGraph, model: str) -> None:
        self._graph, self._model = graph, model

    def layers(self) -> list[Layer]:
        """Read the layers."""
        return layers_of(self._graph.layers(model=self._model).to_dict("records"))

    def neurons(self, layer: str) -> Neurons:
        """Read what the neurons of a layer have of their own."""
        frame = self._graph.neurons(NeuronFilter(layer=layer), model=self._model)
        return Neurons(*(frame[name].to_numpy() for name in ("bias", "slope")))

    def edges(self, layer: str) -> Iterator[Columns]:
        """Read the edges into a layer."""
        frame = self._graph.edges(target=NeuronFilter(layer=layer), model=self._model)
        yield frame["source"].to_numpy(), frame["target"].to_numpy(), frame["weight"].to_numpy()


def replay(graph: GraphSource, known: Mapping[str, Floats]) -> dict[str, Floats]:
    """Compute what every neuron of a graph puts out.

    Parameters
    ----------
    graph
        Where layers, biases and edges are read.
    known
        Values of the layers that nothing feeds, by name: shape ``(samples, *layer's shape)``.

    Returns
    -------
    dict
        Values of every layer, by name: shape ``(samples, neurons)``.
    """
    layers = graph.layers()
    first = layers[0].first
    samples = len(next(iter(known.values())))
    # One row a neuron, so that the rows of a layer's sources lie together.
    values = np.zeros((layers[-1].last + 1 - first, samples))
    for layer in layers:
        own = layer.places(first)
        if layer.edges == 0:
            values[own] = known[layer.name].reshape(samples, -1).T
            continue
        reduced = _reduced(graph.edges(layer.name), values, first, layer)
        neurons = graph.neurons(layer.name)
        biased = reduced + np.nan_to_num(neurons.bias)[:, np.newaxis]
        values[own] = _activated(layer, biased, neurons.slope)
    return {layer.name: values[layer.places(first)].T for layer in layers}


def _reduced(blocks: Iterator[Columns], values: Floats, first: int, layer: Layer) -> Floats:
    """Return the reduced weight * source for each neuron of a layer."""
    result = np.full((layer.neurons, values.shape[1]), _WITHOUT_INPUTS[layer.reduce])
    for source, target, weight in blocks:
        order = slice(None) if np.all(target[1:] >= target[:-1]) else np.argsort(target)
        by_target, feeding, factor = (
            target[order] - layer.first,
            source[order] - first,
            weight[order],
        )
        neurons, starts = np.unique(by_target, return_index=True)
        if layer.reduce == "sum":
            ends = np.append(starts, len(by_target))
            shape = len(neurons), len(values)
            matrix = csr_array((factor.astype(np.float64), feeding, ends), shape)
            result[neurons] = matrix @ values
        else:
            fed = values[feeding] * factor[:, np.newaxis]
            result[neurons] = _REDUCE[layer.reduce].reduceat(fed, starts, axis=0)
    return result


_REDUCE: Final = {"max": np.maximum, "min": np.minimum, "product": np.multiply}
_WITHOUT_INPUTS: Final = {"sum": 0.0, "max": -np.inf, "min": np.inf, "product": 1.0}


def _activated(layer: Layer, values: Floats, slope: Floats) -> Floats:
    """Apply the layer's activation function; ``values`` has one row a neuron."""
    if layer.activation is None:
        return values
    if layer.activation == "prelu":
        return np.where(values < 0, values * slope[:, np.newaxis], values)
    import keras

    function = activation_function(layer.activation)
    # JSON has made a list of a tuple of axes.
    config = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in layer.activation_config.items()
    }
    shaped = keras.ops.convert_to_tensor(values.T.reshape(-1, *layer.shape))
    result = keras.ops.convert_to_numpy(function(shaped, **config))
    return np.asarray(result, dtype=np.float64).reshape(values.shape[1], -1).T
