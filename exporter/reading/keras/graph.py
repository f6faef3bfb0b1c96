"""The graph of layers that a functional model is made of."""

from collections.abc import Iterable, Iterator
from typing import Any


def functional_graph(operation: Any) -> Any | None:
    """Return the graph of nodes of a model; None for a layer, or a model with its own ``call``."""
    import keras

    if not isinstance(operation, keras.Model) or not keeps_call(type(operation)):
        return None
    if isinstance(operation, keras.Sequential):
        return operation._functional
    return operation if hasattr(operation, "_nodes_by_depth") else None


def keeps_call(cls: type) -> bool:
    """Tell whether a class of models computes what its graph of layers says."""
    import keras

    bases = (keras.Model, keras.Sequential, keras.src.models.Functional)
    return any(getattr(cls, "call", None) is base.call for base in bases)


def mask_makers(nodes: Iterable[Any]) -> set[int]:
    """Return the operations that make the masks which calls are given, each by its ``id``.

    Keras makes them as it builds a model, and numbers them through.
    """
    import keras

    waiting = [
        tensor
        for node in nodes
        for name, value in node.arguments.kwargs.items()
        if name.endswith("mask")
        for tensor in keras.tree.flatten(value)
        if isinstance(tensor, keras.KerasTensor)
    ]
    makers: set[int] = set()
    while waiting:
        history = waiting.pop()._keras_history
        operation = history.operation
        if not isinstance(operation, keras.layers.Layer) and id(operation) not in makers:
            makers.add(id(operation))
            waiting += operation._inbound_nodes[history.node_index].input_tensors
    return makers


def graph_nodes(graph: Any) -> Iterator[Any]:
    """Yield the nodes of a graph in the order in which Keras computes them."""
    by_depth = graph._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        yield from by_depth[depth]
