"""Whose rows the page shows where one statement runs while another one is asked."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from bokeh.events import ButtonClick

from queries.errors import CypherError
from queries.viewer.cypher_side import CypherSide

Done = Callable[[pd.DataFrame], None]
Failed = Callable[[BaseException], None]

FRAME = pd.DataFrame({"name": ["dense_1[3]"]})


class Side:
    """A side whose statements end when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Done, Failed]] = []
        self.lit: list[pd.DataFrame | None] = []
        self._layout: Any = CypherSide(self._ask, self._light).layout

    def _ask(self, _: str, done: Done, failed: Failed) -> None:
        self.waiting.append((done, failed))

    def _light(self, frame: pd.DataFrame | None) -> int:
        self.lit.append(frame)
        return 0 if frame is None else len(frame)

    def press_run(self) -> None:
        button = self._layout.select_one({"name": "run"})
        button._trigger_event(ButtonClick(button))

    def text(self, name: str) -> str:
        return str(self._layout.select_one({"name": name}).text)


def test_an_error_is_not_joined_by_rows_of_an_earlier_run() -> None:
    side = Side()
    side.press_run()
    side.press_run()
    (shown, _), (_, failed) = side.waiting
    shown(FRAME)
    assert "Working" in side.text("answer")
    failed(CypherError("no such word"))
    assert "no such word" in side.text("answer")
    assert side.text("rows") == ""
    assert side.lit == [None, None]


def test_an_earlier_run_changes_nothing_when_it_ends_last() -> None:
    side = Side()
    side.press_run()
    side.press_run()
    (shown, failed), (newest, _) = side.waiting
    newest(FRAME)
    rows = side.text("rows")
    shown(FRAME.iloc[:0])
    failed(CypherError("no such word"))
    assert "dense_1[3]" in rows
    assert side.text("rows") == rows
    assert side.text("answer") == "<p role='status'>1 row, 1 neuron marked</p>"
    assert len(side.lit) == 3
