"""Upsampling: nearest neurons are read again, other kinds are weighted sums of them."""

from functools import cache
from typing import Any, Final

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.resizing import resized
from exporter.wiring.results import Computed, Ids, Moved

UPSAMPLING_FROM_CORNERS: Final = "neurongraph>UpSampling2D"
"""The name by which Keras knows the class of ``upsampling_from_corners``."""


@handles("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(layer: Any, ids: Ids) -> Moved | Computed:
    """Read each neuron several times; or, if not the nearest, join each output to those around."""
    factors = (layer.size,) if isinstance(layer.size, int) else tuple(layer.size)
    # Of the three only UpSampling2D interpolates.
    if getattr(layer, "interpolation", "nearest") == "nearest":
        return _repeated(layer, ids, factors)
    return resized(layer, ids, lambda images: _interpolated(images, factors, layer.interpolation))


@handles(UPSAMPLING_FROM_CORNERS)
def bilinear_of_tensorflow_1(layer: Any, ids: Ids) -> Moved | Computed:
    """Join each output to the inputs around, as TensorFlow 1 placed them."""
    return resized(layer, ids, lambda images: _from_corners(images, layer.size, (1, 2)))


@cache
def upsampling_from_corners() -> type:
    """Return a Keras layer that interpolates from the corners of pixels, not their middles.

    So did ``tf.image.resize_bilinear`` of TensorFlow 1: the output at ``i`` is what stands at
    ``i / size`` between the inputs, and the last input goes on to the border.
    """
    import keras

    def call(self: Any, images: Any) -> Any:
        axes = (2, 3) if self.data_format == "channels_first" else (1, 2)
        return _from_corners(images, self.size, axes)

    return type("UpSampling2D", (keras.layers.UpSampling2D,), {"call": call})


def _from_corners(images: Any, factors: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    import keras

    for factor, axis in zip(factors, axes, strict=True):
        length = images.shape[axis]
        place = np.arange(length * factor)
        before = place // factor
        behind = np.minimum(before + 1, length - 1)
        across = [1] * len(images.shape)
        across[axis] = -1
        share = (place % factor / factor).astype(np.float32).reshape(across)
        one, other = (keras.ops.take(images, which, axis=axis) for which in (before, behind))
        images = one * (1 - share) + other * share
    return images


def _repeated(layer: Any, ids: Ids, factors: tuple[int, ...]) -> Moved:
    space = channels_last(layer, ids)
    for axis, factor in enumerate(factors):
        space = np.repeat(space, factor, axis=axis)
    return Moved(as_laid_out(layer, space), channel_axis(layer))


def _interpolated(images: Any, factors: tuple[int, ...], kind: str) -> Any:
    import keras

    size = [length * factor for length, factor in zip(images.shape[1:3], factors, strict=True)]
    return keras.ops.image.resize(images, size, interpolation=kind, data_format="channels_last")
