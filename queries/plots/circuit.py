"""The circuit of an answer, drawn through the layers."""

from typing import Final

import numpy as np
import pandas as pd
from bokeh.models import FixedTicker
from bokeh.plotting import figure

from queries.core.colours import NEGATIVE, POSITIVE
from queries.plots.neuron_names import add_names, room_of
from queries.plots.style import (
    WIDTH,
    add_hover,
    add_note,
    legend_above,
    name_below,
    new_figure,
    source_of,
)

MOST_EDGES: Final = 3_000
"""Relationships that a picture may have."""

_WIDEST: Final = 7.0
_LARGEST: Final = 26.0


def draw(edges: pd.DataFrame, nodes: pd.DataFrame, *, title: str) -> figure:
    """Return layers as columns, their nodes by attribution, relationships as lines.

    Parameters
    ----------
    edges, nodes
        Frames of the queries circuit and circuit_nodes, of one sample.
    title
        Title of the picture.
    """
    placed = nodes_of(nodes)
    layers = placed.drop_duplicates("column").sort_values("column")
    named = placed[["name"]].assign(x=placed["column"], y=placed["place"])
    plot = new_figure(
        title,
        x="layer",
        y="place by attribution (0: largest)",
        x_range=(-0.4, len(layers) - 1 + room_of(named, len(layers))),
        y_range=(1.06, -0.12),
    )
    add_note(
        plot,
        "A line is as wide as its attribution, a circle as large as the node's; both in units of "
        "the target",
    )
    _add_edges(plot, edges_of(edges, placed))
    _add_nodes(plot, placed)
    name_below(plot, dict(zip(layers["column"].tolist(), layers["layer"], strict=True)))
    add_names(plot, named, (WIDTH - (plot.min_border_left or 0)) / len(layers))
    plot.yaxis.ticker = FixedTicker(ticks=[])
    plot.grid.grid_line_color = None
    legend_above(plot)
    return plot


def nodes_of(nodes: pd.DataFrame) -> pd.DataFrame:
    """Return nodes with a column by layer, a place in it by attribution, and the size of a mark."""
    placed = nodes.sort_values(["layer_index", "attribution"], ascending=[True, False])
    groups = placed.groupby("layer_index")
    rank, count = groups.cumcount(), groups["id"].transform("size")
    size = placed["attribution"].abs()
    return placed.assign(
        column=groups.ngroup(),
        place=np.where(count > 1, rank / np.maximum(count - 1, 1), 0.5),
        size=6 + (_LARGEST - 6) * np.sqrt(size / (size.max() or 1.0)),
        color=np.where(placed["attribution"] < 0, NEGATIVE, POSITIVE),
    )


def edges_of(edges: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """Return relationships with their ends in the figure, and the width of their lines."""
    ends = placed.set_index("id")[["column", "place"]]
    begin, end = ends.loc[edges["source"]], ends.loc[edges["target"]]
    size = edges["attribution"].abs()
    return edges.assign(
        x0=begin["column"].to_numpy(),
        y0=begin["place"].to_numpy(),
        x1=end["column"].to_numpy(),
        y1=end["place"].to_numpy(),
        width=0.5 + (_WIDEST - 0.5) * size / (size.max() or 1.0),
    )


def _add_edges(plot: figure, edges: pd.DataFrame) -> None:
    for name, sign, color in (("positive", 1, POSITIVE), ("negative", -1, NEGATIVE)):
        part = edges[np.sign(edges["attribution"]) == sign].sort_values("width")
        renderer = plot.segment(
            "x0", "y0", "x1", "y1", source=source_of(part), color=color, alpha=0.55,
            line_width="width", name=name, legend_label=f"{name} attribution",
        )  # fmt: skip
        add_hover(
            plot,
            renderer,
            [
                ("from", "@source_name"),
                ("to", "@target_name"),
                ("attribution", "@attribution{0.0000}"),
                ("influence", "@influence{0.00%}"),
            ],
        )


def _add_nodes(plot: figure, placed: pd.DataFrame) -> None:
    marks = plot.scatter(
        "column", "place", source=source_of(placed), size="size", fill_color="white",
        line_color="color", line_width=2, name="nodes",
    )  # fmt: skip
    add_hover(
        plot,
        marks,
        [
            ("node", "@name"),
            ("attribution", "@attribution{0.0000}"),
            ("of that its own", "@bias_part{0.0000}"),
            ("left out", "@left_out{0.0000}"),
            ("influence", "@influence{0.00%}"),
        ],
    )
