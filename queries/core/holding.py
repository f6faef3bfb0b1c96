"""Tell what a process is at work on from what a killed one has left.

A process locks the files and folders that it makes for a while. The system takes the lock away
when the process ends, however it ends. Where there are no such locks, on Windows and on some
network file systems, nothing counts as left.
"""

import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

if sys.platform != "win32":
    import fcntl


PART_SUFFIX: Final = ".part"
"""Temporary files and folders end so; one is left only where a process was killed."""

PART_PREFIX: Final = ".neurongraph-"
"""And begin so, as no file or folder does that somebody names."""

_PARTS: Final = f"{PART_PREFIX}*{PART_SUFFIX}"


def hold(descriptor: int) -> None:
    """Lock an open file or folder until it is closed; wait where another process holds it."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextmanager
def holding(folder: Path) -> Iterator[int | None]:
    """Lock a folder, so that of several processes one after the other does what follows.

    Yields
    ------
    int or None
        Its file descriptor, where there are such locks.
    """
    if sys.platform == "win32":
        yield None
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        hold(descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def part_beside(path: Path) -> Path:
    """Return a path in the folder of a file or folder, for what is to get its name once whole."""
    return path.with_name(_PARTS.replace("*", secrets.token_hex(16)))


def remove_parts(folder: Path) -> None:
    """Delete what killed processes have left half-written in a folder."""
    for part in folder.glob(_PARTS):
        remove_left(part)


@contextmanager
def held_folder(make: Callable[[], Path]) -> Iterator[Path]:
    """Give a new folder, held.

    Parameters
    ----------
    make
        Makes the folder; called again where another process took it for left before it was held.
    """
    with ExitStack() as stack:
        while True:
            folder = make()
            with suppress(FileNotFoundError):
                descriptor = stack.enter_context(holding(folder))
                if descriptor is None or is_at(folder, descriptor):
                    break
        yield folder


def is_at(path: Path, descriptor: int) -> bool:
    """Tell whether an open file or folder is still what a path names."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def remove_left(path: Path) -> None:
    """Delete a file or folder of this user unless a process holds it.

    What cannot be locked or deleted stays.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                return
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
        finally:
            os.close(descriptor)
