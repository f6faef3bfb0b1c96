"""Numbers in their order: the first is found, then the first of the others, and so on.

Of n numbers in all, that are some 10 n² neurons.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from exporter.reading.keras.composing.places import place_of
from exporter.wiring import NotWirableError


def _in_order(x: Any, count: int, *, largest: bool) -> tuple[Any, Any]:
    """Return so many numbers along the last axis, and the places where they stand.

    Parameters
    ----------
    x
        The tensor, of which the first axis is the batch.
    count
        How many numbers.
    largest
        Whether the largest are meant, else the smallest.
    """
    from keras import ops

    if len(x.shape) == 1:
        raise NotWirableError("it compares the samples of a batch")
    every = x if "float" in x.dtype else ops.cast(x, "float32")
    left, free = every, None
    values, places = [], []
    for _ in range(count):
        values.append((ops.max if largest else ops.min)(left, axis=-1, keepdims=True))
        places.append(place_of(left, -1, keepdims=True, largest=largest, free=free))
        taken = ops.one_hot(places[-1][..., 0], x.shape[-1])
        free = 1.0 - taken if free is None else free - taken
        # Infinite, of one sign where a number was taken and of the other one elsewhere.
        bound = ops.arctanh(free * 2.0 - 1.0 if largest else free * -2.0 + 1.0)
        left = (ops.minimum if largest else ops.maximum)(every, bound)
    return ops.cast(ops.concatenate(values, axis=-1), x.dtype), ops.concatenate(places, axis=-1)


def _largest(operation: Any, x: Any) -> Any:
    return _in_order(x, operation.k, largest=True)


def _along(operation: Any, x: Any, which: int) -> Any:
    from keras import ops

    if operation.axis is None or operation.axis % len(x.shape) == 0:
        raise NotWirableError("it compares the samples of a batch")
    last = ops.moveaxis(x, operation.axis, -1)
    return ops.moveaxis(_in_order(last, last.shape[-1], largest=False)[which], -1, operation.axis)


def _sorted(operation: Any, x: Any) -> Any:
    return _along(operation, x, 0)


def _sorted_places(operation: Any, x: Any) -> Any:
    return _along(operation, x, 1)


def _quantile(operation: Any, x: Any, share: Any, method: str = "linear") -> Any:
    """Take what stands at a share of the way along the sorted numbers of some axes."""
    from keras import ops

    if getattr(share, "shape", ()) or isinstance(share, (list, tuple)):
        raise NotWirableError("it puts the shares before the samples of a batch")
    rank = len(x.shape)
    given = range(rank) if operation.axis is None else operation.axis
    axes = sorted(axis % rank for axis in ([given] if isinstance(given, int) else given))
    if 0 in axes:
        raise NotWirableError("it compares the samples of a batch")
    x = x if "float" in x.dtype else ops.cast(x, "float32")
    moved = ops.moveaxis(x, axes, [*range(rank - len(axes), rank)])
    flat = ops.reshape(moved, (*moved.shape[: rank - len(axes)], -1))
    place = float(share) * (flat.shape[-1] - 1)
    low, high = math.floor(place), math.ceil(place)
    shares = {
        "linear": place - low,
        "lower": 0.0,
        "higher": 1.0,
        "midpoint": 0.5,
        "nearest": round(place) - low,
    }
    values, _ = _in_order(flat, high + 1, largest=False)
    made = values[..., low] * (1 - shares[method]) + values[..., high] * shares[method]
    return ops.expand_dims(made, axes) if operation.keepdims else made


def _median(operation: Any, x: Any) -> Any:
    return _quantile(operation, x, 0.5)


def _percentile(operation: Any, x: Any, share: Any) -> Any:
    whole = getattr(share, "shape", ()) or isinstance(share, (list, tuple))
    return _quantile(operation, x, share if whole else float(share) / 100, operation.method)


SORTING: Final[Mapping[str, Callable[..., Any]]] = {
    "Argsort": _sorted_places,
    "Median": _median,
    "Percentile": _percentile,
    "Quantile": _quantile,
    "Sort": _sorted,
    "TopK": _largest,
}
"""What stands for each operation, by its class."""
