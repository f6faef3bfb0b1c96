"""How much each layer changes from one model to another."""

import numpy as np
import pandas as pd
from bokeh.models import NoOverlap
from bokeh.plotting import figure

from queries.plots.style import (
    MOST_LEVEL_NAMES,
    MOST_SLANTED_NAMES,
    PLAIN,
    add_hover,
    new_figure,
    slant_names,
    source_of,
)


def draw(frame: pd.DataFrame, *, title: str) -> figure:
    """Return a bar a layer, inputs first: the relative change of the weights into it.

    Parameters
    ----------
    frame
        Frame of the query compare_layers.
    title
        Title of the picture.
    """
    bars = frame.sort_values("layer_index")
    finite = np.isfinite(bars["relative_change"])
    bars = bars.assign(height=bars["relative_change"].where(finite, 0.0))
    plot = new_figure(
        title,
        x="layer, inputs first",
        y="norm of change / norm of weights",
        x_range=bars["layer"].tolist(),
    )
    renderer = plot.vbar("layer", 0.7, "height", source=source_of(bars), color=PLAIN, name="bars")
    add_hover(
        plot,
        renderer,
        [
            ("layer", "@layer"),
            ("relative change", "@relative_change{0.0000}"),
            ("changed weights", "@changed{0,0} of @edges{0,0}"),
            ("changed signs", "@flips{0,0}"),
            ("mean, largest change", "@mean_change{0.0000}, @largest_change{0.0000}"),
            ("cosine", "@cosine{0.0000}"),
            ("change of biases", "@bias_change{0.0000}"),
        ],
    )
    plot.y_range.start = 0  # type: ignore[attr-defined]
    plot.xgrid.grid_line_color = None
    if len(bars) > MOST_LEVEL_NAMES:
        slant_names(plot)
    if len(bars) > MOST_SLANTED_NAMES:
        plot.xaxis.major_label_policy = NoOverlap()
    return plot
