"""A measure of neurons, by layer; on a logarithmic scale unless a value is negative."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models.annotations import LabelSet
from bokeh.plotting import figure

from queries.analysis.operators import Flags
from queries.core.colours import POSITIVE
from queries.plots.style import (
    FAINT,
    PLAIN,
    add_hover,
    legend_above,
    name_below,
    new_figure,
    source_of,
)

MOST_POINTS: Final = 1000
"""Neurons of a layer that are drawn one by one; of a bigger layer the first ones alone."""

_FIRST: Final = 10
_ROOM_OF_A_CLASS: Final = 0.35
_HALF: Final = 0.38
"""Half of what a layer takes of its column."""


def on_scale(values: "pd.Series[float]") -> Flags:
    """Tell which values can be drawn: finite ones, of which a logarithmic scale has no 0."""
    numbers = values.to_numpy()
    finite = np.isfinite(numbers)
    return finite if _is_signed(values) else finite & (numbers > 0)


def draw(
    frame: pd.DataFrame,
    measure: str,
    *,
    title: str,
    classes: Sequence[str] | None = None,
    missing: str = "NaN",
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
    missing
        What a value that is NaN is called.
    """
    shown = frame[on_scale(frame[measure])]
    signed = _is_signed(frame[measure])
    low, high = shown[measure].min(), shown[measure].max()
    layers = list(dict.fromkeys(frame["layer"]))
    centres, halves = _columns(len(layers), len(classes or ()))
    points = points_of(shown, measure, layers, centres, halves)
    boxes = boxes_of(shown, measure)
    boxes["x"] = [centres[layers.index(layer)] for layer in boxes["layer"]]
    boxes["width"] = [2 * halves[layers.index(layer)] for layer in boxes["layer"]]
    plot = new_figure(
        title + _left_out(frame[measure], missing),
        x="layer, inputs first; within it by id",
        y=f"{measure.replace('_', ' ')} (no unit{'' if signed else ', logarithmic'})",
        y_axis_type="linear" if signed else "log",
        x_range=(centres[0] - 0.5, centres[-1] + halves[-1] + 0.2),
        # Room above for the names of classes.
        y_range=_linear_range(low, high) if signed else (low / 1.5, high * 2),
    )
    box = _add_boxes(plot, boxes[boxes["neurons"] > MOST_POINTS])
    marks = plot.scatter(
        "x", "value", source=source_of(points), size=5, color=PLAIN, alpha=0.6, name="points"
    )
    # Where classes have their names, the line of a median would strike them through.
    _add_medians(plot, boxes[boxes["layer"] != layers[-1]] if classes else boxes)
    legend_above(plot)
    add_hover(plot, marks, [("neuron", "@name"), ("id", "@id"), (measure, "@value{0.000e+0}")])
    quantiles = [(name, f"@{name}{{0.000e+0}}") for name in ("median", "q1", "q3", "p5", "p95")]
    add_hover(plot, box, [("layer", "@layer"), ("neurons", "@neurons{0,0}"), *quantiles])
    _name_layers(plot, layers, centres)
    if classes:
        _name_classes(plot, points[points["layer"] == layers[-1]], classes, frame)
    return plot


def _is_signed(values: "pd.Series[float]") -> bool:
    return bool((values[np.isfinite(values)] < 0).any())


def _linear_range(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an axis."""
    span = max(high, 0.0) - low
    return low - 0.05 * span, high + 0.2 * span


def _left_out(values: "pd.Series[float]", missing: str) -> str:
    """Say of how many neurons there is no place on the scale."""
    left_out = values[~on_scale(values)]
    if left_out.empty:
        return ""
    kinds = {
        "0": (left_out == 0).any(),
        missing: left_out.isna().any(),
        "infinity": np.isinf(left_out).any(),
    }
    *others, last = [kind for kind, is_there in kinds.items() if is_there]
    said = f"{', '.join(others)} or {last}" if others else last
    return f"; {len(left_out):,} neurons of {said} are not on the scale"


def _add_boxes(plot: figure, boxes: pd.DataFrame) -> Any:
    """Add a box and a line a layer, and return what draws the boxes."""
    source = source_of(boxes)
    plot.segment("x", "p5", "x", "p95", source=source, line_color=PLAIN)
    return plot.vbar(
        "x", "width", "q3", "q1", source=source, fill_color=FAINT, line_color=PLAIN, name="boxes"
    )


def _add_medians(plot: figure, boxes: pd.DataFrame) -> None:
    plot.rect(
        "x", "median", "width", 2, source=source_of(boxes), height_units="screen",
        color=POSITIVE, name="medians", legend_label="median of the layer",
    )  # fmt: skip


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
        points = pd.DataFrame(
            {
                "id": part["id"],
                "name": part["name"],
                "layer": layer,
                "value": part[measure],
                "x": x,
            }
        )
        parts.append(points if len(points) <= MOST_POINTS else points.nlargest(_FIRST, "value"))
    return (
        pd.concat(parts) if parts else pd.DataFrame(columns=["id", "name", "layer", "value", "x"])
    )


def boxes_of(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return by layer its number of neurons and quantiles: p5, q1, median, q3, p95."""
    levels = {"p5": 0.05, "q1": 0.25, "median": 0.5, "q3": 0.75, "p95": 0.95}
    values = frame.groupby("layer", sort=False)[measure]
    boxes = pd.DataFrame({name: values.quantile(level) for name, level in levels.items()})
    return boxes.assign(neurons=values.size()).rename_axis("layer").reset_index()


def _columns(layers: int, classes: int) -> tuple[list[float], list[float]]:
    """Return the middle of each layer's column and half of its width; classes need room."""
    centres = np.arange(layers, dtype=np.float64)
    halves = np.full(layers, _HALF)
    halves[-1] = max(_HALF, min(classes * _ROOM_OF_A_CLASS, layers) / 2)
    centres[-1] += halves[-1] - _HALF
    return centres.tolist(), halves.tolist()


def _name_layers(plot: figure, layers: Sequence[str], centres: Sequence[float]) -> None:
    name_below(plot, dict(zip(centres, layers, strict=True)))
    plot.xgrid.grid_line_color = None


def _name_classes(
    plot: figure, points: pd.DataFrame, classes: Sequence[str], frame: pd.DataFrame
) -> None:
    """Write the name of its class above each neuron of the last layer."""
    first = frame["id"][frame["layer"] == frame["layer"].iloc[-1]].min()
    labels = points.assign(label=[classes[place] for place in points["id"] - first])
    plot.add_layout(
        LabelSet(
            x="x", y="value", text="label", source=source_of(labels), angle=0.8, x_offset=2,
            y_offset=6, text_font_size="13px", name="classes",
        )
    )  # fmt: skip
