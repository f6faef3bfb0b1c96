"""Resizing of images: the nearest neurons are read again, other kinds are weighted sums.

Which inputs an output reads, and by what weight, the layer says itself, of unit vectors.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.results import EMPTY, ZERO, Computed, Ids, Moved, NotWirableError

UPSAMPLING_FROM_CORNERS: Final = "neurongraph>UpSampling2D"
"""The key of an UpSampling2D that interpolates from the corners of pixels, as TensorFlow 1 did."""

_IMAGE: Final = 3
_AT_ONCE: Final = 64
"""Unit vectors that are resized together: each is an image, which takes its room."""


@handles("Resizing", "ops.Resize")
def resizing(layer: Any, images: Ids) -> Moved | Computed:
    """Join each output to the inputs around its place, or read the nearest again."""
    return _resized(layer, images)


@handles("CenterCrop")
def center_crop(layer: Any, ids: Ids) -> Moved | Computed:
    """Leave out what is around the centre; an image that is too small is resized first."""
    space = channels_last(layer, ids)
    before = [
        (length - size) // 2
        for length, size in zip(space.shape, (layer.height, layer.width), strict=False)
    ]
    if min(before) < 0:
        return _resized(layer, ids)
    (top, left), bottom, right = before, before[0] + layer.height, before[1] + layer.width
    return Moved(as_laid_out(layer, space[top:bottom, left:right]), channel_axis(layer))


@handles("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(layer: Any, ids: Ids) -> Moved | Computed:
    """Read each neuron several times; or, if not the nearest, join each output to those around."""
    # Of the three only UpSampling2D interpolates.
    if getattr(layer, "interpolation", "nearest") != "nearest":
        return _resized(layer, ids)
    space = channels_last(layer, ids)
    factors = (layer.size,) if isinstance(layer.size, int) else layer.size
    for axis, factor in enumerate(factors):
        space = np.repeat(space, factor, axis=axis)
    return Moved(as_laid_out(layer, space), channel_axis(layer))


@handles(UPSAMPLING_FROM_CORNERS)
def upsampling_from_corners(layer: Any, ids: Ids) -> Moved | Computed:
    """Join each output to the inputs around, as TensorFlow 1 placed them."""
    return _resized(layer, ids)


def _resized(layer: Any, ids: Ids) -> Moved | Computed:
    """Join each output to a window of inputs, by the product of the weights of both axes.

    Parameters
    ----------
    layer
        The layer or operation: called with images, it resizes them.
    ids
        Neurons of one image.
    """
    if ids.ndim != _IMAGE:
        raise NotWirableError("its input is no image of two axes and channels")
    space = channels_last(layer, ids)
    padding = _image(layer, np.zeros((*space.shape[:2], 1), dtype=np.float32))
    (rows, by_row), (columns, by_column) = (
        taps(_along(axis, space.shape[:2], layer, padding)) for axis in (0, 1)
    )
    by_row = by_row / _of_ones(space.shape[:2], layer)
    # (y, tap) and (x, tap) become (y, x, channel, tap, tap).
    sources = space[rows[:, None, :, None], columns[None, :, None, :]]
    nothing = (rows[:, None, :, None] == EMPTY) | (columns[None, :, None, :] == EMPTY)
    sources = np.moveaxis(np.where(nothing[..., None], EMPTY, sources), -1, 2)
    weights = (by_row[:, None, None, :, None] * by_column[None, :, None, None, :]).astype(
        np.float32
    )
    is_moved = sources.shape[3:] == (1, 1) and np.all((weights == 1) | (sources == EMPTY))
    if is_moved and not padding.any():
        # Where an output reads nothing, it is the padding, a 0.
        moved = np.where(sources == EMPTY, ZERO, sources)[..., 0, 0]
        return Moved(as_laid_out(layer, moved), channel_axis(layer))
    return Computed(
        sources=as_laid_out(layer, sources, 2),
        weights=as_laid_out(layer, weights, 2),
        rank=_IMAGE,
        bias=as_laid_out(layer, padding) if padding.any() else None,
        channel_axis=channel_axis(layer),
    )


def _along(
    axis: int, shape: tuple[int, ...], layer: Any, padding: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the weight of each input in each output along one axis.

    The unit vectors of the axis are the channels of images that are resized.
    """
    units = np.expand_dims(np.eye(shape[axis], dtype=np.float32), 1 - axis)
    units = np.broadcast_to(units, (*shape, shape[axis]))
    parts = [
        _image(layer, units[..., first : first + _AT_ONCE])
        for first in range(0, shape[axis], _AT_ONCE)
    ]
    image = np.moveaxis(np.concatenate(parts, axis=-1) - padding, axis, 0)
    # The middle of the other axis is never padding.
    return np.asarray(image[:, image.shape[1] // 2], dtype=np.float64)


def _of_ones(shape: tuple[int, ...], layer: Any) -> float:
    """Return what the middle output reads of ones: both axes have that in their weights."""
    image = _image(layer, np.ones((*shape, 1), dtype=np.float32))
    return float(image[image.shape[0] // 2, image.shape[1] // 2, 0])


def _image(layer: Any, image: NDArray[np.float32]) -> NDArray[Any]:
    """Return what a layer makes of an image; both have their channels last."""
    return channels_last(layer, np.asarray(layer(as_laid_out(layer, image)[np.newaxis]))[0])


def taps(matrix: NDArray[np.float64]) -> tuple[Ids, NDArray[np.float64]]:
    """Return which inputs each output reads, and by what weight.

    Returns
    -------
    tuple
        Two arrays of shape ``(outputs, taps)``; ``EMPTY`` fills up the first.
    """
    most = int(np.count_nonzero(matrix, axis=1).max())
    order = np.argsort(matrix == 0, axis=1, kind="stable")[:, :most].astype(np.int64)
    weights = np.take_along_axis(matrix, order, axis=1)
    return np.where(weights == 0, EMPTY, order), weights
