"""How faithful attributions and circuits are: a line an input."""

from typing import Any, Final, Literal, NamedTuple

import pandas as pd
from bokeh.palettes import Cividis256, interp_palette
from bokeh.plotting import figure

from queries.plots.style import (
    MOST_LEVEL_NAMES,
    add_hover,
    new_figure,
    source_of,
)


class Curve(NamedTuple):
    """What of an answer is drawn.

    Parameters
    ----------
    x, y
        The columns, each with the label of its axis.
    area
        The column of the area, which stands beside the name of the input.
    corner
        Where lines leave room for the names of inputs.
    """

    x: tuple[str, str]
    y: tuple[str, str]
    area: str
    corner: Literal["top_right", "bottom_right"]


DELETION: Final = Curve(
    ("share", "share of the pixels that are deleted"),
    ("value", "output of the target"),
    "area",
    "top_right",
)
INSERTION: Final = DELETION._replace(
    x=("share", "share of the pixels that are inserted"), corner="bottom_right"
)
RECOVERY: Final = Curve(
    ("size", "relationships in the circuit, as a share of all"),
    ("recovery", "recovered share of the answer"),
    "cpr",
    "bottom_right",
)


def draw(frame: pd.DataFrame, curve: Curve, *, title: str) -> figure:
    """Return a line an input.

    Parameters
    ----------
    frame
        What ``NeuronGraph.deletion_curve`` or ``recovery_curve`` returns.
    curve
        What of it is drawn.
    title
        Title of the picture.
    """
    (x, x_label), (y, y_label) = curve.x, curve.y
    plot = new_figure(title, x=x_label, y=y_label)
    inputs = list(dict.fromkeys(frame["input"]))
    colours = interp_palette(Cividis256[:230], len(inputs))
    # Names of many inputs would take the place of the picture.
    named = len(inputs) <= MOST_LEVEL_NAMES
    for each, colour in zip(inputs, colours, strict=True):
        own = frame[frame["input"] == each]
        source = source_of(own[["towards", x, y]])
        name = f"{each}, {own['towards'].iloc[0]}: {curve.area} {own[curve.area].iloc[0]:.3g}"
        settings: dict[str, Any] = {"legend_label": name} if named else {}
        plot.line(x, y, source=source, color=colour, line_width=2, **settings)
        marks = plot.scatter(x, y, source=source, color=colour, size=7, name=each)
        add_hover(plot, marks, [("input", each), (x_label, f"@{x}"), (y_label, f"@{y}{{0.0000}}")])
    if named:
        plot.legend.location = curve.corner
        plot.legend.background_fill_alpha = 0.7
    return plot
