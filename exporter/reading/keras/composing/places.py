"""Operations that say a place, a count, or whether numbers are alike."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from exporter.wiring import NotWirableError

_LARGEST: Final = float(np.finfo(np.float32).max)


def place_of(x: Any, axis: int | None, keepdims: bool, *, largest: bool, free: Any = None) -> Any:
    """Return the first place along an axis where the largest, or the smallest, number stands.

    Parameters
    ----------
    x
        The tensor, of which the first axis is the batch.
    axis
        The axis; None for all of them.
    keepdims
        Whether the axis stays, of length 1.
    largest
        Whether the place of the largest number is meant.
    free
        1 at each place that may be found, 0 at the others; None for all.

    Returns
    -------
    KerasTensor
        The places, of int32.
    """
    from keras import ops

    if axis is None or axis % len(x.shape) == 0:
        raise NotWirableError("it compares the samples of a batch")
    extreme = ops.max if largest else ops.min
    length = x.shape[axis]
    across = [1] * len(x.shape)
    across[axis] = length
    from_end = np.arange(length, dtype=np.float32).reshape(across) - length
    if "float" in x.dtype:
        # Alike are numbers of no difference, which infinite ones do not have.
        x = ops.clip(x, -_LARGEST, _LARGEST)
    found = ops.cast(ops.equal(x, extreme(x, axis=axis, keepdims=True)), "float32")
    if free is not None:
        found = found * free
    first = ops.min(found * from_end, axis=axis, keepdims=keepdims)
    return ops.cast(first + float(length), "int32")


def _place(operation: Any, x: Any, *, largest: bool) -> Any:
    return place_of(x, operation.axis, operation.keepdims, largest=largest)


def _count(operation: Any, x: Any) -> Any:
    from keras import ops

    return ops.cast(ops.sum(ops.cast(x != 0, "float32"), axis=operation.axis), "int32")


def _is_close(operation: Any, x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8) -> Any:
    from keras import ops

    if all("float" not in str(getattr(x, "dtype", type(x))) for x in (x1, x2)):
        return ops.equal(x1, x2)
    close = ops.abs(x1 - x2) <= ops.abs(x2) * rtol + atol
    if not operation.equal_nan:
        return close
    return ops.logical_or(close, ops.logical_and(ops.isnan(x1), ops.isnan(x2)))


def _unravelled(operation: Any, indices: Any) -> Any:
    """Return one tensor an axis; Keras goes from the first axis on where there are several."""
    from keras import ops

    kind, left = indices.dtype, ops.cast(indices, "float32")
    several = len(indices.shape) > 1
    parts = []
    for size in operation.shape if several else reversed(operation.shape):
        parts.append(ops.cast(left % float(size), kind))
        left = left // float(size)
    return tuple(reversed(parts))


PLACES: Final[Mapping[str, Callable[..., Any]]] = {
    "Argmax": partial(_place, largest=True),
    "Argmin": partial(_place, largest=False),
    "CountNonzero": _count,
    "Isclose": _is_close,
    "UnravelIndex": _unravelled,
}
"""What stands for each operation, by its class."""
