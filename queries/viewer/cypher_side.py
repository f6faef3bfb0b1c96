"""The side of the page that runs Cypher."""

from collections.abc import Callable
from typing import Final, TypeVar

import pandas as pd
from bokeh.events import ButtonClick
from bokeh.layouts import column, row
from bokeh.models import LayoutDOM
from bokeh.models.widgets.buttons import Button
from bokeh.models.widgets.inputs import TextAreaInput
from bokeh.models.widgets.markups import Div

from queries.viewer.problem import format_error
from queries.viewer.tables import new_table, table

MOST_ROWS: Final = 1000
"""Rows that the page shows."""

T = TypeVar("T")
Ask = Callable[[str, Callable[[pd.DataFrame], None], Callable[[BaseException], None]], None]
"""Runs a statement, and hands on its rows or what went wrong."""


class CypherSide:
    """A statement and its rows.

    It is no part of the page's address, so that a link runs nothing.

    Parameters
    ----------
    ask
        Runs a statement that reads.
    light
        Marks in the picture which neurons an answer has, None for no answer, and returns how many.
    """

    def __init__(self, ask: Ask, light: Callable[[pd.DataFrame | None], int]) -> None:
        self._ask, self._light = ask, light
        self._runs = 0
        self._text = TextAreaInput(
            title="Cypher, which cannot write (Ctrl+Enter runs it)",
            value="MATCH (n:Neuron) RETURN n.layer AS layer, max(n.bias) AS bias ORDER BY layer",
            rows=5, width=338, name="cypher",
        )  # fmt: skip
        run = Button(label="Run", button_type="primary", width=80, name="run")
        run.on_event(ButtonClick, self._run)
        self._answer = Div(width=240, disable_math=True, name="answer")
        self._rows = new_table("rows", "rows of the answer", height=440)
        self.layout: LayoutDOM = column(
            self._text, row(run, self._answer), self._rows, visible=False
        )

    def _run(self) -> None:
        self._answer.text, self._rows.text = "<p role='status'>Working …</p>", ""
        self._light(None)
        self._runs += 1
        self._ask(self._text.value, self._if_newest(self._show), self._if_newest(self._fail))

    def _if_newest(self, act: Callable[[T], None]) -> Callable[[T], None]:
        """Return what does something with an answer unless a later run has begun by then."""
        run = self._runs

        def acts(answer: T) -> None:
            if run == self._runs:
                act(answer)

        return acts

    def _show(self, frame: pd.DataFrame) -> None:
        rows = frame.head(MOST_ROWS)
        self._rows.text = table(rows, header=True)
        more = "the first " if len(frame) > MOST_ROWS else ""
        lit = self._light(rows)
        text = f"{more}{len(rows):,} row{'s' * (len(rows) != 1)}"
        text += f", {lit:,} neuron{'s' * (lit != 1)} marked" if lit else ""
        self._answer.text = f"<p role='status'>{text}</p>"

    def _fail(self, error: BaseException) -> None:
        self._answer.text = format_error(error)
