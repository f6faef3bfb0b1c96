"""The names of layers above their columns, written so that none covers another."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from queries.viewer.column import Column
from queries.viewer.layout import Layout

_LONGEST: Final = 17
"""Letters of a name that are shown."""

_LETTER: Final = 7.2
_LINE: Final = 13.0
"""Width of a letter, and height of a line, in units of the picture."""


def labels_of(layout: Layout) -> tuple[dict[str, Any], float]:
    """Return the names and shapes of layers as columns of a source, and the room they need.

    Names stand side by side, or by turns in two lines; where both are too narrow, they are
    turned, and so many are left out that the others can be read.
    """
    columns = layout.columns
    names = [_shortened(column.layer.name) for column in columns]
    middles = [column.left + column.width / 2 for column in columns]
    raised = _raised(middles, names)
    if raised is None:
        return _turned(middles, names)
    return {
        "x": middles,
        "y": [-32.0 if up else -4.0 for up in raised],
        "text": names,
        "shape": [_shape(column) for column in columns],
        "text_offset": [-15.0] * len(names),
        "shape_offset": [-2.0] * len(names),
        "align": ["center"] * len(names),
        "angle": [0.0] * len(names),
    }, 58.0


def _turned(middles: Sequence[float], names: Sequence[str]) -> tuple[dict[str, Any], float]:
    least = min(after - before for before, after in pairwise(middles))
    step = math.ceil(_LINE / max(least, 1.0))
    return {
        "x": list(middles),
        "y": [-6.0] * len(names),
        "text": [name if place % step == 0 else "" for place, name in enumerate(names)],
        "shape": [""] * len(names),
        "text_offset": [4.0] * len(names),
        "shape_offset": [0.0] * len(names),
        "align": ["left"] * len(names),
        "angle": [math.pi / 2] * len(names),
    }, 12 + _LETTER * max(map(len, names))


def _raised(middles: Sequence[float], names: Sequence[str]) -> list[bool] | None:
    """Tell which names stand in a second line; None where two lines are not enough."""
    ends = {False: -math.inf, True: -math.inf}
    raised: list[bool] = []
    for middle, name in zip(middles, names, strict=True):
        half = _LETTER * len(name) / 2
        line = next((line for line in (False, True) if middle - half > ends[line]), None)
        if line is None:
            return None
        ends[line] = middle + half
        raised.append(line)
    return raised


def _shape(column: Column) -> str:
    return " x ".join(map(str, column.layer.shape))


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
