"""Tables of the page, as HTML: names of neurons are links to a view of them."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models.widgets.markups import Div

from queries.viewer.view import View

WIDTH: Final = 350
ROW: Final = 20
"""Height of a row."""

_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "weight": "{:.4f}".format,
    "strength": "{:.4g}".format,
    "neurons": "{:,}".format,
    "relationships": "{:,}".format,
}
"""How numbers are written, by the name of the column."""


def new_table(name: str, *, height: int) -> Div:
    """Return a place for a table, which has a bar to scroll where it is too high.

    Parameters
    ----------
    name
        What it is found by.
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
    )


def table(frame: pd.DataFrame, view: View | None = None, *, header: bool = False) -> str:
    """Return a frame as HTML.

    Parameters
    ----------
    frame
        What to show.
    view
        Where given, what stands in the column ``name`` leads to this view with that pick.
    header
        Whether the columns have their names above.
    """
    names = [str(name) for name in frame.columns]
    columns = [
        [_cell(name, value, view) for value in frame.iloc[:, place]]
        for place, name in enumerate(names)
    ]
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in names) if header else ""
    rows = "".join(f"<tr>{''.join(cells)}</tr>" for cells in zip(*columns, strict=True))
    return f"<table class='list'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(name: str, value: Any, view: View | None) -> str:
    text = escape(_text(name, value))
    if name == "name" and view is not None:
        address = escape(f"?{replace(view, pick=str(value)).query}")
        text = f"<a href='{address}' data-pick='{text}'>{text}</a>"
    number = isinstance(value, (int, float, np.number))
    return f"<td class='number'>{text}</td>" if number else f"<td>{text}</td>"


def _text(name: str, value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "-"
    if name in _FORMS:
        return _FORMS[name](value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
