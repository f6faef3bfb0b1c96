"""Import Keras without the chatter of TensorFlow."""

import faulthandler
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from queries.core.temporary import temporary_errors

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the terminal what C++ libraries print while they are imported.

    TF_CPP_MIN_LOG_LEVEL silences TensorFlow once it is up. What it logs before, through absl
    ("All log messages before absl::InitializeLog() is called", "Could not find cuda
    drivers"), heeds no setting and goes straight to the file descriptor 2, so that is what
    is moved aside. If the import fails, all that was held back is printed. A user who sets
    TF_CPP_MIN_LOG_LEVEL wants to see it, and does.
    """
    # What has the number of a stderr that is closed is a file of somebody's.
    if _LEVEL in os.environ or sys.__stderr__ is None:
        yield
        return
    os.environ[_LEVEL] = "3"
    try:
        with ExitStack() as stack:
            with temporary_errors():
                messages = stack.enter_context(tempfile.TemporaryFile())
            terminal = stack.enter_context(_moved_aside(messages.fileno()))
            try:
                with _show_crashes(terminal):
                    yield
            except Exception:
                messages.seek(0)
                os.write(terminal, messages.read())
                raise
    finally:
        # TensorFlow reads it once. A process that begins later would take it for the user's.
        os.environ.pop(_LEVEL, None)


@contextmanager
def _moved_aside(instead: int) -> Iterator[int]:
    """Point the file descriptor 2 elsewhere, and give one that is what it was."""
    sys.stderr.flush()
    terminal = os.dup(2)
    os.dup2(instead, 2)
    try:
        yield terminal
    finally:
        sys.stderr.flush()
        os.dup2(terminal, 2)
        os.close(terminal)


@contextmanager
def _show_crashes(terminal: int) -> Iterator[None]:
    """Show where the process dies, if it does: for lack of AVX, TensorFlow aborts."""
    if faulthandler.is_enabled():
        yield
        return
    faulthandler.enable(terminal)
    try:
        yield
    finally:
        faulthandler.disable()
