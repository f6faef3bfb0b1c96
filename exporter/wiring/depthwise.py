"""What a depthwise convolution makes of images, computed without neuron ids."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.results import Weights
from exporter.wiring.windows import padding_of


def depthwise_values(
    images: NDArray[Any],
    kernel: Weights,
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
    channel_axis: int,
) -> NDArray[Any]:
    """Convolve each channel of images by itself, by adding up the places of the kernel.

    Parameters
    ----------
    images
        Shape ``(samples, *space, channels)``, or with the channels before space.
    kernel
        Shape ``(*window, channels, multiplier)``.
    strides, dilation
        One number for each axis of space.
    padding
        ``"valid"``, ``"same"`` or ``"causal"``. What it puts in adds nothing, whatever the weight.
    channel_axis
        Where the images have their channels, the samples not counted: 0 or -1.

    Returns
    -------
    numpy.ndarray
        Shape ``(samples, *positions, channels * multiplier)``, or with the channels first.
    """
    axis = channel_axis % (images.ndim - 1) + 1
    images = np.moveaxis(images, axis, -1)
    space, window = images.shape[1:-1], kernel.shape[:-2]
    reach = [(size - 1) * step + 1 for size, step in zip(window, dilation, strict=True)]
    pads = [padding_of(padding, *each) for each in zip(space, reach, strides, strict=True)]
    padded = np.pad(images, [(0, 0), *pads, (0, 0)])
    inside = np.pad(np.ones(space, dtype=bool), pads)
    positions = [
        (extent - span) // stride + 1
        for extent, span, stride in zip(inside.shape, reach, strides, strict=True)
    ]
    total = np.zeros((len(images), *positions, *kernel.shape[-2:]), dtype=images.dtype)
    for place in np.ndindex(*window):
        window_view = tuple(
            slice(at * step, at * step + (count - 1) * stride + 1, stride)
            for at, step, count, stride in zip(place, dilation, positions, strides, strict=True)
        )
        products = padded[:, *window_view, :, np.newaxis] * kernel[place]
        total += np.where(inside[window_view][..., np.newaxis, np.newaxis], products, 0)
    return np.moveaxis(total.reshape((*total.shape[:-2], -1)), -1, axis)
