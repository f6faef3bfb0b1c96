"""Operations of ONNX that only move data: they make no neurons and no edges.

ONNX's own reference evaluator moves the ids, as distances from ``ZERO``, so that the zeros which an
operation fills in become ``ZERO``. It knows each operation of each version.
"""

from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.embedding import taken
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import OnnxNode, Operand, TensorType
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import ZERO, Ids, Moved, NotWirableError, Parts, Wiring

_JOINED: Final = ("Concat",)
"""Operations whose inputs are all values that they move."""


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
def moved(node: OnnxNode, *operands: Any) -> Moved:
    """Read the same neurons in another place; zeros may stand between them."""
    return Moved(_moved(node, operands)[0])


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
        _distances(node, known, operand)
        for known, operand in zip(node.inputs, operands, strict=True)
    ]
    results = evaluated(node.proto, feeds, node.opset)
    return [np.asarray(each).astype(np.int64) + ZERO for each in results]


def _distances(node: OnnxNode, known: Operand, operand: Any) -> NDArray[Any] | None:
    """Return ids as distances from ``ZERO``, or a constant, of which no value but 0 is moved."""
    if isinstance(known, TensorType):
        moved_ids: NDArray[np.int64] = operand.reshape(known.shape) - ZERO
        return moved_ids
    if known is not None and known.dtype.kind == "f":
        if np.any(known):
            raise NotWirableError("it joins a constant other than 0")
        return np.zeros(known.shape, dtype=np.int64)
    if known is not None and node.op in _JOINED and np.any(known):
        raise NotWirableError("it joins a constant other than 0")
    return known
