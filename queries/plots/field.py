"""A receptive or projective field over the positions of a layer."""

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import LinearColorMapper
from bokeh.plotting import figure

from queries.plots.style import SEQUENTIAL, add_color_bar, add_hover, new_figure, source_of


def draw(field: pd.DataFrame, layer: Any, *, title: str) -> figure:
    """Return a cell for each position of a layer, the weights of its channels added up.

    A layer without positions has a cell a channel, in a row.

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
    flat = bool(field["x"].isna().all())
    # (height, width, channels), (width, channels) or (channels,).
    shape = layer["shape"]
    width = int(shape[-1] if flat else shape[-2])
    height = int(shape[-3]) if field["y"].notna().any() else 1
    drawn = new_figure(
        title,
        x=f"channel of {layer['name']}" if flat else f"x in {layer['name']} (pixels)",
        y="" if height == 1 else f"y in {layer['name']} (pixels)",
        x_range=(-0.5, width - 0.5),
        y_range=(height - 0.5, -0.5),
        background_fill_color="#eeeeee",
        match_aspect=height > 1,
    )
    mapper = LinearColorMapper(
        palette=SEQUENTIAL, low=0.0, high=float(cells["weight"].max()) or 1.0
    )
    shown = drawn.rect(
        "x", "y", 1, 1, source=source_of(cells), line_color=None, name="cells",
        fill_color={"field": "weight", "transform": mapper},
    )  # fmt: skip
    place = [("channel", "@x")] if flat else [("x, y", "@x, @y")]
    add_hover(
        drawn,
        shown,
        [*place, ("path weight", "@weight{0.0000}"), ("neurons", "@neurons")],
    )
    add_color_bar(drawn, mapper, "sum over paths of the product of |weight|; grey: outside")
    drawn.grid.grid_line_color = None
    if height == 1:
        drawn.yaxis.visible = False
    return drawn


def cells_of(field: pd.DataFrame) -> pd.DataFrame:
    """Return a row a position: x, y, weight, and neurons: how many channels are in the field."""
    column = field["x"] if field["x"].notna().any() else field["channel"]
    placed = pd.DataFrame(
        {
            "x": column.fillna(0).to_numpy(np.float64),
            "y": field["y"].fillna(0).to_numpy(np.float64),
            "weight": field["weight"],
        }
    )
    found = placed.groupby(["x", "y"])["weight"].agg(["sum", "size"])
    return found.rename(columns={"sum": "weight", "size": "neurons"}).reset_index()
