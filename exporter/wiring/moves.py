"""Operations of ``keras.ops`` that only move data: they make no neurons and no edges.

Keras moves the ids themselves, as a batch of one, since the arguments count its axis. Ids are
moved as distances from ``ZERO``, so that the zeros which an operation fills in become ``ZERO``.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.results import ZERO, Computed, Floats, Ids, Moved, NotWirableError, Parts
from exporter.wiring.tokens import is_float, whole

_INTEGERS: Final = ("int32", "int64")
"""Integers that hold what numbers of tokens may be."""


@handles(
    "ops.BroadcastTo",
    "ops.Copy",
    "ops.CropImages",
    "ops.DepthToSpace",
    "ops.Diagonal",
    "ops.ExpandDims",
    "ops.ExtractSequences",
    "ops.Flip",
    "ops.Fliplr",
    "ops.GetItem",
    "ops.Moveaxis",
    "ops.PadImages",
    "ops.Ravel",
    "ops.Rearrange",
    "ops.Repeat",
    "ops.Reshape",
    "ops.Roll",
    "ops.Rot90",
    "ops.Slice",
    "ops.SpaceToDepth",
    "ops.Squeeze",
    "ops.StopGradient",
    "ops.Swapaxes",
    "ops.Tile",
    "ops.Transpose",
    "ops.Tril",
    "ops.Triu",
    "ops.Unfold",
    "ops.ZerosLike",
)
def moved(operation: Any, ids: Ids, *arguments: Any, **settings: Any) -> Moved:
    """Read the same neurons in another place; zeros may stand between them."""
    return _without_batch(operation(_batch(ids), *arguments, **settings))


@handles("ops.ExtractPatches")
def patches(operation: Any, ids: Ids) -> Moved:
    """Read the neurons of each patch one behind the other, as channels of its place."""
    if operation.data_format == "channels_first":
        raise NotWirableError("no processor moves patches for Keras with channels before space")
    # Keras moves them by a convolution, which adds zeros up: double precision keeps each id.
    found = np.asarray(operation(_batch(ids).astype(np.float64)))
    return _without_batch(np.rint(found).astype(np.int64))


@handles("ops.SliceUpdate")
def written(operation: Any, inputs: Any, start_indices: Any, updates: Any) -> Moved:
    """Read other neurons in the place of some."""
    starts = [int(start) for start in np.asarray(start_indices).reshape(-1)]
    return _without_batch(operation(_batch(inputs), starts, _batch(updates)))


@handles("ops.Pad")
def padded(operation: Any, ids: Ids, constant_values: float | None = None) -> Moved:
    """Put the constant 0, or the neurons at the border, around the same neurons."""
    if constant_values:
        raise NotWirableError("it pads with a constant other than 0")
    return _without_batch(operation(_batch(ids)))


@handles("ops.Array", "ops.Cast", "ops.ConvertToTensor", dtypes=True)
def cast(operation: Any, ids: Ids, *, dtypes: Sequence[str] = ()) -> Moved | Computed:
    """Read the same neurons if the type holds what they say; else leave decimals out."""
    if operation.dtype in {None, "float32", "float64", *dtypes}:
        return Moved(ids)
    if operation.dtype == "bool":
        return one_to_one(ids, "not_equal", x2=0.0)
    if operation.dtype not in _INTEGERS:
        raise NotWirableError(f"it rounds to {operation.dtype}")
    return whole(ids) if is_float(dtypes) else Moved(ids)


@handles("ops.Append", "ops.Concatenate", "ops.Dstack", "ops.Hstack", "ops.Stack", "ops.Vstack")
def joined(operation: Any, *inputs: Any) -> Moved:
    """Read several tensors one behind the other, or side by side along a new axis."""
    return _without_batch(operation(*map(_batches, inputs)))


@handles("ops.ArraySplit", "ops.Dsplit", "ops.Hsplit", "ops.Split", "ops.Unstack", "ops.Vsplit")
def taken_apart(operation: Any, ids: Ids) -> Parts:
    """Read parts of the same neurons, each as a tensor of its own."""
    return Parts(tuple(map(_without_batch, operation(_batch(ids)))))


def _batches(operands: Any) -> Any:
    """Return ids, or a list of them, as batches of one."""
    if isinstance(operands, (list, tuple)):
        return [_batches(operand) for operand in operands]
    return _batch(operands)


def _batch(operand: Ids | Floats) -> NDArray[np.int64]:
    """Return ids as a batch of one, or a constant, which must be 0, as it is."""
    if np.asarray(operand).dtype == np.int64:
        return operand[np.newaxis].astype(np.int64) - ZERO
    if np.any(operand):
        raise NotWirableError("it joins a constant other than 0")
    return np.zeros(np.shape(operand), dtype=np.int64)


def _without_batch(result: Any) -> Moved:
    batch = np.asarray(result)
    if batch.ndim == 0 or batch.shape[0] != 1:
        raise NotWirableError("it mixes the samples of a batch with their neurons")
    return Moved(batch[0] + ZERO)
