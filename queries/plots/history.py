"""How each layer changes from epoch to epoch."""

from typing import Final

import numpy as np
import pandas as pd
from bokeh.models.tickers import BasicTicker
from bokeh.palettes import Cividis256, interp_palette
from bokeh.plotting import figure

from queries.library.history import HistoryMeasure
from queries.plots.style import (
    MOST_LEVEL_NAMES,
    add_hover,
    legend_above,
    new_figure,
    source_of,
)

_LABELS: Final[dict[HistoryMeasure, str]] = {
    "relative_change": "norm of the change / norm before",
    "change": "norm of the change of the weights",
    "bias_change": "norm of the change of the biases",
    "flips": "weights that change their sign",
    "frobenius_norm": "norm of the weights",
    "zero_share": "share of weights that are 0",
    "dead_share": "share of nodes of which all weights in are 0",
}


def draw(frame: pd.DataFrame, measure: HistoryMeasure, *, title: str) -> figure:
    """Return a line a layer over the epochs, from dark to light as the layers follow each other.

    Parameters
    ----------
    frame
        What ``NeuronGraph.history`` returns.
    measure
        Which column is drawn; what is not finite is not drawn.
    title
        Title of the picture.
    """
    plot = new_figure(title, x="epoch", y=_LABELS[measure])
    layers = list(dict.fromkeys(frame["layer"]))
    colours = interp_palette(Cividis256[:230], len(layers))
    # Names of many layers would take the place of the picture.
    named = len(layers) <= MOST_LEVEL_NAMES
    points = pd.DataFrame(
        {
            "epoch": frame["epoch"],
            "layer": frame["layer"],
            "value": frame[measure].astype("float64"),
        }
    )
    points = points[np.isfinite(points["value"])]
    for layer, colour in zip(layers, colours, strict=True):
        source = source_of(points[points["layer"] == layer])
        settings = {"legend_label": layer} if named else {}
        plot.line("epoch", "value", source=source, color=colour, line_width=2, **settings)
        marks = plot.scatter("epoch", "value", source=source, color=colour, size=7, name=layer)
        add_hover(
            plot,
            marks,
            [("layer", "@layer"), ("epoch", "@epoch"), (_LABELS[measure], "@value{0.0000}")],
        )
    plot.xaxis.ticker = BasicTicker(min_interval=1, num_minor_ticks=0)
    plot.y_range.start = 0  # type: ignore[attr-defined]
    if named:
        legend_above(plot)
    return plot
