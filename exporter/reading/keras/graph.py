"""The graph of layers that a functional model is made of."""

from collections.abc import Iterator
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


def graph_nodes(graph: Any) -> Iterator[Any]:
    """Yield the nodes of a graph in the order in which Keras computes them."""
    by_depth = graph._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        yield from by_depth[depth]
