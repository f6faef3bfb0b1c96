"""Tables of the page, as HTML: names of neurons are links to a view of them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models.widgets.markups import Div

from queries.viewer.class_names import NO_CLASSES, ClassNames
from queries.viewer.names import neuron_shortened
from queries.viewer.view import View

WIDTH: Final = 376
ROW: Final = 20
"""Height of a row."""
LETTERS: Final = 26
"""Letters of a neuron's name that have room; all of it is told when the mouse is over it."""

CUT: Final = {"name": 16, "class": 10}
"""Letters of what stands in a table of four columns. Numbers take the room that they need."""

_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "weight": "{:.4f}".format,
    "beside": "{:.4g}".format,
    "attribution": "{:.4g}".format,
    "strength": "{:.4g}".format,
    "relative": "{:.4g}".format,
    "neurons": "{:,}".format,
    "relationships": "{:,}".format,
}
"""How numbers are written, by the name of the column."""


def new_table(name: str, title: str, *, height: int) -> Div:
    """Return a place for a table, which has a bar to scroll where it is too high.

    Parameters
    ----------
    name
        What it is found by.
    title
        What is read out of it to who cannot see it.
    height
        Height in pixels.
    """
    return Div(
        width=WIDTH,
        height=height,
        styles={"overflow": "auto"},
        disable_math=True,
        margin=(0, 5, 2, 5),
        name=name,
        tags=[title],
    )


def table(
    frame: pd.DataFrame,
    view: View | None = None,
    *,
    header: bool = False,
    letters: Mapping[str, int] | None = None,
    classes: ClassNames = NO_CLASSES,
) -> str:
    """Return a frame as HTML.

    Parameters
    ----------
    frame
        What to show.
    view
        Where given, what stands in the column ``name`` leads to this view with that pick.
    header
        Whether the columns have their names above.
    letters
        By column, how many letters are shown; of others all.
    classes
        Tells what class an output stands for; it follows what stands in the column ``name``.
    """
    most = letters or {}
    names = [str(name) for name in frame.columns]
    columns = [
        [_cell(name, value, view, most.get(name), classes) for value in frame.iloc[:, place]]
        for place, name in enumerate(names)
    ]
    kinds = ["number" if pd.api.types.is_numeric_dtype(kind) else "" for kind in frame.dtypes]
    heads = "".join(
        f"<th scope='col' class='{kind}'>{escape(name)}</th>"
        for name, kind in zip(names, kinds, strict=True)
    )
    head = f"<thead><tr>{heads}</tr></thead>" if header else ""
    rows = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    return f"<table class='list'>{head}<tbody>{rows}</tbody></table>"


def _cell(
    name: str, value: Any, view: View | None, letters: int | None, classes: ClassNames
) -> str:
    if isinstance(value, (int, float, np.number)):
        return f"<td class='number'>{escape(_text(name, value))}</td>"
    full = _text(name, value)
    class_name = classes.of(full) if name == "name" else ""
    room = None if letters is None else max(3, letters - len(class_name))
    shown = full if room is None else neuron_shortened(full, room)
    text = escape(f"{shown} {class_name}".rstrip())
    if name == "name" and view is not None:
        address = escape(f"?{replace(view, pick=full).query}")
        text = f"<a href='{address}' data-pick='{escape(full)}'>{text}</a>"
    cut = "" if letters is None else f" class='cut' title='{escape(full)}'"
    return f"<td{cut}>{text}</td>"


def _text(name: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "-"
    if name in _FORMS:
        return _FORMS[name](value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
