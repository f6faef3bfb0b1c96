"""Show how far a long piece of work is: a bar on a terminal, a line now and then elsewhere."""

import os
import sys
import time
from contextlib import suppress
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from queries.commands.terminal import say
from queries.core.closing import Closing

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
        self._phase, self._done, self._since, self._printed_at = "", 0, 0.0, 0.0
        self._bar: Progress | None = None
        self.begun = False

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            # A descriptor of its own, for quiet() moves 2 aside.
            stream = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding)
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", table_column=Column(no_wrap=True)),
                BarColumn(bar_width=None),
                _Amount(table_column=Column(no_wrap=True)),
                console=Console(file=stream),
                transient=True,
                expand=True,
            )
            self._bar.start()
            self._begin(self._bar, self._first, None)
        return self

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            # The terminal may have been closed.
            with suppress(OSError):
                self._bar.stop()
            with suppress(OSError):
                self._bar.console.file.close()
            self._bar = None

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take a phase, how many are done, and how many there are."""
        self.begun = True
        # A computation may pass through all relationships more than once.
        anew = phase != self._phase or done < self._done
        self._phase, self._done = phase, done
        if self._bar is not None:
            self._draw(self._bar, phase, done, total, anew=anew)
        elif not self._quiet:
            self._print(phase, done, total, anew=anew)

    def _draw(self, bar: Progress, phase: str, done: int, total: int, *, anew: bool) -> None:
        if anew:
            self._begin(bar, phase.capitalize(), total)
        if done < total:
            bar.update(self._task, completed=done)
        else:
            # What has been handed over may still have to be written.
            self._begin(bar, f"Finishing {total:,} {phase}", None)

    def _begin(self, bar: Progress, description: str, total: int | None) -> None:
        """Put another task in the place of the last one."""
        for task in bar.task_ids:
            bar.remove_task(task)
        self._task = bar.add_task(description, total=total)

    def _print(self, phase: str, done: int, total: int, *, anew: bool) -> None:
        now = time.monotonic()
        if anew:
            self._since = self._printed_at = now
        elif now - self._printed_at >= _SECONDS_BETWEEN_LINES:
            self._printed_at = now
            rate = done / (now - self._since)
            left = (total - done) / rate if rate else 0.0
            say(f"{phase}: {done:,} of {total:,}, {rate:,.0f}/s, {_duration(left)} left")


class _Amount(ProgressColumn):
    """How many are done, how fast, and how long the rest will take; else how long it has taken."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            seconds = round(task.elapsed or 0.0)
            return Text(_duration(seconds) if seconds else "")
        parts = [f"{task.completed:,.0f} of {task.total:,.0f}"]
        if task.speed:
            parts.append(f"{task.speed:,.0f}/s")
        if task.time_remaining is not None:
            parts.append(f"{_duration(task.time_remaining)} left")
        return Text(", ".join(parts))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
