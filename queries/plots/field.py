"""A receptive or projective field over the positions of a layer."""

from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models import DataRange1d
from bokeh.plotting import figure

from queries.plots.style import (
    PLAIN,
    add_color_bar,
    add_hover,
    add_note,
    new_figure,
    sequential,
    source_of,
)

_SUM: Final = "path weight: sum over paths of the product of |weight|"


def draw(field: pd.DataFrame, layer: Any, *, title: str) -> figure:
    """Return a cell for each position of a layer, the weights of its channels added up.

    A layer without positions has a bar a channel.

    Parameters
    ----------
    field
        Frame of the query field_neurons, of neurons of the layer alone.
    layer
        Row of the layer in the frame of the query layers.
    title
        Title of the picture.
    """
    cells = cells_of(field)
    if field["x"].isna().all():
        return _bars(cells, layer["name"], title)
    plot = new_figure(
        title,
        x=f"x in {layer['name']} ({layer['counted'].get('x', 'position')})",
        y=f"y in {layer['name']} ({layer['counted'].get('y', 'position')})",
        y_range=DataRange1d(flipped=True),
        match_aspect=True,
    )
    width, height = layer["lengths"]["x"], layer["lengths"].get("y", 1)
    plot.rect((width - 1) / 2, (height - 1) / 2, width, height, color="#dddddd", line_color=None)
    finite = cells["weight"][np.isfinite(cells["weight"])]
    mapper = sequential(float(finite.max()) if len(finite) else 1.0)
    renderer = plot.rect(
        "x", "y", 1, 1, source=source_of(cells), line_color=None, name="cells",
        fill_color={"field": "weight", "transform": mapper},
    )  # fmt: skip
    add_hover(
        plot,
        renderer,
        [("x, y", "@x, @y"), ("path weight", "@weight{0.0000}"), ("neurons", "@neurons")],
    )
    grey = "outside the field, or NaN" if cells["weight"].isna().any() else "outside the field"
    add_color_bar(plot, mapper, "path weight (no unit)", _SUM, f"grey is {grey}")
    plot.grid.grid_line_color = None
    return plot


def _bars(cells: pd.DataFrame, layer: str, title: str) -> figure:
    plot = new_figure(title, x=f"channel of {layer}", y="path weight (no unit)")
    add_note(plot, _SUM)
    renderer = plot.vbar("x", 0.8, "weight", source=source_of(cells), color=PLAIN, name="cells")
    add_hover(plot, renderer, [("channel", "@x"), ("path weight", "@weight{0.0000}")])
    return plot


def cells_of(field: pd.DataFrame) -> pd.DataFrame:
    """Return a row a position: x, y, weight, and neurons: how many channels are in the field."""
    column = field["x"] if field["x"].notna().any() else field["channel"]
    frame = pd.DataFrame(
        {
            "x": column.fillna(0).to_numpy(np.float64),
            "y": field["y"].fillna(0).to_numpy(np.float64),
            "weight": field["weight"],
        }
    )
    # A sum of pandas leaves NaN out.
    frame["unknown"] = frame["weight"].isna()
    groups = frame.groupby(["x", "y"])
    positions = groups["weight"].agg(["sum", "size"])
    positions.loc[groups["unknown"].any(), "sum"] = np.nan
    return positions.rename(columns={"sum": "weight", "size": "neurons"}).reset_index()
