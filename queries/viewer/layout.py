"""Where neurons are drawn: a layer is a column, inputs left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.operators import Flags, Scores
from queries.core.layer import Layer
from queries.viewer.column import Column, column_of
from queries.viewer.tiles import HEIGHT, WIDTH, cells_of, fit, grid, tiles_of

MOST_DRAWN: Final = 1 << 18
"""Neurons that are drawn one by one; where there are more, the biggest layers show channels."""

_LEAST_GUTTER: Final = 0.35


@dataclass(frozen=True, eq=False)
class Layout:
    """The columns of a picture.

    Parameters
    ----------
    columns
        Inputs first.
    x, y
        By neuron, counted from the model's first: its middle; not a number where it is not drawn.
    """

    columns: tuple[Column, ...]
    x: Scores
    y: Scores


def arrange(
    layers: Sequence[Layer],
    neurons: pd.DataFrame,
    visible: Flags,
    most_drawn: int,
) -> Layout:
    """Place neurons.

    Parameters
    ----------
    layers
        All layers of the model, inputs first.
    neurons
        Frame of the query neurons: all of the model, in the order of ids.
    visible
        Which neurons are drawn.
    most_drawn
        How many neurons are drawn one by one.
    """
    first = layers[0].first
    blocks = []
    for layer in layers:
        places = np.arange(layer.first - first, layer.last + 1 - first)
        places = places[visible[places]]
        if len(places):
            blocks.append(tiles_of(layer, places, neurons))
    big = _too_big([len(tiles.neurons) for tiles in blocks], most_drawn)
    sizes = [fit(tiles, WIDTH / max(1.0, len(blocks) * (1 + _LEAST_GUTTER))) for tiles in blocks]
    room = WIDTH - sum(width for width, _, _ in sizes)
    gutter = room / max(1, len(blocks) - 1)
    left = room / 2 if len(blocks) == 1 else 0.0
    columns = []
    x, y = np.full(len(visible), np.nan), np.full(len(visible), np.nan)
    for tiles, (width, height, across), aggregate in zip(blocks, sizes, big, strict=True):
        top = (HEIGHT - height) / 2
        columns.append(column_of(tiles, (left, top, width, height), across, aggregate))
        cell_x, cell_y = cells_of(tiles, across)
        wide, high = grid(tiles, across)
        x[tiles.neurons] = left + (cell_x + 0.5) * width / wide
        y[tiles.neurons] = top + (cell_y + 0.5) * height / high
        left += width + gutter
    return Layout(tuple(columns), x, y)


def _too_big(sizes: Sequence[int], most: int) -> list[bool]:
    """Tell of each layer whether it is drawn by channel: the biggest, until there is room."""
    big = [False] * len(sizes)
    neurons = sum(sizes)
    for place in sorted(range(len(sizes)), key=lambda place: -sizes[place]):
        if neurons <= most:
            break
        big[place] = True
        neurons -= sizes[place]
    return big
