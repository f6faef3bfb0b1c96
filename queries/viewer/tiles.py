"""The drawn neurons of a layer as tiles: a feature map each, or a neuron of a dense layer.

The picture is ``WIDTH`` by ``HEIGHT`` units, which are about pixels; y runs downwards.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids
from queries.core.layer import Layer

WIDTH: Final = 1000.0
HEIGHT: Final = 600.0

_LARGEST_CELL: Final = 26.0
_STRIP: Final = 26.0
_LONGEST_STRIP: Final = 128


@dataclass(frozen=True, eq=False)
class Tiles:
    """The drawn neurons of a layer as tiles that are not placed yet; sizes are in cells.

    Parameters
    ----------
    layer, neurons
        The layer, and its drawn neurons, counted from the model's first.
    tile, x, y
        By neuron: the number of its tile, and its place within.
    width, height, gap
        Size of a tile, and what is left free between two.
    kind
        ``map`` where neurons have positions, else ``strip``.
    """

    layer: Layer
    neurons: Ids
    tile: Ids
    x: Ids
    y: Ids
    width: int
    height: int
    gap: int
    kind: str

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return int(self.tile.max()) + 1


def tiles_of(layer: Layer, places: Ids, neurons: pd.DataFrame) -> Tiles:
    """Return neurons of a layer as tiles.

    Parameters
    ----------
    layer, places
        The layer, and its drawn neurons, counted from the model's first.
    neurons
        Frame of the query neurons: all of the model, in the order of ids.
    """
    part = neurons.iloc[places]
    channel, x, y, z = (
        part[axis].fillna(0).to_numpy(np.int64) for axis in ("channel", "x", "y", "z")
    )
    if part["x"].isna().all():
        # A unit of a dense layer, or a node of a coarse graph, is a tile of one cell.
        numbers, none = np.arange(len(places)), np.zeros(len(places), dtype=np.int64)
        return Tiles(layer, places, numbers, none, none, 1, 1, 0, "strip")
    across, height = int(x.max()) + 1, int(y.max()) + 1
    width = across * (int(z.max()) + 1) + int(z.max())
    tile = np.unique(channel, return_inverse=True)[1].astype(np.int64)
    gap = max(1, round(min(width, height) / 12)) if height > 1 else 0
    # Slices of depth stand side by side.
    return Tiles(layer, places, tile, x + z * (across + 1), y, width, height, gap, "map")


def fit(tiles: Tiles, room: float) -> tuple[float, float, int]:
    """Return width and height of a column, and how many tiles it has across."""
    if tiles.kind == "strip":
        across = math.ceil(tiles.count / _LONGEST_STRIP)
        rows = math.ceil(tiles.count / across)
        wide = min(room, _STRIP * math.sqrt(across))
        return wide, min(HEIGHT, rows * _LARGEST_CELL), across
    if tiles.height == 1:
        # A sequence: time runs to the right, and a feature is a row, however many there are.
        longest, highest = tiles.width * _LARGEST_CELL, tiles.count * _LARGEST_CELL
        return min(room, longest), min(HEIGHT, highest), 1
    pitch_x, pitch_y = tiles.width + tiles.gap, tiles.height + tiles.gap
    best, across = 0.0, 1
    for count in range(1, tiles.count + 1):
        rows = math.ceil(tiles.count / count)
        cell = min(room / (count * pitch_x), HEIGHT / (rows * pitch_y), _LARGEST_CELL)
        if cell > best:
            best, across = cell, count
    wide, high = grid(tiles, across)
    return wide * best, high * best, across


def grid(tiles: Tiles, across: int) -> tuple[int, int]:
    """Return how many cells an image has across and down."""
    rows = math.ceil(tiles.count / across)
    wide = across * (tiles.width + tiles.gap) - tiles.gap
    return wide, rows * (tiles.height + tiles.gap) - tiles.gap


def cells_of(tiles: Tiles, across: int) -> tuple[Ids, Ids]:
    """Return by neuron the column and the row of its cell."""
    row, column = np.divmod(tiles.tile, across)
    return (
        column * (tiles.width + tiles.gap) + tiles.x,
        row * (tiles.height + tiles.gap) + tiles.y,
    )


def neuron_cells(tiles: Tiles, across: int) -> Ids:
    """Return the cells of neurons, numbered in the order of ids."""
    wide, high = grid(tiles, across)
    cells = np.full((high, wide), -1, dtype=np.int64)
    column, row = cells_of(tiles, across)
    cells[row, column] = np.arange(len(tiles.neurons))
    return cells
