"""The graph of layers that a functional model is made of, or that Keras records of a call."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


class NotRecordedError(Exception):
    """A layer cannot be taken apart; says why."""


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


def nodes_between(inputs: Iterable[Any], outputs: Sequence[Any]) -> list[Any]:
    """Return the nodes from symbolic tensors to others, each after those that it reads.

    Raises
    ------
    NotRecordedError
        If Keras has not recorded what made one of them.
    """
    known = set(map(id, inputs))
    order: list[Any] = []
    seen: set[int] = set()
    waiting = _made_by(outputs, known)
    while waiting:
        node, ready = waiting.pop()
        if ready:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            waiting += [(node, True), *_made_by(node.input_tensors, known)]
    return order


def _made_by(tensors: Sequence[Any], known: set[int]) -> list[tuple[Any, bool]]:
    """Return the nodes that made tensors, the last one first, each not ready to be listed."""
    import keras

    made = []
    for tensor in reversed(tensors):
        if isinstance(tensor, keras.KerasTensor) and id(tensor) not in known:
            history = getattr(tensor, "_keras_history", None)
            if history is None or history.operation is None:
                raise NotRecordedError("its call() computes by something else than Keras")
            made.append((history.operation._inbound_nodes[history.node_index], False))
    return made
