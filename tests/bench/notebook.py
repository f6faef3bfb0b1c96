"""The way of the notebook that this project grew from: a Python loop that fills a DiGraph.

Written anew from its description, with its wiring after a Flatten put right, so that both
ways make the same graph.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np

Edge = tuple[int, int, float]


def networkx_graph(model: Any) -> "nx.DiGraph[int]":
    """Return the neurons and weights of a chain of Conv2D, MaxPooling2D and Dense layers."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    ids = np.arange(int(np.prod(model.input_shape[1:]))).reshape(model.input_shape[1:])
    graph.add_nodes_from(ids.ravel().tolist())
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in {"InputLayer", "Dropout"}:
            continue
        if kind == "Flatten":
            ids = ids.reshape(-1)
            continue
        first = len(graph)
        shape = layer.output.shape[1:]
        outputs = np.arange(first, first + int(np.prod(shape))).reshape(shape)
        graph.add_nodes_from(outputs.ravel().tolist())
        for source, target, weight in _EDGES[kind](layer, ids, outputs):
            graph.add_edge(source, target, weight=weight)
        ids = outputs
    return graph


def _convolution(
    layer: Any, ids: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any]
) -> Iterator[Edge]:
    kernel = np.asarray(layer.kernel)
    height, width, channels, _ = kernel.shape
    for y, x, f in itertools.product(*map(range, outputs.shape)):
        for j, i, c in itertools.product(range(height), range(width), range(channels)):
            yield int(ids[y + j, x + i, c]), int(outputs[y, x, f]), float(kernel[j, i, c, f])


def _pooling(
    layer: Any, ids: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any]
) -> Iterator[Edge]:
    height, width = layer.pool_size
    for y, x, c in itertools.product(*map(range, outputs.shape)):
        for j, i in itertools.product(range(height), range(width)):
            yield int(ids[y * height + j, x * width + i, c]), int(outputs[y, x, c]), 1.0


def _dense(layer: Any, ids: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any]) -> Iterator[Edge]:
    kernel = np.asarray(layer.kernel)
    for i, j in itertools.product(range(len(ids)), range(len(outputs))):
        yield int(ids[i]), int(outputs[j]), float(kernel[i, j])


_EDGES = {"Conv2D": _convolution, "MaxPooling2D": _pooling, "Dense": _dense}
