"""Ctrl-C, which a terminal sends to all processes, is for the one that began the others."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def leave_interrupts() -> None:
    """Leave Ctrl-C to another process, from now on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def interrupts_left_to_us() -> Iterator[None]:
    """Have processes that begin meanwhile leave Ctrl-C to this one: they inherit that."""
    # Another thread may not say what a signal does.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    leave_interrupts()
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
