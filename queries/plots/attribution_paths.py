"""Paths of an answer, drawn through the layers."""

from typing import Final

import numpy as np
import pandas as pd
from bokeh.plotting import figure

from queries.core.colours import NEGATIVE, POSITIVE
from queries.plots.neuron_names import add_names, room_of
from queries.plots.style import (
    FAINT,
    WIDTH,
    add_hover,
    add_note,
    legend_above,
    name_below,
    new_figure,
    source_of,
)

_WIDEST: Final = 6.0
_LARGEST: Final = 20.0
_SIGNS: Final = (("positive", 1, POSITIVE), ("negative", -1, NEGATIVE))
_MARKS: Final = {"input": "circle", "bias": "square", "balance": "diamond"}


def draw(hops: pd.DataFrame, layers: pd.DataFrame, *, title: str) -> figure:
    """Return layers as columns, what paths go over one below the other, their steps as lines.

    Parameters
    ----------
    hops
        Frame of the query attribution_paths, of one sample.
    layers
        Frame of the query layers.
    title
        Title of the picture.
    """
    index = layers.set_index("name")["index"]
    visited = index.loc[hops["layer"].unique()]
    columns = layers[layers["index"].between(visited.min(), visited.max())].reset_index(drop=True)
    places = places_of(hops, columns)
    plot = new_figure(
        title,
        x="layer",
        y="order by id (0: first of those on a path, 1: last)",
        x_range=(-0.3, len(columns) - 1 + room_of(places, len(columns))),
        y_range=(1.06, -0.12),
    )
    add_note(plot, "Paths begin at a circle with an input, at a square with a bias")
    add_note(plot, told(hops))
    plot.segment(columns.index.to_numpy(), 0, columns.index.to_numpy(), 1, color=FAINT)
    _add_steps(plot, steps_of(hops, places))
    _add_places(plot, places, begins_of(hops, places))
    add_names(plot, places, WIDTH / len(columns))
    name_below(plot, dict(zip(columns.index.tolist(), columns["name"], strict=True)))
    plot.grid.grid_line_color = None
    legend_above(plot)
    return plot


def told(hops: pd.DataFrame) -> str:
    """Say how much of the target the paths are, and of all paths."""
    paths = hops[hops["hop"] == 0]
    first = paths.iloc[0]
    return (
        f"Together {100 * paths['share'].sum():.3g} % of {first['towards']}, and "
        f"{100 * paths['mass_share'].sum():.3g} % of the absolute attribution of all "
        f"{first['paths']:,.0f} paths"
    )


def places_of(hops: pd.DataFrame, columns: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each id on a path: its name, x by layer, y by order, how many paths."""
    places = hops.groupby("id").agg(
        name=("name", "first"), layer=("layer", "first"), paths=("path", "nunique")
    )
    places = places.rename_axis("id").reset_index()
    groups = places.groupby("layer")
    rank, last = groups.cumcount(), groups["id"].transform("size") - 1
    x = pd.Series(columns.index, index=columns["name"])
    return places.assign(
        x=x.loc[places["layer"]].to_numpy(), y=np.where(last > 0, rank / last.clip(lower=1), 0.5)
    )


def steps_of(hops: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each step of the paths of a sign: its ends, sum, paths, line width."""
    steps = hops.assign(begin=hops["id"].shift(), sign=np.sign(hops["attribution"]))
    groups = steps[steps["hop"] > 0].groupby(["begin", "id", "sign"])
    sums = groups.agg(attribution=("attribution", "sum"), paths=("path", "nunique")).reset_index()
    ends = places.set_index("id")
    begin, end = ends.loc[sums["begin"]], ends.loc[sums["id"]]
    return sums.assign(
        source=begin["name"].to_numpy(),
        target=end["name"].to_numpy(),
        x0=begin["x"].to_numpy(),
        y0=begin["y"].to_numpy(),
        x1=end["x"].to_numpy(),
        y1=end["y"].to_numpy(),
        width=1 + (_WIDEST - 1) * _share(sums["attribution"]),
    )


def begins_of(hops: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each place where paths of a sign begin: their sum, and the mark's size."""
    first = hops[hops["hop"] == 0]
    groups = first.assign(sign=np.sign(first["attribution"])).groupby(["id", "sign"])
    begins = groups.agg(
        begin=("begin", "first"), value=("value", "first"), attribution=("attribution", "sum"),
        paths=("path", "nunique"),
    ).reset_index()  # fmt: skip
    place = places.set_index("id").loc[begins["id"]]
    return begins.assign(
        name=place["name"].to_numpy(),
        x=place["x"].to_numpy(),
        y=place["y"].to_numpy(),
        marker=begins["begin"].map(_MARKS),
        size=9 + (_LARGEST - 9) * np.sqrt(_share(begins["attribution"])),
    )


def _share(attribution: "pd.Series[float]") -> "pd.Series[float]":
    """Return sizes as shares of the largest."""
    size = attribution.abs()
    return size / (size.max() or 1.0)


def _add_steps(plot: figure, steps: pd.DataFrame) -> None:
    for name, sign, color in _SIGNS:
        renderer = plot.segment(
            "x0", "y0", "x1", "y1", source=source_of(steps[steps["sign"] == sign]), color=color,
            alpha=0.7, line_width="width", name=name, legend_label=f"{name} attribution",
        )  # fmt: skip
        add_hover(
            plot,
            renderer,
            [
                ("from", "@source"),
                ("to", "@target"),
                ("attribution of these paths", "@attribution{0.0000}"),
                ("paths", "@paths"),
            ],
        )


def _add_places(plot: figure, places: pd.DataFrame, begins: pd.DataFrame) -> None:
    marks = plot.scatter(
        "x", "y", source=source_of(places), size=8, fill_color="white", line_color="black",
        name="places",
    )  # fmt: skip
    add_hover(plot, marks, [("name", "@name"), ("id", "@id"), ("paths", "@paths")])
    for name, sign, color in _SIGNS:
        part = begins[begins["sign"] == sign]
        renderer = plot.scatter(
            "x", "y", source=source_of(part), size="size", marker="marker", fill_color=color,
            line_color="black", alpha=0.85, name=f"{name} begins",
        )  # fmt: skip
        add_hover(
            plot,
            renderer,
            [
                ("begins at", "@name"),
                ("kind", "@begin"),
                ("value", "@value{0.0000}"),
                ("attribution of these paths", "@attribution{0.0000}"),
                ("paths", "@paths"),
            ],
        )
