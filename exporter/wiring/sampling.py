"""Images that are read at places which constants say: each output reads what is around its place.

The places are computed in single precision, as TensorFlow does it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.operands import Operand, constant, is_neurons
from exporter.wiring.resizing import taps
from exporter.wiring.results import EMPTY, ZERO, Computed, Ids, Moved, NotWirableError
from exporter.wiring.tokens import is_float

Singles = NDArray[np.float32]

_IMAGE: Final = 3
_HALF: Final = np.float32(0.5)


@handles("ops.AffineTransform", dtypes=True)
def affine_transform(
    operation: Any, images: Operand, transform: Operand, *, dtypes: Sequence[str] = ()
) -> Moved | Computed:
    """Join each output to the neurons around the place to which a constant transform takes it."""
    _require_constants(images, [transform], dtypes)
    return _read(operation, np.asarray(images), constant(transform, 1), operation.fill_mode)


@handles("ops.PerspectiveTransform", dtypes=True)
def perspective_transform(
    operation: Any,
    images: Operand,
    start_points: Operand,
    end_points: Operand,
    *,
    dtypes: Sequence[str] = (),
) -> Moved | Computed:
    """Join each output to the neurons around the place to which four constant points take it."""
    _require_constants(images, [start_points, end_points], dtypes)
    start, end = (constant(points, 2).astype(np.float32) for points in (start_points, end_points))
    return _read(operation, np.asarray(images), _homography(start, end), "constant")


@handles("ops.ScaleAndTranslate", dtypes=True)
def scale_and_translate(
    operation: Any,
    images: Operand,
    output_shape: Any,
    scale: Operand,
    translation: Operand,
    *,
    dtypes: Sequence[str] = (),
) -> Computed:
    """Join each output to the neurons around its place, by the product of weights of each axis."""
    _require_constants(images, [scale, translation], dtypes)
    sources, rank = np.asarray(images), np.ndim(images)
    weights = np.ones((1,) * rank)
    for place, counted in enumerate(operation.spatial_dims):
        axis = counted % (rank + 1) - 1
        if axis < 0:
            raise NotWirableError("it joins the samples of a batch")
        own = type(operation)([0], operation.method, operation.antialias)
        units = np.eye(sources.shape[axis], dtype=np.float32)
        given = (np.asarray(each, np.float32)[place : place + 1] for each in (scale, translation))
        shape = (int(output_shape[counted]), len(units))
        read, by_axis = taps(np.asarray(own(units, shape, *given), dtype=np.float64))
        sources = _along(sources, axis, read)
        weights = np.expand_dims(weights, -1) * _across(by_axis, axis, sources.ndim)
    return Computed(sources, weights.astype(np.float32), rank)


def _along(sources: Ids, axis: int, read: Ids) -> Ids:
    """Return what stands at some places of an axis; those of one output are a new last axis."""
    found = np.moveaxis(np.take(sources, np.maximum(read, 0), axis=axis), axis + 1, -1)
    return np.where(_across(read, axis, found.ndim) == EMPTY, EMPTY, found)


def _across(values: NDArray[Any], axis: int, rank: int) -> NDArray[Any]:
    """Return values by output and tap so that they broadcast along an axis and the last one."""
    shape = [1] * rank
    shape[axis], shape[-1] = values.shape
    return values.reshape(shape)


def _require_constants(images: Operand, others: Sequence[Operand], dtypes: Sequence[str]) -> None:
    if not is_neurons(images) or any(map(is_neurons, others)):
        raise NotWirableError("it reads an image at places that a tensor says")
    if not is_float(dtypes):
        raise NotWirableError(f"it rounds what it reads to {dtypes[0]}")


def _homography(start: Singles, end: Singles) -> NDArray[np.float64]:
    """Return the eight numbers of the transform that takes the end of each point to its start.

    Keras solves for them in single precision; so does this.
    """
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows += [
            [u, v, 1, 0, 0, 0, -x * u, -x * v],
            [0, 0, 0, u, v, 1, -y * u, -y * v],
        ]
    matrix = np.asarray(rows, dtype=np.float32)
    if not np.linalg.det(matrix.astype(np.float64)):
        raise NotWirableError("its points are no corners of a quadrangle")
    return np.linalg.solve(matrix, start.reshape(-1)).astype(np.float64)


def _read(operation: Any, ids: Ids, transform: NDArray[Any], fill_mode: str) -> Moved | Computed:
    """Return an image that is read at places which a projective transform says.

    Parameters
    ----------
    operation
        The operation: interpolation, what stands outside of the image, and its layout.
    ids
        The neurons of one image.
    transform
        Eight numbers, of which the first three say the column, the next three the row, and the
        last two what both are divided by.
    fill_mode
        How what is outside of the image is taken.
    """
    if ids.ndim != _IMAGE:
        raise NotWirableError("its input is no image of two axes and channels")
    space = channels_last(operation, ids)
    height, width, _ = space.shape
    a = transform.astype(np.float32)
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, np.newaxis]
    below = a[6] * x + a[7] * y + np.float32(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns, rows = (
            _MODES[fill_mode]((a[at] * x + a[at + 1] * y + a[at + 2]) / below, length)
            for at, length in ((0, width), (3, height))
        )
    single = operation.interpolation == "nearest"
    pairs = _nearest if single else _around
    (by_row, row_weights), (by_column, column_weights) = pairs(rows), pairs(columns)
    # (y, x, tap of rows, 1) and (y, x, 1, tap of columns).
    at = by_row[..., :, np.newaxis], by_column[..., np.newaxis, :]
    weights = row_weights[..., :, np.newaxis] * column_weights[..., np.newaxis, :]
    somewhere = (below != 0)[..., np.newaxis, np.newaxis] & np.isfinite(weights)
    inside = somewhere & (at[0] >= 0) & (at[0] < height) & (at[1] >= 0) & (at[1] < width)
    read = space[tuple(np.where(inside, each, 0).astype(np.int64) for each in at)]
    weighs = inside & (weights != 0)
    sources = np.moveaxis(np.where(weighs[..., np.newaxis], read, EMPTY), -1, 2)
    outside = np.where(somewhere, np.where(inside, 0, weights), 1 / weights[0, 0].size)
    bias = outside.sum(axis=(-2, -1))[..., np.newaxis] * np.float64(operation.fill_value)
    if single and not bias.any():
        moved = np.where(sources == EMPTY, ZERO, sources)[..., 0, 0]
        return Moved(as_laid_out(operation, moved), channel_axis(operation))
    return Computed(
        sources=as_laid_out(operation, sources, 2),
        weights=as_laid_out(operation, weights[:, :, np.newaxis].astype(np.float32), 2),
        rank=_IMAGE,
        bias=as_laid_out(operation, bias) if bias.any() else None,
        channel_axis=channel_axis(operation),
    )


def _nearest(places: Singles) -> tuple[Singles, Singles]:
    """Return the whole number next to each place, that away from 0 of two, and the weight 1."""
    whole = np.copysign(np.floor(np.abs(places) + _HALF), places)[..., np.newaxis]
    return whole, np.ones_like(whole)


def _around(places: Singles) -> tuple[Singles, Singles]:
    """Return the whole numbers on both sides of each place, and their weights."""
    below = np.floor(places)
    share = places - below
    return np.stack([below, below + 1], axis=-1), np.stack([1 - share, share], axis=-1)


def _constant(places: Singles, length: int) -> Singles:
    del length
    return places


def _last(places: Singles, length: int) -> Singles:
    return np.clip(places, 0, np.float32(length - 1))


def _reflected(places: Singles, length: int) -> Singles:
    """Continue an axis by its own mirror image, both borders said twice."""
    twice = np.float32(2 * length)
    low = np.where(places < -twice, twice * np.trunc(-places / twice) + places, places)
    low = np.where(low < -length, low + twice, -low - 1)
    high = places - twice * np.trunc(places / twice)
    high = np.where(high >= length, twice - high - 1, high)
    return _continued(places, low, high, length)


def _wrapped(places: Singles, length: int) -> Singles:
    """Continue an axis by itself."""
    period = np.float32(max(length - 1, 1))
    low = places + np.float32(length) * (np.trunc(-places / period) + 1)
    high = places - np.float32(length) * np.trunc(places / period)
    return _continued(places, low, high, length)


def _continued(places: Singles, low: Singles, high: Singles, length: int) -> Singles:
    """Choose what stands below the first, or above the last, place of an axis."""
    if length == 1:
        return np.zeros_like(places)
    chosen = np.where(places < 0, low, np.where(places > length - 1, high, places))
    return _last(chosen.astype(np.float32), length)


_MODES: Final[dict[str, Callable[[Singles, int], Singles]]] = {
    "constant": _constant,
    "nearest": _last,
    "reflect": _reflected,
    "wrap": _wrapped,
}
"""Where a place outside of the image reads, by the mode."""
