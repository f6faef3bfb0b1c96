"""A bar on a terminal, drawn by Rich."""

import os
import sys
from contextlib import suppress

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from queries.core.bar import Bar, duration


class TerminalBar(Bar):
    """A bar on the terminal at stderr, which leaves no line behind."""

    def __init__(self) -> None:
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

    def begin(self, text: str, total: int | None) -> None:
        """Show a task in the place of the last one."""
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        self._task = self._bar.add_task(text, total=total)

    def move(self, done: int) -> None:
        """Show how many are done."""
        self._bar.update(self._task, completed=done)

    def close(self) -> None:
        """Take the bar away."""
        # The terminal may have been closed.
        with suppress(OSError):
            self._bar.stop()
        with suppress(OSError):
            self._bar.console.file.close()


class _Amount(ProgressColumn):
    """How many are done, how fast, and how long the rest will take; else how long it has taken."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            seconds = round(task.elapsed or 0.0)
            return Text(duration(seconds) if seconds else "")
        parts = [f"{task.completed:,.0f} of {task.total:,.0f}"]
        if task.speed:
            parts.append(f"{task.speed:,.0f}/s")
        if task.time_remaining is not None:
            parts.append(f"{duration(task.time_remaining)} left")
        return Text(", ".join(parts))
