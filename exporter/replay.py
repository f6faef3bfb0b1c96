"""The forward pass, computed from a graph's nodes and relationships alone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from exporter.batches import Plan
from queries import NeuronGraph
from queries.layer import Layer, layers_of

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Columns = tuple[Ids, Ids, NDArray[np.floating[Any]]]


class GraphSource(Protocol):
    """Where a replay reads the graph from."""

    def layers(self) -> list[Layer]:
        """Return the layers, inputs first."""

    def bias(self, layer: str) -> Floats:
        """Return the bias of each neuron of a layer, NaN where there is none."""

    def edges(self, layer: str) -> Iterator[Columns]:
        """Yield source, target and weight of all edges into a layer, in blocks.

        All edges into one neuron lie in one block.
        """


class StreamSource:
    """The graph as a plan builds it, before it is stored anywhere."""

    def __init__(self, plan: Plan) -> None:
        self._layers = {layer.name: layer for layer in plan.layers}

    def layers(self) -> list[Layer]:
        """Return the layers of the plan."""
        rows = [{**layer.properties(""), "inputs": layer.inputs} for layer in self._layers.values()]
        return layers_of(pd.DataFrame(rows))

    def bias(self, layer: str) -> Floats:
        """Return the bias of each neuron of a layer."""
        planned = self._layers[layer]
        table = planned.neuron_table("", 0, planned.neurons)
        return np.asarray(table["bias"].to_numpy(), dtype=np.float64)

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
        return layers_of(self._graph.layers(model=self._model))

    def bias(self, layer: str) -> Floats:
        """Read the bias of each neuron of a layer."""
        return self._graph.neurons(layer, model=self._model)["bias"].to_numpy()

    def edges(self, layer: str) -> Iterator[Columns]:
        """Read the edges into a layer."""
        frame = self._graph.edges(target=layer, model=self._model)
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
        own = slice(layer.first - first, layer.last - first + 1)
        if layer.edges == 0:
            values[own] = known[layer.name].reshape(samples, -1).T
            continue
        reduced = _REDUCE[layer.reduce](graph.edges(layer.name), values, first, layer)
        biased = reduced + np.nan_to_num(graph.bias(layer.name))[:, np.newaxis]
        values[own] = _activated(layer, biased)
    return {layer.name: values[layer.first - first : layer.last - first + 1].T for layer in layers}


def _sum(blocks: Iterator[Columns], values: Floats, first: int, layer: Layer) -> Floats:
    """Return the sum of weight * source for each neuron of a layer."""
    result = np.zeros((layer.neurons, values.shape[1]))
    for source, target, weight in blocks:
        matrix = csr_array(
            (weight.astype(np.float64), (target - layer.first, source - first)),
            shape=(layer.neurons, len(values)),
        )
        result += np.asarray(matrix @ values)
    return result


def _max(blocks: Iterator[Columns], values: Floats, first: int, layer: Layer) -> Floats:
    """Return the largest weight * source for each neuron of a layer."""
    result = np.full((layer.neurons, values.shape[1]), -np.inf)
    for source, target, weight in blocks:
        order = np.argsort(target, kind="stable")
        fed = values[source[order] - first] * weight[order, np.newaxis]
        neurons, starts = np.unique(target[order], return_index=True)
        result[neurons - layer.first] = np.maximum.reduceat(fed, starts, axis=0)
    return result


_REDUCE: Final[dict[str, Callable[[Iterator[Columns], Floats, int, Layer], Floats]]] = {
    "sum": _sum,
    "max": _max,
}


def _activated(layer: Layer, values: Floats) -> Floats:
    """Apply the layer's activation function; ``values`` has one row a neuron."""
    if layer.activation is None:
        return values
    import keras

    function = getattr(keras.activations, layer.activation)
    shaped = keras.ops.convert_to_tensor(values.T.reshape(-1, *layer.shape))
    result = keras.ops.convert_to_numpy(function(shaped, **layer.activation_config))
    return np.asarray(result, dtype=np.float64).reshape(values.shape[1], -1).T
