"""A layer as it is drawn."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from queries.analysis.operators import Ids, Scores
from queries.core.layer import Layer
from queries.viewer.tiles import Tiles, grid, neuron_cells

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
    tiles: Tiles
    across: int

    def near(self, box: Box, most: int) -> "Column | None":
        """Return the tiles within a box by neuron, None where those are too many."""
        wide, high = grid(self.tiles, self.across)
        pitch_x = self.tiles.width + self.tiles.gap
        pitch_y = self.tiles.height + self.tiles.gap
        left, right = _span(box.left, box.right, self.left, self.width, wide, pitch_x)
        top, bottom = _span(box.top, box.bottom, self.top, self.height, high, pitch_y)
        if right <= left or bottom <= top or (right - left) * (bottom - top) > most:
            return None
        every = neuron_cells(self.tiles, self.across)[top:bottom, left:right]
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

    def mark_means(self, scores: Scores) -> Scores:
        """Return by mark the mean of the scores of its neurons."""
        own = scores[self.neurons]
        if self.kind != "channel":
            return own
        valid = ~np.isnan(own)
        count = np.bincount(self.marks, valid)
        total = np.bincount(self.marks, np.where(valid, own, 0.0))
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


def column_of(
    tiles: Tiles, box: tuple[float, float, float, float], across: int, aggregate: bool
) -> Column:
    """Return tiles as a column in a box: left, top, width, height.

    Parameters
    ----------
    tiles, box, across
        The tiles, their place, and how many stand side by side.
    aggregate
        Whether feature maps are of one colour each.
    """
    if aggregate and tiles.kind == "map":
        cells = _channel_cells(tiles.count, across)
        marks, kind = tiles.tile, "channel"
    else:
        cells = neuron_cells(tiles, across)
        marks, kind = np.arange(len(tiles.neurons)), tiles.kind
    return Column(tiles.layer, *box, cells, tiles.neurons, marks, kind, tiles, across)


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
