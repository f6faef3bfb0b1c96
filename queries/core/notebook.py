"""What reports show of themselves in a notebook: a heading and tables."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def headed(title: str, *tables: str) -> str:
    """Return a heading with tables below it.

    Parameters
    ----------
    title
        The text of the heading.
    *tables
        HTML, as ``facts`` and ``table`` return it.
    """
    return f"<div><b>{escape(title)}</b>{''.join(tables)}</div>"


def facts(rows: Mapping[str, str]) -> str:
    """Return a table of two columns: what something is called, and what it is."""
    cells = (
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows.items()
    )
    # pandas' class has the look of a notebook's tables.
    return f'<table class="dataframe"><tbody>{"".join(cells)}</tbody></table>'


def table(frame: "pd.DataFrame") -> str:
    """Return a frame; of a long one its beginning and its end."""
    # Else what is missing in a column of whole numbers is written <NA>.
    whole = frame.select_dtypes("Int64")
    texts = whole.astype(object).where(whole.notna(), "")
    return frame.assign(**texts).to_html(index=False, max_rows=60, border=0, na_rep="")
