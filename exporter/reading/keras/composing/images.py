"""Operations on images that are made of other operations."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from exporter.wiring import NotWirableError

_GREY: Final = (0.2989, 0.5870, 0.1140)
_BATCH_OF_IMAGES: Final = 4
"""How many axes images have."""
_SOBEL: Final = np.asarray([[-1, -2, -1], [0, 0, 0], [1, 2, 1]], dtype=np.float32)


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
        raise NotWirableError("it takes the samples of a batch for an axis of an image")
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
        raise NotWirableError("it rounds to integers")
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


IMAGES: Final[Mapping[str, Callable[..., Any]]] = {
    "GaussianBlur": _blurred,
    "HSVToRGB": _colours,
    "RGBToGrayscale": _grey,
    "RGBToHSV": _hue,
    "SeparableConv": _separable,
    "SobelEdges": _edges,
}
"""What stands for each operation, by its class."""
