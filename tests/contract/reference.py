"""The graph of a model as Keras itself tells it: each layer probed with basis vectors.

Nothing of the exporter is used. Neurons are numbered layer by layer in memory order.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Change = Callable[[str, NDArray[np.float32]], NDArray[np.float32]]

_MOVING = ("Flatten", "Dropout", "Reshape")
_ELEMENTWISE = ("Softmax", "ReLU", "Activation")
_AXES = {1: ("channel",), 3: ("y", "x", "channel")}


@dataclass(frozen=True)
class ReferenceLayer:
    """A layer that makes neurons, as Keras describes it."""

    name: str
    class_name: str
    shape: tuple[int, ...]
    activation: str | None
    parameters: int
    first: int
    last: int
    bias: Floats | None


@dataclass(frozen=True)
class Reference:
    """The graph of a model, and the model."""

    name: str
    file: Path
    keras: Any
    layers: tuple[ReferenceLayer, ...]
    graph: "nx.DiGraph[int]"

    def layer(self, name: str) -> ReferenceLayer:
        """Return a layer by its name."""
        return next(layer for layer in self.layers if layer.name == name)

    def ids(self, *layers: str) -> list[int]:
        """Return the ids of the neurons of some layers."""
        found = [self.layer(name) for name in layers]
        return [neuron for layer in found for neuron in range(layer.first, layer.last + 1)]

    def edges(self, *layers: str) -> list[tuple[int, int, float]]:
        """Return source, target and weight of the edges into some layers, by default all."""
        into = set(self.ids(*layers)) if layers else set(self.graph)
        every = ((*pair, self.graph.edges[pair]["weight"]) for pair in self.graph.edges)
        return sorted(edge for edge in every if edge[1] in into)

    def weighted(self, measure: str) -> "nx.DiGraph[int]":
        """Return the graph with |weight|, weight or 1 as the weight of each edge."""
        measures: dict[str, Callable[[float], float]] = {
            "absolute": abs,
            "signed": float,
            "count": lambda _: 1.0,
        }
        change = measures[measure]
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(self.graph)
        graph.add_weighted_edges_from(
            (source, target, change(weight)) for source, target, weight in self.edges()
        )
        return graph

    def path_sums(self, measure: str) -> Floats:
        """Return the sum of the products of the weights of all paths from one neuron to another.

        Paths of no edge are among them: it is the inverse of I - A. Shape (neurons, neurons).
        """
        nodes = sorted(self.graph)
        adjacency = nx.to_numpy_array(self.weighted(measure), nodelist=nodes)
        return np.asarray(np.linalg.inv(np.eye(len(nodes)) - adjacency))


def probe(name: str, file: Path) -> Reference:
    """Load a chain of layers with plain Keras, and probe every layer of it."""
    import keras

    model = keras.models.load_model(file)
    graph: nx.DiGraph[int] = nx.DiGraph()
    layers: list[ReferenceLayer] = []
    moving: list[Any] = []
    for keras_layer in _with_input(model):
        kind = type(keras_layer).__name__
        if kind in _MOVING:
            moving.append(keras_layer)
            continue
        layer = _described(keras_layer, layers[-1].last + 1 if layers else 0)
        _add_neurons(graph, layer, len(layers))
        if layers:
            _add_edges(graph, layers[-1], layer, moving, keras_layer)
        layers.append(layer)
        moving = []
    return Reference(name, file, model, tuple(layers), graph)


def _with_input(model: Any) -> list[Any]:
    """Return the layers, the InputLayer that a Sequential keeps to itself included."""
    operation = model.inputs[0]._keras_history.operation
    return [operation, *(layer for layer in model.layers if layer is not operation)]


def _described(layer: Any, first: int) -> ReferenceLayer:
    shape = tuple(int(size) for size in layer.output.shape[1:])
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if type(layer).__name__ in ("Softmax", "ReLU"):
        activation = type(layer).__name__.lower()
    return ReferenceLayer(
        name=layer.name,
        class_name=type(layer).__name__,
        shape=shape,
        activation=None if activation == "linear" else activation,
        parameters=layer.count_params(),
        first=first,
        last=first + int(np.prod(shape)) - 1,
        bias=_bias(layer, shape),
    )


def _bias(layer: Any, shape: tuple[int, ...]) -> Floats | None:
    """Return what a layer without activation puts out for zeros, where it has a bias."""
    if type(layer).__name__ not in ("Conv2D", "Dense", "BatchNormalization"):
        return None
    if getattr(layer, "bias", None) is None and type(layer).__name__ != "BatchNormalization":
        return None
    zeros = np.zeros((1, *layer.input.shape[1:]), dtype=np.float32)
    return _array(_twin(layer)(zeros)).reshape(shape)


def _add_neurons(graph: "nx.DiGraph[int]", layer: ReferenceLayer, index: int) -> None:
    for offset, place in enumerate(np.ndindex(*layer.shape)):
        axes = dict(zip(_AXES[len(layer.shape)], place, strict=True))
        where = f"@{axes['x']},{axes['y']}" if "x" in axes else ""
        graph.add_node(
            layer.first + offset,
            name=f"{layer.name}[{axes['channel']}]{where}",
            layer=layer.name,
            layer_index=index,
            bias=None if layer.bias is None else float(layer.bias[place]),
            **axes,
        )


def _add_edges(
    graph: "nx.DiGraph[int]",
    before: ReferenceLayer,
    layer: ReferenceLayer,
    moving: list[Any],
    keras_layer: Any,
) -> None:
    """Feed each neuron of the layer before alone, and see which neurons answer, by how much."""
    basis = np.eye(before.last + 1 - before.first, dtype=np.float32).reshape(-1, *before.shape)
    for moved in moving:
        basis = _array(moved(basis)).astype(np.float32)
    joined = _answers(keras_layer, basis, _ones) != 0
    weights = _answers(keras_layer, basis, _without_offset)
    for source, target in zip(*np.nonzero(joined), strict=True):
        graph.add_edge(
            before.first + int(source),
            layer.first + int(target),
            weight=float(weights[source, target]),
        )


def _answers(layer: Any, basis: NDArray[np.float32], change: Change) -> Floats:
    """Return the answer of each neuron to each basis vector: shape (sources, targets)."""
    if type(layer).__name__ in _ELEMENTWISE:
        return basis.reshape(len(basis), -1).astype(np.float64)
    return _array(_twin(layer, change)(basis)).reshape(len(basis), -1)


def _twin(layer: Any, change: Change | None = None) -> Any:
    """Return a copy of a layer without its activation, its variables changed."""
    config = layer.get_config()
    if "activation" in config:
        config["activation"] = "linear"
    twin = type(layer).from_config(config)
    twin.build(layer.input.shape)
    for own, original in zip(twin.weights, layer.weights, strict=True):
        value = np.asarray(original)
        own.assign(change(original.name, value) if change else value)
    return twin


def _ones(name: str, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make every weight 1 and every offset 0, so that an edge of weight 0 shows too."""
    offset = name in {"bias", "beta", "moving_mean"}
    return np.zeros_like(value) if offset else np.ones_like(value)


def _without_offset(name: str, value: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make every offset 0, so that an answer to a basis vector is a weight."""
    return np.zeros_like(value) if name in {"bias", "beta", "moving_mean"} else value


def _array(tensor: Any) -> Floats:
    return np.asarray(tensor, dtype=np.float64)
