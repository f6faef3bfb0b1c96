"""Where a neuron stands in its layer: its channel, its x, y and z, and its readable name."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Place = dict[str, NDArray[np.int64]]
"""The coordinates of neurons along each axis that has a name."""

_SPACE: Final = "xyz"
"""The names of the axes beside that of the channel, the last one first."""


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
    axes = list(np.unravel_index(offsets, shape))
    channel = channel_axis % len(shape)
    place = {"channel": axes.pop(channel)}
    lengths = shape[:channel] + shape[channel + 1 :]
    while len(axes) > len(_SPACE):
        # z counts the axes before it as well.
        axes[:2] = [axes[0] * lengths[-len(axes) + 1] + axes[1]]
    return place | dict(zip(_SPACE, reversed(axes), strict=False))


def axes_text(
    shape: tuple[int, ...], channel_axis: int, counted: Sequence[str | None] | None
) -> str:
    """Return which coordinate each axis of a shape is, and what it counts where that is known.

    Parameters
    ----------
    shape, channel_axis
        As in ``places``.
    counted
        What each axis counts, such as heads; None where it is not known.

    Returns
    -------
    str
        Such as ``y, x, channel``, or ``channel: head, y: query, x: key``.
    """
    channel = channel_axis % len(shape)
    # z counts all axes before y.
    before = [*"z" * len(shape), *reversed(_SPACE)][-(len(shape) - 1) :] if len(shape) > 1 else []
    names = [*before[:channel], "channel", *before[channel:]]
    pairs = zip(names, counted or [None] * len(shape), strict=True)
    return ", ".join(f"{name}: {what}" if what else name for name, what in pairs)


def captions(layer: str, place: Place) -> pa.Array:
    """Return readable names such as ``conv_0[3]@12,7``: layer, channel, then x, y, z."""
    parts: list[object] = [layer]
    for axis, before in (("channel", "["), ("x", "]@"), ("y", ","), ("z", ",")):
        if axis in place:
            parts += [before, pa.array(place[axis]).cast(pa.string())]
    if set(place) == {"channel"}:
        parts.append("]")
    return pc.binary_join_element_wise(*parts, "")
