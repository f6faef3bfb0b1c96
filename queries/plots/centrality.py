"""A measure of centrality, by layer on a logarithmic scale."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from bokeh.models import FixedTicker
from bokeh.models.annotations import LabelSet
from bokeh.plotting import figure

from queries.core.colours import POSITIVE
from queries.plots.style import (
    FAINT,
    MOST_LEVEL_NAMES,
    PLAIN,
    add_hover,
    legend_above,
    new_figure,
    slant_names,
    source_of,
)

MOST_POINTS: Final = 1000
"""Neurons of a layer that are drawn one by one; of a bigger layer the first ones alone."""

_FIRST: Final = 10
_ROOM_OF_A_CLASS: Final = 0.35
_HALF: Final = 0.38
"""Half of what a layer takes of its column."""


def draw(
    frame: pd.DataFrame, measure: str, *, title: str, classes: Sequence[str] | None = None
) -> figure:
    """Return a column a layer, a point a neuron; of big layers a box, and the first neurons.

    The box reaches from the lower to the upper quartile, its line from the 5th to the 95th
    percentile. A bar marks the median.

    Parameters
    ----------
    frame
        Frame of a measure, by id: id, name, layer, and a column of the measure's name.
    measure
        The measure.
    title
        Title of the picture.
    classes
        What the neurons of the last layer stand for.
    """
    shown = frame[(frame[measure] > 0) & np.isfinite(frame[measure])]
    left_out = len(frame) - len(shown)
    layers = list(dict.fromkeys(frame["layer"]))
    centres, halves = _columns(len(layers), len(classes or ()))
    points, boxes = points_of(shown, measure, layers, centres, halves), boxes_of(shown, measure)
    boxes["x"] = [centres[layers.index(layer)] for layer in boxes["layer"]]
    boxes["width"] = [2 * halves[layers.index(layer)] for layer in boxes["layer"]]
    others = ", NaN or infinity" if not np.isfinite(frame[measure]).all() else ""
    note = f"; {left_out:,} neurons of 0{others} are not on the scale" if left_out else ""
    drawn = new_figure(
        title + note,
        x="layer, inputs first; within it by id",
        y=f"{measure.replace('_', ' ')} (no unit, logarithmic)",
        y_axis_type="log",
        x_range=(centres[0] - 0.5, centres[-1] + halves[-1] + 0.2),
        # Room above for the names of classes.
        y_range=(shown[measure].min() / 1.5, shown[measure].max() * 2),
    )
    big = source_of(boxes[boxes["neurons"] > MOST_POINTS])
    drawn.segment("x", "p5", "x", "p95", source=big, line_color=PLAIN)
    box = drawn.vbar(
        "x", "width", "q3", "q1", source=big, fill_color=FAINT, line_color=PLAIN, name="boxes"
    )
    marks = drawn.scatter(
        "x", "value", source=source_of(points), size=5, color=PLAIN, alpha=0.6, name="points"
    )
    # Where classes have their names, the line of a median would strike them through.
    medians = boxes[boxes["layer"] != layers[-1]] if classes else boxes
    drawn.rect(
        "x", "median", "width", 2, source=source_of(medians), height_units="screen",
        color=POSITIVE, name="medians", legend_label="median of the layer",
    )  # fmt: skip
    legend_above(drawn)
    add_hover(drawn, marks, [("neuron", "@name"), ("id", "@id"), (measure, "@value{0.000e+0}")])
    add_hover(
        drawn,
        box,
        [("layer", "@layer"), ("neurons", "@neurons{0,0}"), ("median", "@median{0.000e+0}")]
        + [(name, f"@{name}{{0.000e+0}}") for name in ("q1", "q3", "p5", "p95")],
    )
    _name_layers(drawn, layers, centres)
    if classes:
        _name_classes(drawn, points[points["layer"] == layers[-1]], classes, frame)
    return drawn


def points_of(
    frame: pd.DataFrame,
    measure: str,
    layers: Sequence[str],
    centres: Sequence[float],
    halves: Sequence[float],
) -> pd.DataFrame:
    """Return the neurons that are drawn one by one: id, name, layer, value, and x by id."""
    parts = []
    for layer, part in frame.groupby("layer", sort=False):
        column = layers.index(str(layer))
        place = part["id"] - part["id"].min()
        share = place / max(1, place.max())
        x = centres[column] + halves[column] * (2 * share - 1) * (len(part) > 1)
        found = pd.DataFrame(
            {
                "id": part["id"],
                "name": part["name"],
                "layer": layer,
                "value": part[measure],
                "x": x,
            }
        )
        parts.append(found if len(found) <= MOST_POINTS else found.nlargest(_FIRST, "value"))
    return (
        pd.concat(parts) if parts else pd.DataFrame(columns=["id", "name", "layer", "value", "x"])
    )


def boxes_of(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return by layer its number of neurons and quantiles: p5, q1, median, q3, p95."""
    levels = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}
    values = frame.groupby("layer", sort=False)[measure]
    found = pd.DataFrame({name: values.quantile(level) for name, level in levels.items()})
    return found.assign(neurons=values.size()).rename_axis("layer").reset_index()


def _columns(layers: int, classes: int) -> tuple[list[float], list[float]]:
    """Return the middle of each layer's column and half of its width; classes need room."""
    centres = np.arange(layers, dtype=np.float64)
    halves = np.full(layers, _HALF)
    halves[-1] = max(_HALF, min(classes * _ROOM_OF_A_CLASS, layers) / 2)
    centres[-1] += halves[-1] - _HALF
    return centres.tolist(), halves.tolist()


def _name_layers(drawn: figure, layers: Sequence[str], centres: Sequence[float]) -> None:
    drawn.xaxis.ticker = FixedTicker(ticks=list(centres))
    drawn.xaxis.major_label_overrides = dict(zip(centres, layers, strict=True))
    drawn.xgrid.grid_line_color = None
    if len(layers) > MOST_LEVEL_NAMES:
        slant_names(drawn)


def _name_classes(
    drawn: figure, points: pd.DataFrame, classes: Sequence[str], frame: pd.DataFrame
) -> None:
    """Write the name of its class above each neuron of the last layer."""
    first = frame["id"][frame["layer"] == frame["layer"].iloc[-1]].min()
    named = points.assign(label=[classes[place] for place in points["id"] - first])
    drawn.add_layout(
        LabelSet(
            x="x", y="value", text="label", source=source_of(named), angle=0.8, x_offset=2,
            y_offset=6, text_font_size="13px", name="classes",
        )
    )  # fmt: skip
