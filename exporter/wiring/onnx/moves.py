"""Operations of ONNX that only move data: they make no neurons and no edges.

ONNX's own reference evaluator moves the ids, as distances from ``ZERO``, so that the zeros which an
operation fills in become ``ZERO``. It knows each operation of each version.
"""

from collections import defaultdict
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.embedding import taken
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import (
    ZERO,
    Computed,
    Floats,
    Ids,
    Moved,
    NotWirableError,
    Parts,
    Wiring,
)

_FILLING: Final = ("Concat", "Pad", "Scatter", "ScatterElements", "ScatterND", "TensorScatter")
"""Operations that may put constants among neurons."""

_OLDEST: Final = defaultdict(int, Scatter=11)
"""The opset from which on the evaluator knows an operation, by the name that it has now."""


@onnx_handles(
    "CenterCropPad",
    "Compress",
    "Concat",
    "DepthToSpace",
    "Expand",
    "Flatten",
    "GatherElements",
    "GatherND",
    "Pad",
    "Reshape",
    "ReverseSequence",
    "Slice",
    "SpaceToDepth",
    "Squeeze",
    "Tile",
    "Transpose",
    "Trilu",
    "Unsqueeze",
)
def moved(node: OnnxNode, *operands: Any) -> Moved | Computed:
    """Read the same neurons in another place; constants among them make neurons of their own."""
    ids = _moved(node, operands)[0]
    constants = _constants(node)
    if not np.any(constants):
        return Moved(ids)
    own = node.outputs[0].own
    return one_to_one(ids.reshape(own), bias=constants.reshape(own))


@onnx_handles("Split")
def taken_apart(node: OnnxNode, *operands: Any) -> Parts:
    """Read parts of the same neurons, each as a tensor of its own."""
    return Parts(tuple(map(Moved, _moved(node, operands))))


@onnx_handles("Gather")
def gathered(node: OnnxNode, values: Any, places: Any) -> Wiring:
    """Read neurons at constant places; or look places up in a constant, as an embedding does."""
    if is_neurons(values) and is_neurons(places):
        raise NotWirableError("it reads a tensor at places that depend on its input")
    if is_neurons(values):
        return moved(node, values, places)
    axis = int(node.attributes.get("axis", 0))
    dtype = node.tensor(1).dtype
    return taken(SimpleNamespace(axis=axis), np.asarray(values), places, dtypes=[dtype])


def _moved(node: OnnxNode, operands: Any) -> list[Ids]:
    """Return where the neurons stand in each output, in the shapes that the model has."""
    feeds = [
        operand.reshape(known.shape) - ZERO if isinstance(known, TensorType) else _nothing(known)
        for known, operand in zip(node.inputs, operands, strict=True)
    ]
    results = evaluated(_without_value(node.proto), feeds, max(node.opset, _OLDEST[node.op]))
    return [np.asarray(each).astype(np.int64) + ZERO for each in results]


def _nothing(known: Any) -> NDArray[Any] | None:
    """Return a constant as it says where neurons go: of what is a value itself, zeros."""
    if known is not None and known.dtype.kind == "f":
        return np.zeros(known.shape, dtype=np.int64)
    return None if known is None else np.asarray(known)


def _without_value(proto: Any) -> Any:
    """Return a node without what it fills up with, which before opset 11 was an attribute."""
    if proto.op_type != "Pad":
        return _renamed(proto)
    own = _renamed(proto)
    del own.attribute[:]
    own.attribute.extend(each for each in proto.attribute if each.name != "value")
    return own


def _renamed(proto: Any) -> Any:
    """Return a copy of a node, of the name that its operation has in newer versions."""
    own = type(proto)()
    own.CopyFrom(proto)
    if own.op_type == "Scatter":
        own.op_type = "ScatterElements"
    return own


def _constants(node: OnnxNode) -> Floats:
    """Return the constants that stand in the output, and 0 where neurons do."""
    if node.op not in _FILLING:
        return np.zeros(())
    feeds = [
        np.zeros(known.shape, dtype=np.float32) if isinstance(known, TensorType) else known
        for known in node.inputs
    ]
    proto, opset = _renamed(node.proto), max(node.opset, _OLDEST[node.op])
    return np.asarray(evaluated(proto, feeds, opset)[0], dtype=np.float64)
