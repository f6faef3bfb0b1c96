"""Where a layer has its channels: behind space, or before it."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.results import Floats

_Kind = TypeVar("_Kind", bound=np.generic)


def is_channels_first(layer: Any) -> bool:
    """Tell whether a layer has its channels before space; some cannot be told where to."""
    return getattr(layer, "data_format", None) == "channels_first"


def channel_axis(layer: Any) -> int:
    """Return the axis of the channels, the batch not counted."""
    return 0 if is_channels_first(layer) else -1


def channels_last(layer: Any, ids: NDArray[_Kind]) -> NDArray[_Kind]:
    """Return a view of a layer's input or output of the shape ``(*space, channels)``."""
    return np.moveaxis(ids, channel_axis(layer), -1)


def as_laid_out(layer: Any, ids: NDArray[_Kind], axis: int = -1) -> NDArray[_Kind]:
    """Return a view in which the channels, now at ``axis``, stand where the layer has them."""
    return np.moveaxis(ids, axis, 0) if is_channels_first(layer) else ids


def by_channel(values: Floats, axis: int, rank: int) -> Floats:
    """Return one value a channel so that it broadcasts to an output of ``rank`` axes."""
    return values.reshape([-1 if position == axis % rank else 1 for position in range(rank)])
