"""Pictures of one size, beside and below each other in one figure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Panels:
    """Where pictures of one size stand; lengths are in cells.

    Parameters
    ----------
    count
        How many there are.
    columns
        How many stand beside each other.
    width, height
        Size of each.
    gap, head
        What is between two, and above each.
    """

    count: int
    columns: int
    width: float
    height: float
    gap: float
    head: float

    def left(self, panel: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return how far pictures are moved to the right: shape (n,)."""
        return panel % self.columns * (self.width + self.gap)

    def top(self, panel: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return how far pictures are moved down: shape (n,)."""
        return panel // self.columns * (self.height + self.head)


def arrange(
    count: int,
    size: tuple[float, float],
    room: tuple[float, float],
    *,
    gap: float,
    head: float,
    columns: int | None = None,
) -> Panels:
    """Return pictures as large as they can be drawn in some room.

    Parameters
    ----------
    count
        How many there are.
    size
        Width and height of each, in cells.
    room
        Width and height of all, in pixels.
    gap, head
        What is between two, and above each, in pixels.
    columns
        How many stand beside each other; None for as many as make the cells largest.
    """
    (width, height), (wide, high) = size, room

    def side(columns: int) -> float:
        """Return the pixels of a cell."""
        rows = -(-count // columns)
        return min((wide / columns - gap) / width, (high / rows - head) / height)

    best = columns or max(range(1, count + 1), key=side)
    pixels = max(side(best), 1.0)
    return Panels(count, best, width, height, gap / pixels, head / pixels)
