"""The names of layers above their columns: axes, so that they stay in view while one zooms."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bokeh.models import CustomJSTicker, CustomJSTickFormatter, LinearAxis
from bokeh.models.axes import Axis
from bokeh.models.labeling import NoOverlap
from bokeh.plotting import figure

from queries.viewer.column import Column
from queries.viewer.layout import Layout
from queries.viewer.names import middle_shortened

LONGEST: Final = 17
"""Letters of a name that are shown."""

LETTER: Final = 7.2
"""Width of a letter, in units of the picture."""

# Of a column that is partly in view, the middle of that part.
_TICKS: Final = """
const {start, end} = cb_data
return columns.map(({left, right}) => [Math.max(left, start), Math.min(right, end)])
  .filter(([from, to]) => from < to).map(([from, to]) => (from + to) / 2)
"""
_TEXT: Final = "return columns.find(({left, right}) => left <= tick && tick <= right)?.text ?? ''"


@dataclass(frozen=True)
class Labels:
    """Which text stands where along the picture.

    Parameters
    ----------
    upper, lower
        Two lines: the text of each column, and where that begins and ends (left, right).
    turned
        Whether they are turned, since two lines are too narrow for them.
    """

    upper: Sequence[Mapping[str, Any]]
    lower: Sequence[Mapping[str, Any]]
    turned: bool


class LabelAxes:
    """Two axes above a figure, of which one holds the names that have no room in the other."""

    def __init__(self, plot: figure) -> None:
        self._lower, self._upper = _new_axis(), _new_axis()
        for axis in (self._lower, self._upper):
            plot.add_layout(axis, "above")

    def show(self, layout: Layout) -> None:
        """Write the names and shapes of layers."""
        labels = labels_of(layout)
        for axis, columns in ((self._lower, labels.lower), (self._upper, labels.upper)):
            drawn: dict[str, Any] = {"columns": list(columns)}
            axis.update(
                ticker=CustomJSTicker(args=drawn, major_code=_TICKS),
                formatter=CustomJSTickFormatter(args=drawn, code=_TEXT),
                major_label_orientation="vertical" if labels.turned else "horizontal",
                visible=bool(columns),
            )


def _new_axis() -> Axis:
    return LinearAxis(
        major_label_text_font_size="12px",
        major_label_text_color="#1c2430",
        major_label_policy=NoOverlap(),
        major_label_standoff=4,
        axis_line_color=None,
        major_tick_line_color=None,
        minor_tick_line_color=None,
    )


def labels_of(layout: Layout) -> Labels:
    """Return the names and shapes of layers.

    Names stand side by side, or by turns in two lines; where both are too narrow, they are
    turned, and those are left out for which there is no room until one zooms in.
    """
    names = [middle_shortened(column.layer.name, LONGEST) for column in layout.columns]
    middles = [column.left + column.width / 2 for column in layout.columns]
    raised = _raised(middles, names)
    if raised is None:
        turned = [_label(*each) for each in zip(layout.columns, names, strict=True)]
        return Labels((), turned, turned=True)
    lines: dict[bool, list[Mapping[str, Any]]] = {False: [], True: []}
    for column, name, up in zip(layout.columns, names, raised, strict=True):
        shape = " x ".join(map(str, column.layer.shape))
        lines[up].append(_label(column, f"{name}\n{shape}"))
    return Labels(lines[True], lines[False], turned=False)


def _label(column: Column, text: str) -> Mapping[str, Any]:
    return {"left": column.left, "right": column.left + column.width, "text": text}


def _raised(middles: Sequence[float], names: Sequence[str]) -> list[bool] | None:
    """Tell which names stand in a second line; None where two lines are not enough."""
    ends = {False: -math.inf, True: -math.inf}
    raised: list[bool] = []
    for middle, name in zip(middles, names, strict=True):
        half = LETTER * len(name) / 2
        line = next((line for line in (False, True) if middle - half > ends[line]), None)
        if line is None:
            return None
        ends[line] = middle + half
        raised.append(line)
    return raised
