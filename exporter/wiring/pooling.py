"""Pooling: each output reads a window of its own channel."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, channel_axis, channels_last
from exporter.wiring.results import EMPTY, Computed, Ids, Weights
from exporter.wiring.windows import windows
from exporter.wiring.zeros import with_zeros_joined

_ONE: Final[Weights] = np.ones((), dtype=np.float32)


@handles("MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "MaxPool1D", "MaxPool2D", "MaxPool3D")
def max_pooling(layer: Any, ids: Ids) -> Computed:
    """Take the largest input; each edge has weight 1."""
    return largest(_pools(layer, ids), ids.ndim, channel_axis(layer))


@handles(
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
)
def average_pooling(layer: Any, ids: Ids) -> Computed:
    """Add up the inputs; each edge has weight 1 / (number of inputs, padding left out)."""
    return averaged(_pools(layer, ids), ids.ndim, channel_axis(layer))


@handles(
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
)
def global_max_pooling(layer: Any, ids: Ids) -> Computed:
    """Take the largest neuron of each channel."""
    return largest(*_whole_space(layer, ids), channel_axis(layer))


@handles(
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
)
def global_average_pooling(layer: Any, ids: Ids) -> Computed:
    """Average each channel; each edge has weight 1 / (number of positions)."""
    return averaged(*_whole_space(layer, ids), channel_axis(layer))


@handles("AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D")
def adaptive_max_pooling(layer: Any, ids: Ids) -> Computed:
    """Take the largest input of each of so many regions; each edge has weight 1."""
    return largest(_regions(layer, ids), ids.ndim, channel_axis(layer))


@handles("AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D")
def adaptive_average_pooling(layer: Any, ids: Ids) -> Computed:
    """Add up each of so many regions; each edge has weight 1 / (number of inputs)."""
    return averaged(_regions(layer, ids), ids.ndim, channel_axis(layer))


@handles("ops.MaxPool")
def max_pool(operation: Any, ids: Ids) -> Computed:
    """Take the largest input; each edge has weight 1."""
    layer = _AsLayer.of(operation, ids)
    return largest(_pools(layer, ids), ids.ndim, channel_axis(layer))


@handles("ops.AveragePool")
def average_pool(operation: Any, ids: Ids) -> Computed:
    """Add up the inputs; each edge has weight 1 / (number of inputs, padding left out)."""
    layer = _AsLayer.of(operation, ids)
    return averaged(_pools(layer, ids), ids.ndim, channel_axis(layer))


@dataclass(frozen=True)
class _AsLayer:
    """The settings of an operation, as a layer has them: one number for each axis of space."""

    data_format: str
    pool_size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str

    @classmethod
    def of(cls, operation: Any, ids: Ids) -> "_AsLayer":
        """Read the settings of an operation."""

        def each(setting: Any) -> tuple[int, ...]:
            return (setting,) * (ids.ndim - 1) if isinstance(setting, int) else tuple(setting)

        data_format = operation.data_format or "channels_last"
        strides = operation.pool_size if operation.strides is None else operation.strides
        return cls(data_format, each(operation.pool_size), each(strides), operation.padding)


def _regions(layer: Any, ids: Ids) -> Ids:
    """Return each output's region, shape ``(*output, *region)``; ``EMPTY`` fills up small ones."""
    regions = channels_last(layer, ids)
    for axis, parts in enumerate(layer.output_size):
        regions = _divided(regions, axis, parts)
    return as_laid_out(layer, regions, ids.ndim - 1)


def _divided(ids: Ids, axis: int, parts: int) -> Ids:
    """Divide an axis into regions, which may overlap; what is within them is the last axis."""
    length = ids.shape[axis]
    starts = np.arange(parts) * length // parts
    stops = -(-np.arange(1, parts + 1) * length // parts)
    within = starts[:, np.newaxis] + np.arange((stops - starts).max())
    # The id behind the last one of the axis is EMPTY.
    within = np.where(within < stops[:, np.newaxis], within, length)
    pads = [(0, int(position == axis)) for position in range(ids.ndim)]
    filled = np.pad(ids, pads, constant_values=EMPTY)
    return np.moveaxis(np.take(filled, within, axis=axis), axis + 1, -1)


def _pools(layer: Any, ids: Ids) -> Ids:
    """Return each output's window, shape ``(*output, *window)``."""
    pools = windows(channels_last(layer, ids), layer.pool_size, layer.strides, layer.padding)
    return as_laid_out(layer, pools, ids.ndim - 1)


def _whole_space(layer: Any, ids: Ids) -> tuple[Ids, int]:
    """Return each channel's neurons, shape ``(*output, *space)``, and the output's rank."""
    sources = np.moveaxis(channels_last(layer, ids), -1, 0)
    if not layer.keepdims:
        return sources, 1
    widened = np.expand_dims(sources, tuple(range(1, ids.ndim)))
    return np.moveaxis(widened, 0, channel_axis(layer) % ids.ndim), ids.ndim


def largest(sources: Ids, rank: int, axis: int) -> Computed:
    """Take the largest of what each output reads; ``axis`` is that of the channels."""
    return with_zeros_joined(Computed(sources, _ONE, rank, reduce="max", channel_axis=axis))


def averaged(sources: Ids, rank: int, axis: int) -> Computed:
    """Take the average of what each output reads, where it is not ``EMPTY``."""
    fan_in = tuple(range(rank, sources.ndim))
    counts = np.count_nonzero(sources != EMPTY, axis=fan_in, keepdims=True)
    share = (1.0 / counts).astype(np.float32)
    return Computed(sources, share, rank, channel_axis=axis)
