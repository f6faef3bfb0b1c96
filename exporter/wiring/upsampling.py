"""Upsampling: nearest neurons are read again, other kinds are weighted sums of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.wiring import EMPTY, Computed, Ids, Moved


@handles("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(layer: Any, ids: Ids) -> Moved | Computed:
    """Read each neuron several times; or, if not the nearest, join each output to those around."""
    factors = (layer.size,) if isinstance(layer.size, int) else tuple(layer.size)
    # Of the three only UpSampling2D interpolates.
    kind = getattr(layer, "interpolation", "nearest")
    if kind == "nearest":
        return _repeated(layer, ids, factors)
    return _interpolated(layer, ids, factors, kind)


def _repeated(layer: Any, ids: Ids, factors: tuple[int, ...]) -> Moved:
    space = channels_last(layer, ids)
    for axis, factor in enumerate(factors):
        space = np.repeat(space, factor, axis=axis)
    return Moved(as_laid_out(layer, space), channel_axis(layer))


def _interpolated(layer: Any, ids: Ids, factors: tuple[int, ...], kind: str) -> Computed:
    """Join each output to a window of inputs, by the product of the weights of both axes."""
    space = channels_last(layer, ids)
    (rows, by_row), (columns, by_column) = (
        _taps(length, factor, kind) for length, factor in zip(space.shape[:2], factors, strict=True)
    )
    # (y, tap) and (x, tap) become (y, x, channel, tap, tap).
    sources = space[rows[:, None, :, None], columns[None, :, None, :]]
    nothing = (rows[:, None, :, None] == EMPTY) | (columns[None, :, None, :] == EMPTY)
    sources = np.where(nothing[..., None], EMPTY, sources)
    sources = np.moveaxis(sources, -1, 2)
    weights = (by_row[:, None, None, :, None] * by_column[None, :, None, None, :]).astype(
        np.float32
    )
    return Computed(
        sources=as_laid_out(layer, sources, 2),
        weights=as_laid_out(layer, weights, 2),
        rank=3,
        channel_axis=channel_axis(layer),
    )


def _taps(length: int, factor: int, kind: str) -> tuple[Ids, NDArray[np.float64]]:
    """Return which inputs each output along an axis reads, and by what weight.

    Keras says so itself: it resizes the unit vectors of the axis.

    Returns
    -------
    tuple
        Two arrays of shape ``(length * factor, taps)``; ``EMPTY`` fills up the first.
    """
    import keras

    units = np.eye(length, dtype=np.float32)[np.newaxis, :, np.newaxis, :]
    resized = keras.ops.image.resize(
        units, (length * factor, 1), interpolation=kind, data_format="channels_last"
    )
    matrix = np.asarray(keras.ops.convert_to_numpy(resized), dtype=np.float64)[0, :, 0]
    most = int(np.count_nonzero(matrix, axis=1).max())
    order = np.argsort(matrix == 0, axis=1, kind="stable")[:, :most].astype(np.int64)
    weights = np.take_along_axis(matrix, order, axis=1)
    return np.where(weights == 0, EMPTY, order), weights
