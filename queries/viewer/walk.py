"""Walk from neuron to neuron as they are drawn."""

from typing import Final

import numpy as np

from queries.analysis.operators import Flags, Ids
from queries.viewer.column import Column
from queries.viewer.layout import Layout
from queries.viewer.tiles import cells_of

ARROWS: Final = {
    "ArrowLeft": (-1, 0), "ArrowRight": (1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1),
}  # fmt: skip
"""By key: a step across, and one down."""


def walked(
    layout: Layout, picked: Ids | None, key: str, *, far: bool, by_channel: bool
) -> tuple[Column, int] | None:
    """Return the neuron that an arrow leads to, and its column.

    An arrow leads to the next neuron in its direction, and from the edge of a layer to the layer
    beside it. Without a pick that is drawn it leads to the first neuron.

    Parameters
    ----------
    layout
        Where neurons are.
    picked
        The picked neurons, counted from the model's first; None without any.
    key
        One of ``ARROWS``.
    far
        Whether a step across leads to the layer beside, and one down to the channel below.
    by_channel
        Whether each step leads to another channel.

    Returns
    -------
    tuple or None
        None where there is nothing in this direction.
    """
    drawn = None if picked is None else picked[~np.isnan(layout.x[picked])]
    if drawn is None or not len(drawn):
        return layout.columns[0], int(layout.columns[0].neurons[0])
    here = int(drawn[0])
    number = next(
        number for number, column in enumerate(layout.columns) if here <= column.neurons[-1]
    )
    column = layout.columns[number]
    across, down = ARROWS[key]
    if not (far and across):
        other = _within(column, here, across, down, by_tile=far or by_channel)
        if other is not None:
            return column, other
    if not across or not 0 <= number + across < len(layout.columns):
        return None
    beside = layout.columns[number + across]
    return beside, _nearest(layout, beside, here)


def _within(column: Column, here: int, across: int, down: int, *, by_tile: bool) -> int | None:
    """Return the next neuron of a column in a direction, None at its edge."""
    tiles, own = column.tiles, int(np.searchsorted(column.neurons, here))
    if by_tile or column.kind == "channel":
        row, place = np.divmod(tiles.tile, column.across)
    else:
        place, row = cells_of(tiles, column.across)
    ahead: Flags
    if across:
        ahead = (row == row[own]) & ((place - place[own]) * across > 0)
        distance = np.abs(place - place[own])
    else:
        ahead = (place == place[own]) & ((row - row[own]) * down > 0)
        distance = np.abs(row - row[own])
    if not ahead.any():
        return None
    # Of the tile beside, the neuron at the same place.
    off = np.abs(tiles.x - tiles.x[own]) + np.abs(tiles.y - tiles.y[own])
    cost = np.where(ahead, distance * (tiles.width + tiles.height) + off, np.iinfo(np.int64).max)
    return int(column.neurons[int(np.argmin(cost))])


def _nearest(layout: Layout, column: Column, here: int) -> int:
    x, y = layout.x[column.neurons], layout.y[column.neurons]
    return int(column.neurons[int(np.argmin(np.hypot(x - layout.x[here], y - layout.y[here])))])
