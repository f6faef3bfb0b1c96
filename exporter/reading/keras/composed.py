"""Operations of ``keras.ops`` that are made of others, though their backend computes them at once.

Each function gets the operation, and the arguments of its call for a batch of one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

_GREY: Final = (0.2989, 0.5870, 0.1140)
_BATCH_OF_IMAGES: Final = 4
"""How many axes images have."""
_LARGEST: Final = float(np.finfo(np.float32).max)
_SOBEL: Final = np.asarray([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Composed:
    """An operation as a layer that is taken apart.

    Parameters
    ----------
    operation
        The operation of Keras.
    """

    operation: Any

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the operation does, by others."""
        return COMPOSED[type(self.operation).__name__](self.operation, *args, **kwargs)


def _hypot(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return ops.sqrt(ops.square(x1) + ops.square(x2))


def _logaddexp(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return ops.log(ops.exp(x1) + ops.exp(x2))


def _logaddexp2(_: Any, x1: Any, x2: Any) -> Any:
    from keras import ops

    return ops.log2(ops.exp2(x1) + ops.exp2(x2))


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
        raise ValueError("it multiplies vectors that have not three numbers each")
    parts = [
        one[..., i] * other[..., j] - one[..., j] * other[..., i]
        for i, j in ((1, 2), (2, 0), (0, 1))
    ]
    return ops.moveaxis(ops.stack(parts, axis=-1), -1, operation.axisc)


def _trace(operation: Any, x: Any) -> Any:
    from keras import ops

    axes = operation.axis1, operation.axis2
    if 0 in (axis % len(x.shape) for axis in axes):
        raise ValueError("it adds up over the samples of a batch")
    return ops.sum(ops.diagonal(x, operation.offset, *axes), axis=-1)


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


def _separable(operation: Any, x: Any, by_itself: Any, mixing: Any) -> Any:
    from keras import ops

    settings = {"data_format": operation.data_format}
    apart = ops.depthwise_conv(
        x,
        by_itself,
        operation.strides,
        operation.padding,
        dilation_rate=operation.dilation_rate,
        **settings,
    )
    return ops.conv(apart, mixing, 1, "valid", **settings)


def _blurred(operation: Any, images: Any) -> Any:
    """Each axis has the density of a normal distribution, of which the sum is 1."""
    from keras import ops

    sides = []
    for size, sigma in zip(operation.kernel_size, operation.sigma, strict=True):
        places = np.arange(size) - (size - 1) / 2
        density = np.exp(-0.5 * (places / sigma) ** 2)
        sides.append(density / density.sum())
    kernel = np.outer(sides[1], sides[0]).reshape(*operation.kernel_size, 1, 1)
    return _by_channel(ops, operation, images, kernel, "same")


def _edges(operation: Any, images: Any) -> Any:
    from keras import ops

    first = operation.data_format == "channels_first"
    pads = [[1, 1] if axis in ((2, 3) if first else (1, 2)) else [0, 0] for axis in range(4)]
    padded = ops.pad(images, pads, mode="reflect")
    kernel = np.stack([_SOBEL, _SOBEL.T], axis=-1)[:, :, np.newaxis]
    edges = _by_channel(ops, operation, padded, kernel, "valid")
    if not first:
        return ops.reshape(edges, (*images.shape, 2))
    _, channels, height, width = images.shape
    return ops.moveaxis(ops.reshape(edges, (1, channels, 2, height, width)), 2, -1)


def _by_channel(ops: Any, operation: Any, images: Any, kernel: Any, padding: str) -> Any:
    """Convolve each channel by the same kernel."""
    if len(images.shape) != _BATCH_OF_IMAGES:
        raise ValueError("it takes the samples of a batch for an axis of an image")
    channels = images.shape[_channel_axis(operation)]
    each = np.repeat(kernel, channels, axis=2).astype(np.float32)
    return ops.depthwise_conv(images, each, 1, padding, data_format=operation.data_format)


def _channel_axis(operation: Any) -> int:
    return -1 if operation.data_format == "channels_last" else -3


def _grey(operation: Any, images: Any) -> Any:
    from keras import ops

    axis = _channel_axis(operation)
    if images.shape[axis] == 1:
        return images
    if "float" not in images.dtype:
        raise ValueError("it rounds to integers")
    shares = np.asarray(_GREY, np.float32).reshape((3, *(1,) * (-axis - 1)))
    return ops.sum(images * shares, axis=axis, keepdims=True)


def _hue(operation: Any, images: Any) -> Any:
    """Return hue, saturation and value; Smith (1978), Color gamut transform pairs."""
    from keras import ops

    axis = _channel_axis(operation)
    red, green, blue = ops.split(images, 3, axis=axis)
    value = ops.max(images, axis=axis, keepdims=True)
    spread = value - ops.min(images, axis=axis, keepdims=True)
    saturation = ops.where(value > 0.0, ops.divide_no_nan(spread, value), 0.0)
    sixth = [
        ops.divide_no_nan(one - other, 6.0 * spread) + more
        for one, other, more in ((green, blue, 0.0), (blue, red, 2 / 6), (red, green, 4 / 6))
    ]
    largest = ops.equal(red, value), ops.equal(green, value)
    hue = ops.where(largest[0], sixth[0], ops.where(largest[1], sixth[1], sixth[2]))
    hue = ops.where(spread > 0.0, hue, 0.0)
    hue = hue + ops.cast(hue < 0.0, "float32")
    return ops.concatenate([hue, saturation, value], axis=axis)


def _colours(operation: Any, images: Any) -> Any:
    from keras import ops

    axis = _channel_axis(operation)
    hue, saturation, value = ops.split(images, 3, axis=axis)
    sixths = hue * 6.0
    parts = (
        ops.abs(sixths - 3.0) - 1.0,
        2.0 - ops.abs(sixths - 2.0),
        2.0 - ops.abs(sixths - 4.0),
    )
    rest = 1.0 - saturation
    channels = [(rest + saturation * ops.clip(part, 0.0, 1.0)) * value for part in parts]
    return ops.concatenate(channels, axis=axis)


COMPOSED: Final[dict[str, Callable[..., Any]]] = {
    "Conj": _real,
    "Conjugate": _real,
    "Cross": _cross,
    "GaussianBlur": _blurred,
    "HSVToRGB": _colours,
    "Hypot": _hypot,
    "Imag": _imaginary,
    "Isneginf": _is_minus_infinity,
    "Isposinf": _is_plus_infinity,
    "Isreal": _is_real,
    "Ldexp": _ldexp,
    "Logaddexp": _logaddexp,
    "Logaddexp2": _logaddexp2,
    "RGBToGrayscale": _grey,
    "RGBToHSV": _hue,
    "Real": _real,
    "Select": _select,
    "SeparableConv": _separable,
    "SobelEdges": _edges,
    "Trace": _trace,
    "Trapezoid": _trapezoid,
}
"""What stands for each operation, by its class."""
