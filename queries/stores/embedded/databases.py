"""Open a file of LadybugDB: within a limit on the address space, and safe where a process forks."""

import ctypes
import os
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

import ladybug

from queries.core.memory import free_addresses
from queries.core.text import size_text
from queries.errors import GraphError

_LEAST_ROOM: Final = 1 << 26
"""Bytes of the file of a small graph."""

_LEAST_BUFFERS: Final = 1 << 27
"""Bytes of buffers with which a block of relationships can be written."""

_SHARE: Final = 4
"""One part in so many of the addresses that a file leaves becomes buffers."""

BYTES_A_ROW: Final = 512
"""Bytes of buffers that a row takes while it is written, at most."""

_open: "WeakSet[ladybug.Database]" = WeakSet()


def open_database(
    file: Path | None, *, read_only: bool = False, auto_checkpoint: bool = True
) -> ladybug.Database:
    """Open a file of LadybugDB, which is made if it is missing and may be written.

    Parameters
    ----------
    file
        The file; None for a database in memory.
    read_only
        Whether it is opened for reading only.
    auto_checkpoint
        Whether LadybugDB itself writes checkpoints.

    Raises
    ------
    GraphError
        If a limit on the address space leaves too little for it.
    """
    options: dict[str, Any] = {"read_only": read_only, "auto_checkpoint": auto_checkpoint}
    free = free_addresses()
    size = file.stat().st_size if file is not None and file.exists() else 0
    if free is not None:
        options |= _within(free, size, str(file or "a graph"), grows=not read_only)
    elif read_only:
        # Sixteen times what LadybugDB takes by itself are all addresses that there are.
        options |= {"max_db_size": _room(size)}
    database = ladybug.Database(file, **options)
    _open.add(database)
    return database


def _within(free: int, size: int, name: str, *, grows: bool) -> dict[str, int]:
    """Return the sizes with which a database takes no more addresses than are free.

    By itself LadybugDB takes 8 TB of them for the file, and 80 % of the memory for its buffers.

    Parameters
    ----------
    free
        Bytes of address space.
    size
        Bytes of the file.
    name
        What is opened, for the message.
    grows
        Whether it may be written.
    """
    room = _room(size)
    left = free - room - _SHARE * _LEAST_BUFFERS
    if left < 0:
        raise GraphError(
            f"{name} needs {size_text(free - left)} of address space, and the limit of this "
            f"process leaves {size_text(free)}; raise it (ulimit -v), or ask for more in the batch "
            "system"
        )
    if grows:
        room = max(room, 1 << (min(left, free // 2).bit_length() - 1))
    return {"max_db_size": room, "buffer_pool_size": (free - room) // _SHARE}


def _room(size: int) -> int:
    """Return how many addresses a file of so many bytes needs: LadybugDB asks for a power of 2."""
    return 1 << (max(size, _LEAST_ROOM) - 1).bit_length()


def _never_freed() -> None:
    """Keep what was open when the process forked: to free it waits for threads left behind."""
    for database in _open:
        if not database.is_closed:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(database))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_never_freed)
