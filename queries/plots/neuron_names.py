"""Names of neurons in a picture that has layers as columns."""

import numpy as np
import pandas as pd
from bokeh.models.annotations import LabelSet
from bokeh.plotting import figure

from queries.plots.short_names import short_name
from queries.plots.style import WIDTH, source_of

_HEIGHT_OF_A_NAME = 0.028
_WIDTH_OF_A_LETTER = 7.0
"""In pixels."""


def room_of(neurons: pd.DataFrame, columns: int) -> float:
    """Return how many columns the names of the last layer take at its right.

    Parameters
    ----------
    neurons
        Their name, x by layer, and y from 0 to 1.
    columns
        How many layers there are.
    """
    last = neurons["name"][neurons["x"] == neurons["x"].max()]
    longest = last.map(short_name).str.len().max()
    return max(0.9, float(longest) * _WIDTH_OF_A_LETTER / WIDTH * columns)


def add_names(plot: figure, neurons: pd.DataFrame, column: float) -> None:
    """Write names beside neurons, those that have room.

    Parameters
    ----------
    plot
        The figure.
    neurons
        Their name, x by layer, and y from 0 to 1.
    column
        The pixels from one layer to the next.
    """
    short = neurons.assign(name=neurons["name"].map(short_name))
    plot.add_layout(
        LabelSet(
            x="x", y="y", text="name", source=source_of(_apart(short, column)), x_offset=8,
            y_offset=5, text_font_size="12px", background_fill_color="white",
            background_fill_alpha=0.7,
        )
    )  # fmt: skip


def _apart(neurons: pd.DataFrame, column: float) -> pd.DataFrame:
    """Leave out neurons whose name would be written over another's; the mouse tells it.

    Parameters
    ----------
    neurons
        As ``add_names`` takes them.
    column
        The pixels from one layer to the next.
    """
    inside = ~neurons["x"].isin([neurons["x"].min(), neurons["x"].max()])
    ordered = neurons.assign(inside=inside).sort_values(["inside", "x", "y"])
    begins, levels = (ordered[axis].to_numpy(np.float64) for axis in ("x", "y"))
    ends = begins + ordered["name"].str.len().to_numpy() * _WIDTH_OF_A_LETTER / column
    written = np.zeros(len(ordered), dtype=bool)
    for row in range(len(ordered)):
        beside = written & (np.abs(levels - levels[row]) < _HEIGHT_OF_A_NAME)
        written[row] = not (beside & (begins < ends[row]) & (ends > begins[row])).any()
    return ordered[written]
