"""A bar in the cell of a notebook, shown by IPython, which needs no widgets for it."""

import time
from html import escape
from typing import Any, Final

from queries.core.bar import Bar, duration

_SECONDS_BETWEEN: Final = 0.2
_STYLE: Final = "width: 20em; max-width: 40%; vertical-align: middle; margin-right: 0.7em"


class NotebookBar(Bar):
    """A bar in the output of the cell that runs, which is empty once it is closed."""

    def __init__(self) -> None:
        from IPython.display import display

        self._handle: Any = display(_output("", ""), raw=True, display_id=True)
        self._text, self._total, self._since, self._drawn_at = "", None, 0.0, 0.0

    _total: int | None

    def begin(self, text: str, total: int | None) -> None:
        """Show a task in the place of the last one."""
        self._text, self._total, self._since = text, total, time.monotonic()
        self._draw(0)

    def move(self, done: int) -> None:
        """Show how many are done; of moves in quick succession some."""
        if time.monotonic() - self._drawn_at >= _SECONDS_BETWEEN:
            self._draw(done)

    def close(self) -> None:
        """Take the bar away."""
        self._handle.update(_output("", ""), raw=True)

    def _draw(self, done: int) -> None:
        self._drawn_at = time.monotonic()
        text = self._text
        if self._total is None:
            bar = f"<progress style='{_STYLE}'></progress>"
        else:
            bar = f"<progress max='{self._total}' value='{done}' style='{_STYLE}'></progress>"
            text += f": {done:,} of {self._total:,}{self._rate(done, self._total)}"
        self._handle.update(_output(f"<div>{bar}{escape(text)}</div>", text), raw=True)

    def _rate(self, done: int, total: int) -> str:
        """Say how fast it goes, and how long the rest will take."""
        seconds = self._drawn_at - self._since
        if not done or seconds < _SECONDS_BETWEEN:
            return ""
        rate = done / seconds
        return f", {rate:,.0f}/s, {duration((total - done) / rate)} left"


def _output(html: str, text: str) -> dict[str, str]:
    return {"text/html": html, "text/plain": text}
