"""Numbers at equal distances between two tensors, and remainders and angles of two numbers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from exporter.wiring import NotWirableError


def _linear(operation: Any, start: Any, stop: Any) -> Any:
    if getattr(operation, "retstep", False):
        raise NotWirableError("it gives the distance as well")
    return _between(operation, start, stop)


def _between(operation: Any, start: Any, stop: Any) -> Any:
    """Add up shares of both ends."""
    import keras
    from keras import ops

    rank = max(len(getattr(end, "shape", ())) for end in (start, stop)) + 1
    axis = operation.axis % rank
    if axis == 0:
        raise NotWirableError("it puts the numbers before the samples of a batch")
    across = [1] * (rank - axis)
    across[0] = operation.num
    share = np.linspace(0, 1, operation.num, endpoint=operation.endpoint).reshape(across)
    parts = [
        (ops.expand_dims(end, axis - rank) if len(getattr(end, "shape", ())) else end) * part
        for end, part in ((start, (1 - share).astype("float32")), (stop, share.astype("float32")))
    ]
    # Of two operands, Keras takes a second one that is a constant for a bias of the channels.
    made = ops.add(*sorted(parts, key=lambda part: isinstance(part, keras.KerasTensor)))
    kind = operation.dtype
    return ops.cast(ops.floor(made), kind) if kind is not None and "int" in kind else made


def _logarithmic(operation: Any, start: Any, stop: Any) -> Any:
    from keras import ops

    return ops.power(float(operation.base), _between(operation, start, stop))


def _remainder(_: Any, x1: Any, x2: Any) -> Any:
    """Return the remainder that has the sign of what is divided."""
    from keras import ops

    return ops.sign(x1) * ops.mod(ops.abs(x1), abs(x2))


def _angle_of_two(_: Any, x1: Any, x2: Any) -> Any:
    """Return twice the angle of half, as that is never near where it has no tangent."""
    from keras import ops

    x1, x2 = _tensor(x1, x2), _tensor(x2, x1)
    length = ops.sqrt(ops.square(x1) + ops.square(x2)) + ops.abs(x2)
    to_axis = 2.0 * ops.arctan(ops.divide_no_nan(x1, length))
    side = ops.where(ops.greater_equal(x1, 0.0), np.pi, -np.pi)
    return ops.where(ops.greater_equal(x2, 0.0), to_axis, side - to_axis)


def _tensor(x: Any, other: Any) -> Any:
    """Return a constant beside a tensor as a tensor."""
    import keras

    return x if isinstance(x, keras.KerasTensor) else keras.ops.add(x, keras.ops.zeros_like(other))


def _angle(_: Any, x: Any) -> Any:
    from keras import ops

    return ops.where(x < 0.0, np.pi, 0.0)


def _saturated(operation: Any, x: Any) -> Any:
    from keras import ops

    kind = operation.dtype
    limits: Any = np.iinfo(kind) if "int" in kind else np.finfo(kind)
    return ops.cast(ops.clip(x, float(limits.min), float(limits.max)), kind)


RANGES: Final[Mapping[str, Callable[..., Any]]] = {
    "Angle": _angle,
    "Arctan2": _angle_of_two,
    "Fmod": _remainder,
    "Linspace": _linear,
    "Logspace": _logarithmic,
    "SaturateCast": _saturated,
}
"""What stands for each operation, by its class."""
