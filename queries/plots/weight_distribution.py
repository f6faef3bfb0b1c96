"""The weights into each layer as histograms, one above the other."""

import numpy as np
import pandas as pd
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from queries.plots.style import FAINT, PLAIN, add_hover, add_note, name_left, new_figure, source_of

_TALLEST = 0.85


def draw(frame: pd.DataFrame, *, title: str) -> figure:
    """Return a histogram a layer, inputs above; each is as high as its fullest bin.

    Parameters
    ----------
    frame
        Frame of the query weight_distribution: layer, low, high, edges, share.
    title
        Title of the picture.
    """
    layers = list(dict.fromkeys(frame["layer"]))
    inside = frame[frame["low"].notna()]
    others = int(frame["edges"].sum() - inside["edges"].sum())
    base = len(layers) - 1.0 - inside["layer"].map(layers.index).astype(np.float64)
    height = inside["share"] / inside.groupby("layer")["share"].transform("max")
    bars = inside.assign(bottom=base, top=base + _TALLEST * height)
    # A layer of equal weights has a bin of no width.
    least = (inside["high"].max() - inside["low"].min() or 1.0) / 500
    thin = np.maximum(0.0, least - (inside["high"] - inside["low"])) / 2
    bars["left"], bars["right"] = inside["low"] - thin, inside["high"] + thin
    plot = new_figure(
        title + (f"; {others:,} that are NaN or infinite are in no bar" if others else ""),
        x="weight (no unit)",
        y="layer, inputs above",
        y_range=(-0.1, len(layers)),
    )
    add_note(plot, "bars are shares of the relationships into the layer")
    zero = Span(location=0, dimension="height", line_color=FAINT, line_dash="dashed")
    plot.add_layout(zero)
    renderer = plot.quad(
        "left", "right", "top", "bottom", source=source_of(bars), fill_color=PLAIN,
        line_color="white", line_width=0.5, name="bars",
    )  # fmt: skip
    add_hover(
        plot,
        renderer,
        [
            ("layer", "@layer"),
            ("weights", "@low{0.0000} to @high{0.0000}"),
            ("relationships", "@edges{0,0}"),
            ("share of the layer", "@share{0.00%}"),
        ],
    )
    places = [float(place) for place in reversed(range(len(layers)))]
    name_left(plot, dict(zip(places, layers, strict=True)))
    return plot
