"""A model of another floating-point precision as one of single precision."""

from typing import Any, Final

import numpy as np

from exporter.reading.onnx.files import is_beside, tensors_of
from exporter.reading.onnx.importing import import_onnx

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
    onnx = import_onnx()
    single = onnx.TensorProto.FLOAT
    found: set[str] = set()
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        kind = value.type.tensor_type
        if kind.elem_type in _NAMES:
            found.add(_NAMES[kind.elem_type])
            kind.elem_type = single
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name in _TYPED and attribute.i in _NAMES:
                attribute.i = single
    for tensor in tensors_of(model):
        if tensor.data_type in _NAMES:
            found.add(_NAMES[tensor.data_type])
            if is_beside(tensor):
                tensor.data_type = single
                continue
            with np.errstate(over="ignore"):
                values = onnx.numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    return tuple(name for name in _HALVES if name in found)
