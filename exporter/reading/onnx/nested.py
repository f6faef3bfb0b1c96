"""Graphs that stand within the nodes of an ONNX model."""

from collections.abc import Iterator
from typing import Any


def graphs_of(node: Any) -> list[Any]:
    """Return the graphs that a node has, each a ``GraphProto``.

    Parameters
    ----------
    node
        The ``NodeProto``.
    """
    return [
        graph
        for attribute in node.attribute
        for graph in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs)
    ]


def nodes_of(model: Any) -> Iterator[Any]:
    """Yield every node of a model: of its graph, of its functions, and of the graphs within nodes.

    Parameters
    ----------
    model
        The ``ModelProto``.
    """
    waiting = [*model.graph.node, *(node for each in model.functions for node in each.node)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [inner for graph in graphs_of(node) for inner in graph.node]
