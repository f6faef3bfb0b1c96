"""A model of another floating-point precision as one of single precision."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from exporter.reading.onnx.files import is_beside, tensors_of
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.nested import graphs_of, nodes_of

_NAMES: Final = {10: "float16", 11: "float64", 16: "bfloat16"}
"""The element types that are read as float32, as ONNX numbers them."""

_HALVES: Final = ("float16", "bfloat16")
_TYPED: Final = ("to", "dtype", "stash_type")


def in_single_precision(model: Any) -> tuple[str, ...]:
    """Make a model one of single precision; return the half precisions that it names.

    Parameters
    ----------
    model
        The ``ModelProto``, which is changed. Of weights beside it, which are not read, the type is.
    """
    single = import_onnx().TensorProto.FLOAT
    found: set[str] = set()
    nodes = list(nodes_of(model))
    graphs = [model.graph, *(graph for node in nodes for graph in graphs_of(node))]
    for value in (each for graph in graphs for each in _values(graph)):
        kind = value.type.tensor_type
        if kind.elem_type in _NAMES:
            found.add(_NAMES[kind.elem_type])
            kind.elem_type = single
    nodes_in_single_precision(nodes)
    for tensor in tensors_of(model):
        if tensor.data_type in _NAMES:
            found.add(_NAMES[tensor.data_type])
            _narrow(tensor)
    return tuple(name for name in _HALVES if name in found)


def _values(graph: Any) -> Iterator[Any]:
    yield from (*graph.input, *graph.output, *graph.value_info)


def nodes_in_single_precision(nodes: Iterable[Any]) -> None:
    """Make nodes compute in single precision that name another one, or hold constants of it."""
    onnx = import_onnx()
    for node in nodes:
        for attribute in node.attribute:
            if attribute.name in _TYPED and attribute.i in _NAMES:
                attribute.i = onnx.TensorProto.FLOAT
            if attribute.HasField("t") and attribute.t.data_type in _NAMES:
                _narrow(attribute.t)


def _narrow(tensor: Any) -> None:
    if is_beside(tensor):
        tensor.data_type = import_onnx().TensorProto.FLOAT
        return
    numpy_helper = import_onnx().numpy_helper
    with np.errstate(over="ignore"):
        values = numpy_helper.to_array(tensor).astype(np.float32)
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
