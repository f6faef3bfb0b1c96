"""SIGTERM and SIGHUP end a command as Ctrl-C does: what it has open is closed on the way.

Only the command line takes signals. Who imports the library decides about them by himself.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_SAME_STOP: Final = 0.5
"""Seconds in which signals are one: a shell that ends repeats the SIGHUP of its terminal, and a
service manager sends several."""


class Stopped(KeyboardInterrupt):
    """A signal has asked this process to end.

    Parameters
    ----------
    number
        The signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def signal_of(interrupt: KeyboardInterrupt) -> signal.Signals:
    """Return the signal that an interrupt comes from."""
    return signal.Signals(interrupt.number if isinstance(interrupt, Stopped) else signal.SIGINT)


def exit_code_of(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of a run that was interrupted, as a shell has it: 130 for Ctrl-C."""
    return 128 + signal_of(interrupt)


@contextmanager
def until_ctrl_c() -> Iterator[None]:
    """Do what goes on until Ctrl-C, which ends it well; other signals are passed on."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if signal_of(interrupt) != signal.SIGINT:
            raise


@contextmanager
def handle_signals() -> Iterator[None]:
    """Raise Stopped in the main thread at a signal that asks to end; at a second one end at once.

    A signal that is ignored stays so: SIGHUP under nohup, SIGINT in the background of a script.
    Outside of the main thread, where Python takes no signals, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    # Who waits for the main thread to come back from a library need not wait for the second signal.
    threading.Thread(target=_watch, args=(reader,), name="neurongraph-signals", daemon=True).start()
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    stop = _raised_once()
    numbers = [each for each in _SIGNALS if signal.getsignal(each) not in {signal.SIG_IGN, None}]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        os.close(writer)


def _raised_once() -> Callable[[int, FrameType | None], None]:
    """Return a handler that leaves all signals but the first to the watch."""
    begun = False

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal begun
        if not begun:
            begun = True
            raise Stopped(number)

    return stop


def _watch(reader: int) -> None:
    """Read the numbers of signals, and end the process at the second stop."""
    first = None
    while number := os.read(reader, 1):
        now = time.monotonic()
        if first is None:
            first = now
        elif now - first > _SAME_STOP:
            os._exit(128 + number[0])
    os.close(reader)
