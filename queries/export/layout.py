"""Where neurons stand in a drawing: layers from left to right, y downwards, x along a layer."""

from typing import Final

import pandas as pd

_STEP: Final = 0.4
"""Inches between neighbours, where there is room."""

_HEIGHT: Final = 12.0
"""Inches that the neurons of a layer may take."""

_LEAST_GAP: Final = 2.0
"""Inches between layers, at least; a third of the tallest layer, that lines be not too steep."""


def placed(neurons: pd.DataFrame) -> pd.DataFrame:
    """Return where neurons stand: ``across``, ``up`` and the ``step`` to the next, in inches.

    In a layer of two dimensions the maps of the channels stand below each other. Only channels
    that are drawn take room, and of a map only the part that is drawn.

    Parameters
    ----------
    neurons
        As the query ``neurons`` returns them.
    """
    places = [_within_layer(layer) for _, layer in neurons.groupby("layer_index", sort=True)]
    gap = max(_LEAST_GAP, *(2 * place["up"].max() / 3 for place in places))
    left = 0.0
    for place in places:
        place["across"] += left
        left = place["across"].max() + gap
    return pd.concat(places)


def _within_layer(layer: pd.DataFrame) -> pd.DataFrame:
    """Return where the neurons of a layer stand, from 0 on across and around 0 upwards."""
    x, z = _from_zero(layer["x"]), _from_zero(layer["z"])
    channels = layer["channel"].fillna(0)
    y = layer["y"].fillna(0).astype("int64")
    y -= y.groupby(channels).transform("min")
    heights = y.groupby(channels).max() + 1
    # A free row and column between two maps.
    heights += heights.max() > 1
    row = channels.map(heights.cumsum() - heights) + y
    column = z * (x.max() + 1 + (x.max() > 0)) + x
    step = min(_STEP, _HEIGHT / (1 + row.max()))
    up = step * (row.max() / 2 - row)
    return pd.DataFrame({"across": step * column, "up": up, "step": step})


def _from_zero(axis: "pd.Series[int]") -> "pd.Series[int]":
    numbers = axis.fillna(0).astype("int64")
    return numbers - numbers.min()
