"""Paths drawn through the layers."""

import numpy as np
import pandas as pd
from bokeh.plotting import figure

from queries.core.colours import NEGATIVE, POSITIVE
from queries.plots.neuron_names import add_names, room_of
from queries.plots.style import (
    FAINT,
    WIDTH,
    add_hover,
    legend_above,
    name_below,
    new_figure,
    source_of,
)

_WIDEST = 6.0


def draw(hops: pd.DataFrame, layers: pd.DataFrame, *, title: str) -> figure:
    """Return layers as columns, neurons at their place in the layer, relationships as lines.

    Parameters
    ----------
    hops
        Frame of the query strongest_paths.
    layers
        Frame of the query layers.
    title
        Title of the picture.
    """
    index = layers.set_index("name")["index"]
    visited = index.loc[hops["layer"].unique()]
    columns = layers[layers["index"].between(visited.min(), visited.max())].reset_index(drop=True)
    neurons = neurons_of(hops, columns)
    plot = new_figure(
        title,
        x="layer",
        y="place in the layer (0: first, 1: last)",
        x_range=(-0.3, len(columns) - 1 + room_of(neurons, len(columns))),
        y_range=(1.05, -0.05),
    )
    plot.segment(columns.index.to_numpy(), 0, columns.index.to_numpy(), 1, color=FAINT)
    _add_edges(plot, edges_of(hops, neurons))
    _add_neurons(plot, neurons, WIDTH / len(columns))
    name_below(plot, dict(zip(columns.index.tolist(), columns["name"], strict=True)))
    plot.grid.grid_line_color = None
    legend_above(plot)
    return plot


def _add_edges(plot: figure, edges: pd.DataFrame) -> None:
    for name, sign, color in (("positive", 1, POSITIVE), ("negative", -1, NEGATIVE)):
        part = edges[np.sign(edges["weight"]) == sign]
        renderer = plot.segment(
            "x0", "y0", "x1", "y1", source=source_of(part), color=color, alpha=0.75,
            line_width="width", name=name, legend_label=f"{name} weight",
        )  # fmt: skip
        add_hover(
            plot,
            renderer,
            [
                ("from", "@source"),
                ("to", "@target"),
                ("weight", "@weight{0.0000}"),
                ("paths", "@paths"),
            ],
        )


def _add_neurons(plot: figure, neurons: pd.DataFrame, column: float) -> None:
    marks = plot.scatter(
        "x", "y", source=source_of(neurons), size=11, fill_color="white", line_color="black",
        name="neurons",
    )  # fmt: skip
    add_hover(plot, marks, [("neuron", "@name"), ("id", "@id"), ("paths", "@paths")])
    add_names(plot, neurons, column)


def neurons_of(hops: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """Return a row a neuron: id, name, x by layer, y by id, paths: how many pass through."""
    neurons = hops.groupby("id").agg(
        name=("name", "first"), layer=("layer", "first"), paths=("path", "nunique")
    )
    neurons = neurons.rename_axis("id").reset_index()
    of_layer = columns.assign(x=columns.index).set_index("name").loc[neurons["layer"]]
    room = (of_layer["last"] - of_layer["first"]).to_numpy()
    place = neurons["id"].to_numpy() - of_layer["first"].to_numpy()
    y = np.where(room > 0, place / np.maximum(room, 1), 0.5)
    return neurons.assign(x=of_layer["x"].to_numpy(), y=y)


def edges_of(hops: pd.DataFrame, neurons: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each relationship of the paths: its ends, weight, paths, line width."""
    steps = hops.assign(begin=hops["id"].shift())[hops["hop"] > 0]
    paths = steps.groupby(["begin", "id", "weight"])["path"].nunique().rename("paths")
    edges = paths.rename_axis(["begin", "end", "weight"]).reset_index()
    places = neurons.set_index("id")
    begin, end = places.loc[edges["begin"]], places.loc[edges["end"]]
    size = edges["weight"].abs()
    # Infinite ones are as wide as the largest of the others.
    size = size.clip(upper=size[np.isfinite(size)].max() if np.isfinite(size).any() else 1.0)
    return edges.assign(
        source=begin["name"].to_numpy(),
        target=end["name"].to_numpy(),
        x0=begin["x"].to_numpy(),
        y0=begin["y"].to_numpy(),
        x1=end["x"].to_numpy(),
        y1=end["y"].to_numpy(),
        width=1 + (_WIDEST - 1) * size / (size.max() if len(size) else 1.0),
    )
