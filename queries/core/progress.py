"""How long work tells how far it is."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from queries.core.arguments import described
from queries.core.bar import Bar
from queries.core.closing import Closing
from queries.errors import ParameterError

Progress = Callable[[str, int, int], None]
"""Takes a phase, such as ``neurons``, how many are done, and how many there are."""

_SECONDS_UNSEEN: Final = 0.5
"""Work that ends sooner shows no bar, unless it says at once what it begins with."""


def silent(phase: str, done: int, total: int) -> None:
    """Tell nobody."""


class Phases:
    """Tells where a bar begins anew: with each phase, and with each pass of it."""

    def __init__(self) -> None:
        self._phase, self._done = "", 0

    def begins(self, phase: str, done: int) -> bool:
        """Tell whether something else is done than what was told of last.

        Parameters
        ----------
        phase
            What is done.
        done
            How many are done.
        """
        # A computation may pass through all relationships more than once.
        anew = phase != self._phase or done < self._done
        self._phase, self._done = phase, done
        return anew


class OnBar(Closing):
    """A ``Progress`` that shows on a bar what it is told.

    Parameters
    ----------
    make
        Makes the bar.
    first
        What is done before the first number is known; empty where a bar need not be seen at once.
    """

    def __init__(self, make: Callable[[], Bar], first: str = "") -> None:
        self._make, self._bar = make, make() if first else None
        self._phases = Phases()
        self._seen_from = time.monotonic() + _SECONDS_UNSEEN
        self._closed = False
        if self._bar is not None:
            self._bar.begin(first, None)

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Take a phase, how many are done, and how many there are."""
        # Another thread may still tell of work.
        if self._closed:
            return
        anew = self._phases.begins(phase, done)
        if self._bar is None:
            if time.monotonic() < self._seen_from:
                return
            self._bar, anew = self._make(), True
        if done >= total:
            # What has been handed over may still have to be written.
            self._bar.begin(f"Finishing {total:,} {phase}", None)
            return
        if anew:
            self._bar.begin(phase.capitalize(), total)
        self._bar.move(done)

    def close(self) -> None:
        """Take the bar away, for good."""
        self._closed = True
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def require_progress(progress: object) -> None:
    """Raise ParameterError for what is neither a function nor True or False."""
    if not (isinstance(progress, bool) or callable(progress)):
        raise ParameterError(
            f"progress: {described(progress)} is neither a function, nor True or False"
        )


@contextmanager
def shown(progress: Progress | bool, first: str = "") -> Iterator[Progress]:
    """Give what work tells its progress to.

    Parameters
    ----------
    progress
        Somebody's own function; True for a bar where there is a display, which is a notebook or a
        terminal at stderr; False for none.
    first
        As in ``OnBar``.
    """
    require_progress(progress)
    make = _display() if progress is True else None
    if make is None:
        yield silent if isinstance(progress, bool) else progress
        return
    with OnBar(make, first) as bar:
        yield bar


def _display() -> Callable[[], Bar] | None:
    """Return what makes a bar for who looks on; None where nobody does."""
    if in_notebook():
        from queries.core.notebook_bar import NotebookBar

        return NotebookBar
    if sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty():
        from queries.core.terminal_bar import TerminalBar

        return TerminalBar
    return None


def in_notebook() -> bool:
    """Tell whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None
