"""Operations that leave out what is no number: another number stands for each NaN first.

Where all of what is reduced is NaN, an extreme is the largest number that single precision holds,
or the least one.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from exporter.reading.keras.composing.places import place_of

_LARGEST: Final = float(np.finfo(np.float32).max)


def _without(x: Any, instead: float) -> Any:
    """Return a tensor, or a constant, with a number in the place of each NaN."""
    import keras

    if not isinstance(x, keras.KerasTensor):
        single = np.asarray(x, dtype=np.float32)
        return np.where(np.isnan(single), np.float32(instead), single)
    if "float" not in x.dtype:
        return x
    finite = keras.ops.nan_to_num(x, nan=instead)
    above, below = (keras.ops.cast(each, x.dtype) for each in (x > _LARGEST, x < -_LARGEST))
    # Infinite where the tensor is, and 0 elsewhere.
    return finite + keras.ops.arctanh(above - below)


def _reduced(name: str, instead: float, operation: Any, x: Any) -> Any:
    from keras import ops

    reduce = getattr(ops, name)
    return reduce(_without(x, instead), axis=operation.axis, keepdims=operation.keepdims)


def _cumulated(name: str, instead: float, operation: Any, x: Any) -> Any:
    from keras import ops

    return getattr(ops, name)(_without(x, instead), axis=operation.axis, dtype=operation.dtype)


def _extreme(name: str, instead: float, _: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return getattr(ops, name)(_without(x1, instead), _without(x2, instead))


def _mean(operation: Any, x: Any) -> Any:
    from keras import ops

    if "float" not in x.dtype:
        return ops.mean(x, axis=operation.axis, keepdims=operation.keepdims)
    return _average(x, _counted(x), operation.axis, keepdims=operation.keepdims)


def _counted(x: Any) -> Any:
    """Return 1 for each number, and 0 for what is none."""
    from keras import ops

    return ops.cast(ops.logical_not(ops.isnan(x)), x.dtype)


def _average(x: Any, counted: Any, axis: Any, *, keepdims: bool) -> Any:
    from keras import ops

    total, count = (
        ops.sum(each, axis=axis, keepdims=keepdims) for each in (_without(x, 0.0), counted)
    )
    return total / count


def _variance(operation: Any, x: Any) -> Any:
    from keras import ops

    if "float" not in x.dtype:
        return ops.var(x, axis=operation.axis, keepdims=operation.keepdims)
    counted = _counted(x)
    mean = _average(x, counted, operation.axis, keepdims=True)
    squares = ops.square((_without(x, 0.0) - mean) * counted)
    return _average(squares, counted, operation.axis, keepdims=operation.keepdims)


def _deviation(operation: Any, x: Any) -> Any:
    from keras import ops

    return ops.sqrt(_variance(operation, x))


def _place(operation: Any, x: Any, *, largest: bool) -> Any:
    """Return -1 where there is no number."""
    from keras import ops

    instead = -_LARGEST if largest else _LARGEST
    place = place_of(_without(x, instead), operation.axis, operation.keepdims, largest=largest)
    if "float" not in x.dtype:
        return place
    nothing = ops.all(ops.isnan(x), axis=operation.axis, keepdims=operation.keepdims)
    return ops.cast(ops.where(nothing, -1.0, ops.cast(place, x.dtype)), "int32")


MISSING: Final[Mapping[str, Callable[..., Any]]] = {
    "Fmax": partial(_extreme, "maximum", -_LARGEST),
    "Fmin": partial(_extreme, "minimum", _LARGEST),
    "Nanargmax": partial(_place, largest=True),
    "Nanargmin": partial(_place, largest=False),
    "Nancumprod": partial(_cumulated, "cumprod", 1.0),
    "Nancumsum": partial(_cumulated, "cumsum", 0.0),
    "Nanmax": partial(_reduced, "max", -_LARGEST),
    "Nanmean": _mean,
    "Nanmin": partial(_reduced, "min", _LARGEST),
    "Nanprod": partial(_reduced, "prod", 1.0),
    "Nanstd": _deviation,
    "Nansum": partial(_reduced, "sum", 0.0),
    "Nanvar": _variance,
}
"""What stands for each operation, by its class."""
