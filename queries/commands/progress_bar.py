"""Show how far a command is: a bar on a terminal, a line now and then elsewhere."""

import sys
import time
from typing import Final, Self

from queries.commands.terminal import say
from queries.core.bar import duration
from queries.core.closing import Closing
from queries.core.progress import OnBar, Phases

_SECONDS_BETWEEN_LINES: Final = 10.0


class ProgressBar(Closing):
    """The progress of one command, on stderr.

    Parameters
    ----------
    first
        What is done before the first number is known.
    quiet
        True to show nothing.

    Attributes
    ----------
    begun
        True once a first number is known: then a load may have written something.
    """

    def __init__(self, first: str, *, quiet: bool = False) -> None:
        self._first, self._quiet = first, quiet
        self._phases, self._since, self._printed_at = Phases(), 0.0, 0.0
        self._bar: OnBar | None = None
        self.begun = False

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from queries.core.terminal_bar import TerminalBar

            self._bar = OnBar(TerminalBar, self._first)
        return self

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take a phase, how many are done, and how many there are."""
        self.begun = True
        if self._bar is not None:
            self._bar(phase, done, total)
        elif not self._quiet:
            self._print(phase, done, total)

    def _print(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._phases.begins(phase, done):
            self._since = self._printed_at = now
        elif now - self._printed_at >= _SECONDS_BETWEEN_LINES:
            self._printed_at = now
            rate = done / (now - self._since)
            left = (total - done) / rate if rate else 0.0
            say(f"{phase}: {done:,} of {total:,}, {rate:,.0f}/s, {duration(left)} left")
