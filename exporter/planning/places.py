"""Where a neuron stands in its layer: its channel, its x, y and z, and its readable name."""

import math
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Place = dict[str, NDArray[np.int64]]
"""The coordinates of neurons along each axis that has a name."""

_MOST_AXES: Final = 4
"""Axes of an output that have names: z, y, x and channel."""


def places(shape: tuple[int, ...], channel_axis: int, offsets: NDArray[np.int64]) -> Place:
    """Return the coordinates of neurons.

    Parameters
    ----------
    shape
        Shape of the layer's output, without the batch.
    channel_axis
        Which of its axes is the channel.
    offsets
        Positions of the neurons in memory order.
    """
    axis_lengths = _without_ones(shape)
    names = _axes(len(axis_lengths), channel_axis)
    return dict(zip(names, np.unravel_index(offsets, axis_lengths), strict=True))


def captions(layer: str, place: Place) -> pa.Array:
    """Return readable names such as ``conv_0[3]@12,7``: layer, channel, then x, y, z."""
    parts: list[object] = [layer]
    for axis, before in (("channel", "["), ("x", "]@"), ("y", ","), ("z", ",")):
        if axis in place:
            parts += [before, pa.array(place[axis]).cast(pa.string())]
    if set(place) == {"channel"}:
        parts.append("]")
    return pc.binary_join_element_wise(*parts, "")


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape of as many axes as have names: z counts the axes before it as well."""
    before = len(shape) - _MOST_AXES
    return shape if before <= 0 else (math.prod(shape[: before + 1]), *shape[before + 1 :])


def _axes(rank: int, channel_axis: int) -> tuple[str, ...]:
    """Return what the axes of an output are called, in memory order."""
    names = [*"zyx"[_MOST_AXES - rank :]]
    names.insert(channel_axis % rank, "channel")
    return tuple(names)
