"""Tables of the page."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource
from bokeh.models.widgets.tables import (
    DataTable,
    NumberFormatter,
    StringFormatter,
    TableColumn,
)

WIDTH: Final = 350
ROW: Final = 22
"""Height of a row."""

_ANY_TEXT: Final = 120
_FORMS: Final = {
    "weight": "0.0000",
    "strength": "0.0000",
    "neurons": "0,0",
    "relationships": "0,0",
}


def new_table(
    widths: Mapping[str, int], *, height: int, name: str, header: bool = True
) -> DataTable:
    """Return an empty table.

    Parameters
    ----------
    widths
        Its columns, and how wide they are; those of numbers are known by their names.
    height
        Height in pixels.
    name
        What it is found by.
    header
        Whether the columns have their names above.
    """
    return DataTable(
        source=ColumnDataSource({each: [] for each in widths}),
        columns=[
            TableColumn(field=each, title=each, width=width, formatter=_formatter(each))
            for each, width in widths.items()
        ],
        width=WIDTH,
        height=height,
        index_position=None,
        header_row=header,
        row_height=ROW,
        reorderable=False,
        autosize_mode="none",
        margin=(0, 5, 2, 5),
        name=name,
    )


def _formatter(name: str) -> StringFormatter:
    if name not in _FORMS:
        return StringFormatter(nan_format="-")
    return NumberFormatter(format=_FORMS[name], nan_format="-", text_align="right")


def fill(table: DataTable, frame: pd.DataFrame) -> None:
    """Put a frame into a table, and take the choice of a row away."""
    source: Any = table.source
    source.selected.indices = []
    source.data = {name: _plain(frame[name]) for name in frame.columns}


def fill_texts(table: DataTable, frame: pd.DataFrame) -> None:
    """Put a frame of any columns into a table, as text."""
    names = [str(name) for name in frame.columns]
    cells = [[_text(value) for value in frame.iloc[:, place]] for place in range(len(names))]
    table.columns = [
        TableColumn(field=str(place), title=name, width=_ANY_TEXT, formatter=StringFormatter())
        for place, name in enumerate(names)
    ]
    fill(table, pd.DataFrame({str(place): texts for place, texts in enumerate(cells)}))


def _plain(values: "pd.Series[Any]") -> Any:
    numbers = pd.api.types.is_numeric_dtype(values)
    return values.to_numpy(np.float64) if numbers else values.astype(object).to_numpy()


def _text(value: Any) -> str:
    if not isinstance(value, float):
        return "-" if value is None else str(value)
    return "-" if np.isnan(value) else f"{value:.6g}"
