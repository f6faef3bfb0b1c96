"""The adjacency matrix as a heat map."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from bokeh.models import Axis, FixedTicker, Grid, NoOverlap
from bokeh.plotting import figure
from scipy.sparse import csr_array

from queries.plots.bins import Bins, bins_of
from queries.plots.style import (
    add_color_bar,
    add_hover,
    diverging,
    new_figure,
    sequential,
    slant_names,
    source_of,
)

_NARROW = 12
_MOST_MEDIANS = 4.0
_TOOLTIPS = [
    ("source", "@source"),
    ("target", "@target"),
    ("mean weight", "@mean{0.0000}"),
    ("largest", "@largest{0.0000}"),
    ("relationships", "@edges{0,0}"),
]


def draw(
    matrix: "csr_array[np.float64]",
    sources: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    title: str,
    measure: Literal["mean", "largest"] = "mean",
    by: str = "weight",
) -> figure:
    """Return a heat map: sources downwards, targets to the right, a colour for each weight.

    Where there are too many neurons, a cell stands for all relationships between two bins of
    neurons. White is where there are none.

    Parameters
    ----------
    matrix
        The weights, a row a source and a column a target.
    sources, targets
        Frames of the neurons that the rows and the columns stand for: name, layer.
    title
        Title of the picture.
    measure
        What a bin shows: the mean of its weights, or that of the largest absolute value.
    by
        What the weights are; but for ``weight`` none is negative.
    """
    rows, columns = bins_of(sources), bins_of(targets)
    cells = cells_of(matrix, rows, columns)
    plot = new_figure(
        title,
        x="target neurons, by layer and id",
        y="source neurons, by layer and id",
        x_range=(0, int(columns.bounds[-1])),
        y_range=(int(rows.bounds[-1]), 0),
    )
    every = np.abs(cells[measure].to_numpy())
    size = every[np.isfinite(every)]
    largest = float(size.max(initial=0.0))
    # A few large weights, such as the 1 of a maximum, would leave all others pale.
    limit = (min(largest, _MOST_MEDIANS * float(np.median(size))) if largest else 0.0) or largest
    mapper = (diverging if by == "weight" else sequential)(limit)
    renderer = plot.rect(
        "x",
        "y",
        width=1,
        height=1,
        source=source_of(cells),
        fill_color={"field": measure, "transform": mapper},
        line_color=None,
        name="cells",
    )
    add_hover(plot, renderer, _TOOLTIPS)
    shows = f"{measure} {by} of a bin" if (cells["edges"] > 1).any() else by
    notes = ["beyond the scale in its last colour"] if (every > limit).any() else []
    notes += ["grey is NaN"] if np.isnan(every).any() else []
    add_color_bar(plot, mapper, f"{shows} (no unit)", *notes)
    _mark_layers(plot.xaxis[0], plot.xgrid[0], columns)
    _mark_layers(plot.yaxis[0], plot.ygrid[0], rows)
    plot.axis.major_label_policy = NoOverlap()
    if len(columns.layers) > 1 and np.diff(columns.bounds).min() < columns.bounds[-1] / _NARROW:
        slant_names(plot)
    return plot


def cells_of(matrix: "csr_array[np.float64]", rows: Bins, columns: Bins) -> pd.DataFrame:
    """Return a row for each two bins that are joined.

    The columns are x and y, the middle of the cell; source and target, the names of the neurons;
    mean, largest (of absolute value, with its sign) and edges, their number.
    """
    entries = matrix.tocoo()
    width = int(columns.bounds[-1])
    key = rows.of_neuron[entries.row] * width + columns.of_neuron[entries.col]
    size = int(rows.bounds[-1]) * width
    edges = np.bincount(key, minlength=size)
    total = np.bincount(key, weights=entries.data, minlength=size)
    high, low = np.full(size, -np.inf), np.full(size, np.inf)
    np.fmax.at(high, key, entries.data)
    np.fmin.at(low, key, entries.data)
    # The largest leaves NaN out, which is all there is in some.
    high[high < low] = np.nan
    filled = np.flatnonzero(edges)
    row, column = filled // width, filled % width
    return pd.DataFrame(
        {
            "x": column + 0.5,
            "y": row + 0.5,
            "source": rows.labels[row],
            "target": columns.labels[column],
            "mean": total[filled] / edges[filled],
            "largest": np.where(high >= -low, high, low)[filled],
            "edges": edges[filled],
        }
    )


def _mark_layers(axis: Axis, grid: Grid, bins: Bins) -> None:
    """Write the name of a layer at its middle, and draw a line where it ends."""
    bounds = [int(bound) for bound in bins.bounds]
    ticker = FixedTicker(ticks=bins.centres, minor_ticks=bounds)
    labels: dict[Any, Any] = dict(zip(bins.centres, bins.layers, strict=True))
    axis.ticker = grid.ticker = ticker
    axis.major_label_overrides = labels
    axis.major_tick_line_color = None
    axis.minor_tick_out = 10
    grid.grid_line_color = None
    grid.minor_grid_line_color = "#888888"
    grid.level = "overlay"
