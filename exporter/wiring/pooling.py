"""Pooling: each output reads a window of its own channel."""

from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.windows import windows
from exporter.wiring.wiring import EMPTY, Computed, Ids, Weights, require_channels_last


def _share_of_each(sources: Ids, rank: int) -> Weights:
    """Return 1 / (number of real inputs) for each output: Keras leaves padding out."""
    fan_in = tuple(range(rank, sources.ndim))
    real = np.count_nonzero(sources != EMPTY, axis=fan_in, keepdims=True)
    share: Weights = (1.0 / real).astype(np.float32)
    return share


_ONE: Weights = np.ones((), dtype=np.float32)


@handles("MaxPooling2D", "MaxPool2D")
def max_pooling(layer: Any, ids: Ids) -> Computed:
    """Take the largest input; each edge has weight 1."""
    require_channels_last(layer)
    sources = windows(ids, layer.pool_size, layer.strides, layer.padding)
    return Computed(sources, _ONE, rank=3, reduce="max")


@handles("AveragePooling2D", "AvgPool2D")
def average_pooling(layer: Any, ids: Ids) -> Computed:
    """Add up the inputs; each edge has weight 1 / (number of real inputs)."""
    require_channels_last(layer)
    sources = windows(ids, layer.pool_size, layer.strides, layer.padding)
    return Computed(sources, _share_of_each(sources, 3), rank=3)


def _whole_space(layer: Any, ids: Ids) -> Ids:
    """Return each channel's neurons, shape ``(*output, *space)``."""
    require_channels_last(layer)
    sources = np.moveaxis(ids, -1, 0)
    return sources[np.newaxis, np.newaxis] if layer.keepdims else sources


@handles("GlobalMaxPooling2D", "GlobalMaxPool2D")
def global_max_pooling(layer: Any, ids: Ids) -> Computed:
    """Take the largest neuron of each channel."""
    sources = _whole_space(layer, ids)
    return Computed(sources, _ONE, rank=sources.ndim - 2, reduce="max")


@handles("GlobalAveragePooling2D", "GlobalAvgPool2D")
def global_average_pooling(layer: Any, ids: Ids) -> Computed:
    """Average each channel; each edge has weight 1 / (number of positions)."""
    sources = _whole_space(layer, ids)
    rank = sources.ndim - 2
    return Computed(sources, _share_of_each(sources, rank), rank=rank)
