"""Upsampling: nearest neurons are read again, other kinds are weighted sums of them."""

from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.resizing import resized
from exporter.wiring.wiring import Computed, Ids, Moved


@handles("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(layer: Any, ids: Ids) -> Moved | Computed:
    """Read each neuron several times; or, if not the nearest, join each output to those around."""
    factors = (layer.size,) if isinstance(layer.size, int) else tuple(layer.size)
    # Of the three only UpSampling2D interpolates.
    if getattr(layer, "interpolation", "nearest") == "nearest":
        return _repeated(layer, ids, factors)
    return resized(layer, ids, lambda images: _interpolated(images, factors, layer.interpolation))


def _repeated(layer: Any, ids: Ids, factors: tuple[int, ...]) -> Moved:
    space = channels_last(layer, ids)
    for axis, factor in enumerate(factors):
        space = np.repeat(space, factor, axis=axis)
    return Moved(as_laid_out(layer, space), channel_axis(layer))


def _interpolated(images: Any, factors: tuple[int, ...], kind: str) -> Any:
    import keras

    size = [length * factor for length, factor in zip(images.shape[1:3], factors, strict=True)]
    return keras.ops.image.resize(images, size, interpolation=kind, data_format="channels_last")
