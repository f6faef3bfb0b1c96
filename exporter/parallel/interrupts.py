"""Processes end with the one that began them, for which alone Ctrl-C is meant.

A terminal sends Ctrl-C to all of them.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess


def leave_interrupts() -> None:
    """Leave Ctrl-C to another process, from now on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def end_with_parent() -> None:
    """Leave Ctrl-C to the process that began this one, and end when that is gone."""
    leave_interrupts()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    # The main thread may wait for a task, which nobody sends any more.
    os._exit(1)


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
