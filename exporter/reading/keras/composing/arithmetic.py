"""Arithmetic of ``keras.ops`` that is made of other operations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from exporter.wiring import NotWirableError

_LARGEST: Final = float(np.finfo(np.float32).max)


def _hypot(_: Any, x1: Any, x2: Any) -> Any:
    """Take the root of one number and a share, since the square of a large one is infinite."""
    from keras import ops

    x1, x2 = ops.abs(x1), ops.abs(x2)
    most, least = ops.maximum(x1, x2), ops.minimum(x1, x2)
    divisor = ops.minimum(most, _LARGEST) + ops.cast(ops.equal(most, 0.0), "float32")
    return most * ops.sqrt(ops.square(ops.minimum(least, _LARGEST) / divisor) + 1.0)


def _logaddexp(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return ops.maximum(x1, x2) + ops.log1p(ops.exp(-_distance(x1, x2)))


def _logaddexp2(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return ops.maximum(x1, x2) + ops.log2(ops.exp2(-_distance(x1, x2)) + 1.0)


def _distance(x1: Any, x2: Any) -> Any:
    """Return how far two numbers are apart; 0 for the same infinity."""
    from keras import ops

    return ops.abs(ops.clip(x1, -_LARGEST, _LARGEST) - ops.clip(x2, -_LARGEST, _LARGEST))


def _ldexp(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return x1 * ops.power(2.0, ops.cast(x2, "float32"))


def _select(_: Any, conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0) -> Any:
    from keras import ops

    chosen = default
    for condition, choice in reversed(list(zip(conditions, choices, strict=True))):
        chosen = ops.where(condition, choice, chosen)
    return chosen


def _cross(operation: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    one, other = (
        ops.moveaxis(x, axis, -1) for x, axis in ((x1, operation.axisa), (x2, operation.axisb))
    )
    if {one.shape[-1], other.shape[-1]} != {3}:
        raise NotWirableError("it multiplies vectors that have not three numbers each")
    parts = [
        one[..., i] * other[..., j] - one[..., j] * other[..., i]
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return ops.moveaxis(ops.stack(parts, axis=-1), -1, operation.axisc)


def _trace(operation: Any, x: Any) -> Any:
    from keras import ops

    axes = operation.axis1, operation.axis2
    if 0 in (axis % len(x.shape) for axis in axes):
        raise NotWirableError("it adds up over the samples of a batch")
    return ops.sum(ops.diagonal(x, operation.offset, *axes), axis=-1)


def _kronecker(_: Any, x1: Any, x2: Any) -> Any:
    """Multiply each number of a tensor by a constant, or by another tensor, as a block."""
    from keras import ops

    rank = len(x1.shape)
    if rank != len(x2.shape) or 1 not in (x1.shape[0], x2.shape[0]):
        raise NotWirableError("it joins the samples of a batch")
    outside = ops.reshape(x1, [each for size in x1.shape for each in (size, 1)])
    inside = ops.reshape(x2, [each for size in x2.shape for each in (1, size)])
    sizes = [one * other for one, other in zip(x1.shape, x2.shape, strict=True)]
    return ops.reshape(outside * inside, sizes)


def _trapezoid(operation: Any, y: Any) -> Any:
    from keras import ops

    values = ops.moveaxis(y, operation.axis, -1)
    widths = operation.dx if operation.x is None else np.diff(np.asarray(operation.x))
    return ops.sum((values[..., 1:] + values[..., :-1]) * (widths / 2), axis=-1)


def _real(_: Any, x: Any) -> Any:
    return x


def _imaginary(_: Any, x: Any) -> Any:
    from keras import ops

    return ops.zeros_like(x)


def _is_real(_: Any, x: Any) -> Any:
    from keras import ops

    return ops.ones_like(x, dtype="bool")


def _is_plus_infinity(_: Any, x: Any) -> Any:
    return x > _LARGEST


def _is_minus_infinity(_: Any, x: Any) -> Any:
    return x < -_LARGEST


ARITHMETIC: Final[Mapping[str, Callable[..., Any]]] = {
    "Conj": _real,
    "Conjugate": _real,
    "Cross": _cross,
    "Hypot": _hypot,
    "Imag": _imaginary,
    "Isneginf": _is_minus_infinity,
    "Isposinf": _is_plus_infinity,
    "Isreal": _is_real,
    "Kron": _kronecker,
    "Ldexp": _ldexp,
    "Logaddexp": _logaddexp,
    "Logaddexp2": _logaddexp2,
    "Real": _real,
    "Select": _select,
    "Trace": _trace,
    "Trapezoid": _trapezoid,
}
"""What stands for each operation, by its class."""
