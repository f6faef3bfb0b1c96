"""Standard streams that are closed, or that nobody reads any more."""

import os
import sys
from pathlib import Path
from typing import Final

_STREAMS: Final = {0: ("stdin", "r"), 2: ("stderr", "w")}
"""All but stdout, which tells that it is closed where a result would go there."""


def open_closed_streams() -> None:
    """Open the null device in the place of stdin and stderr where they are closed.

    Else the next file that is opened would get the number, and messages would go there.
    """
    for number, (name, mode) in _STREAMS.items():
        if not _is_open(number):
            silence(number)
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - until the end
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


def silence(number: int) -> None:
    """Let what is written to a file descriptor go nowhere.

    Parameters
    ----------
    number
        The file descriptor, which may be closed.
    """
    null = os.open(os.devnull, os.O_RDWR)
    if null == number:
        os.set_inheritable(null, True)
        return
    os.dup2(null, number)
    os.close(null)


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
