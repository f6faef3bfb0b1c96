"""Where neurons are drawn: a layer is a column, a feature map a tile with its neurons at x and y.

The picture is ``WIDTH`` by ``HEIGHT`` units, which are about pixels; y runs downwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.layer import Layer
from queries.network import Flags, Ids, Scores

WIDTH: Final = 1000.0
HEIGHT: Final = 600.0
MOST_DRAWN: Final = 1 << 18
"""Neurons that are drawn one by one; where there are more, the biggest layers show channels."""

_LARGEST_CELL: Final = 26.0
_STRIP: Final = 26.0
_LONGEST_STRIP: Final = 128
_LEAST_GUTTER: Final = 0.35
_CHANNEL_CELLS: Final = 12
"""Cells across a tile that stands for a channel, beside one for the gap."""


class Box(NamedTuple):
    """A part of the picture."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, eq=False)
class Column:
    """A layer as it is drawn: an image whose cells are neurons, or channels of a big layer.

    Parameters
    ----------
    layer
        The layer.
    left, top, width, height
        Place of the image.
    cells
        Shape (rows, columns), the upper row first: the number of the mark that a cell belongs
        to, -1 for a gap.
    neurons
        The drawn neurons in the order of ids, counted from the model's first.
    marks
        By drawn neuron: the number of its mark.
    kind
        What a mark is: a neuron at a position (``map``), a neuron without one (``strip``), or all
        drawn neurons of a channel (``channel``).
    tiles, across
        The tiles that it is made of, and how many stand side by side.
    """

    layer: Layer
    left: float
    top: float
    width: float
    height: float
    cells: Ids
    neurons: Ids
    marks: Ids
    kind: str
    tiles: "_Tiles"
    across: int

    def near(self, box: Box, most: int) -> "Column | None":
        """Return the tiles within a box by neuron, None where those are too many."""
        wide, high = _grid(self.tiles, self.across)
        pitch_x = self.tiles.width + self.tiles.gap
        pitch_y = self.tiles.height + self.tiles.gap
        left, right = _span(box.left, box.right, self.left, self.width, wide, pitch_x)
        top, bottom = _span(box.top, box.bottom, self.top, self.height, high, pitch_y)
        if right <= left or bottom <= top or (right - left) * (bottom - top) > most:
            return None
        every = _neuron_cells(self.tiles, self.across)[top:bottom, left:right]
        marks = every[every >= 0]
        cells = np.full(every.shape, -1, dtype=np.int64)
        cells[every >= 0] = np.argsort(np.argsort(marks))
        cell_x, cell_y = self.width / wide, self.height / high
        return replace(
            self,
            left=self.left + left * cell_x,
            top=self.top + top * cell_y,
            width=(right - left) * cell_x,
            height=(bottom - top) * cell_y,
            cells=cells,
            neurons=self.neurons[np.sort(marks)],
            marks=np.arange(len(marks)),
            kind="map",
        )

    @cached_property
    def first(self) -> Ids:
        """By mark: its first neuron."""
        return self.neurons[np.unique(self.marks, return_index=True)[1]]

    def of_marks(self, scores: Scores) -> Scores:
        """Return by mark the mean of the scores of its neurons."""
        own = scores[self.neurons]
        if self.kind != "channel":
            return own
        known = ~np.isnan(own)
        count = np.bincount(self.marks, known)
        total = np.bincount(self.marks, np.where(known, own, 0.0))
        mean = np.full(len(count), np.nan)
        np.divide(total, count, out=mean, where=count > 0)
        return mean

    def image(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the value of each cell; gaps are not a number."""
        return np.append(values, np.nan).astype(np.float32)[self.cells]

    def at(self, x: float, y: float) -> int | None:
        """Return the first neuron of the mark at a place, None where there is none."""
        rows, columns = self.cells.shape
        row = math.floor((y - self.top) / self.height * rows)
        column = math.floor((x - self.left) / self.width * columns)
        if not (0 <= row < rows and 0 <= column < columns) or self.cells[row, column] < 0:
            return None
        return int(self.first[self.cells[row, column]])


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


@dataclass(frozen=True, eq=False)
class _Tiles:
    """The drawn neurons of a layer as tiles that are not placed yet; sizes are in cells."""

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
        return int(self.tile.max()) + 1


def arrange(
    layers: Sequence[Layer],
    neurons: pd.DataFrame,
    shown: Flags,
    most_drawn: int,
) -> Layout:
    """Place neurons.

    Parameters
    ----------
    layers
        All layers of the model, inputs first.
    neurons
        Frame of the query neurons: all of the model, in the order of ids.
    shown
        Which neurons are drawn.
    most_drawn
        How many neurons are drawn one by one.
    """
    first = layers[0].first
    found = []
    for layer in layers:
        places = np.arange(layer.first - first, layer.last + 1 - first)
        places = places[shown[places]]
        if len(places):
            found.append(_tiles(layer, places, neurons))
    big = _too_big([len(tiles.neurons) for tiles in found], most_drawn)
    sizes = [_fit(tiles, WIDTH / max(1.0, len(found) * (1 + _LEAST_GUTTER))) for tiles in found]
    room = WIDTH - sum(width for width, _, _ in sizes)
    gutter = room / max(1, len(found) - 1)
    left = room / 2 if len(found) == 1 else 0.0
    columns = []
    x, y = np.full(len(shown), np.nan), np.full(len(shown), np.nan)
    for tiles, (width, height, across), aggregate in zip(found, sizes, big, strict=True):
        top = (HEIGHT - height) / 2
        columns.append(_column(tiles, (left, top, width, height), across, aggregate))
        cell_x, cell_y = _cells_of(tiles, across)
        wide, high = _grid(tiles, across)
        x[tiles.neurons] = left + (cell_x + 0.5) * width / wide
        y[tiles.neurons] = top + (cell_y + 0.5) * height / high
        left += width + gutter
    return Layout(tuple(columns), x, y)


def _tiles(layer: Layer, places: Ids, neurons: pd.DataFrame) -> _Tiles:
    part = neurons.iloc[places]
    channel, x, y, z = (
        part[axis].fillna(0).to_numpy(np.int64) for axis in ("channel", "x", "y", "z")
    )
    if part["x"].isna().all():
        # A unit of a dense layer, or a node of a coarse graph, is a tile of one cell.
        numbers, none = np.arange(len(places)), np.zeros(len(places), dtype=np.int64)
        return _Tiles(layer, places, numbers, none, none, 1, 1, 0, "strip")
    across, height = int(x.max()) + 1, int(y.max()) + 1
    width = across * (int(z.max()) + 1) + int(z.max())
    tile = np.unique(channel, return_inverse=True)[1].astype(np.int64)
    gap = max(1, round(min(width, height) / 12)) if height > 1 else 0
    # Slices of depth stand side by side.
    return _Tiles(layer, places, tile, x + z * (across + 1), y, width, height, gap, "map")


def _too_big(sizes: Sequence[int], most: int) -> list[bool]:
    """Tell of each layer whether it is drawn by channel: the biggest, until there is room."""
    big = [False] * len(sizes)
    drawn = sum(sizes)
    for place in sorted(range(len(sizes)), key=lambda place: -sizes[place]):
        if drawn <= most:
            break
        big[place] = True
        drawn -= sizes[place]
    return big


def _fit(tiles: _Tiles, room: float) -> tuple[float, float, int]:
    """Return width and height of a column, and how many tiles it has across."""
    if tiles.kind == "strip":
        across = math.ceil(tiles.count / _LONGEST_STRIP)
        rows = math.ceil(tiles.count / across)
        wide = min(room, _STRIP * math.sqrt(across))
        return wide, min(HEIGHT, rows * _LARGEST_CELL), across
    pitch_x, pitch_y = tiles.width + tiles.gap, tiles.height + tiles.gap
    best, across = 0.0, 1
    for count in range(1, tiles.count + 1):
        rows = math.ceil(tiles.count / count)
        cell = min(room / (count * pitch_x), HEIGHT / (rows * pitch_y), _LARGEST_CELL)
        if cell > best:
            best, across = cell, count
    wide, high = _grid(tiles, across)
    return wide * best, high * best, across


def _grid(tiles: _Tiles, across: int) -> tuple[int, int]:
    """Return how many cells an image has across and down."""
    rows = math.ceil(tiles.count / across)
    wide = across * (tiles.width + tiles.gap) - tiles.gap
    return wide, rows * (tiles.height + tiles.gap) - tiles.gap


def _cells_of(tiles: _Tiles, across: int) -> tuple[Ids, Ids]:
    """Return by neuron the column and the row of its cell."""
    row, column = np.divmod(tiles.tile, across)
    return (
        column * (tiles.width + tiles.gap) + tiles.x,
        row * (tiles.height + tiles.gap) + tiles.y,
    )


def _column(
    tiles: _Tiles, box: tuple[float, float, float, float], across: int, aggregate: bool
) -> Column:
    if aggregate and tiles.kind == "map":
        cells = _channel_cells(tiles.count, across)
        marks, kind = tiles.tile, "channel"
    else:
        cells = _neuron_cells(tiles, across)
        marks, kind = np.arange(len(tiles.neurons)), tiles.kind
    return Column(tiles.layer, *box, cells, tiles.neurons, marks, kind, tiles, across)


def _neuron_cells(tiles: _Tiles, across: int) -> Ids:
    """Return the cells of neurons, numbered in the order of ids."""
    wide, high = _grid(tiles, across)
    cells = np.full((high, wide), -1, dtype=np.int64)
    column, row = _cells_of(tiles, across)
    cells[row, column] = np.arange(len(tiles.neurons))
    return cells


def _span(
    low: float, high: float, start: float, length: float, cells: int, pitch: int
) -> tuple[int, int]:
    """Return the first cell and the one after the last of the tiles between two places."""
    begin, end = ((place - start) / length * cells / pitch for place in (low, high))
    first, last = max(0, math.floor(begin)), math.ceil(end)
    return first * pitch, min(last * pitch, cells)


def _channel_cells(count: int, across: int) -> Ids:
    """Return the cells of tiles that are of one colour each."""
    rows = math.ceil(count / across)
    of_tile = np.append(np.arange(count), np.full(rows * across - count, -1)).reshape(rows, across)
    pitch = _CHANNEL_CELLS + 1
    cells = np.repeat(np.repeat(of_tile, pitch, axis=0), pitch, axis=1)
    cells[_CHANNEL_CELLS::pitch] = -1
    cells[:, _CHANNEL_CELLS::pitch] = -1
    return cells[:-1, :-1]
