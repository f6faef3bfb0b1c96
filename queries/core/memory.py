"""How much memory, and how many addresses of it, this process may still take."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from queries.core.text import size_text
from queries.core.wording import option
from queries.errors import ParameterError

if sys.platform != "win32":
    import resource


_TEXT_BYTES: Final = 64
_NUMBER_BYTES: Final = 16
"""Bytes that a value of a neuron takes on its way into a frame."""

_EDGE_BYTES: Final = 64
"""Bytes that a relationship takes on its way into a frame."""

ID_BYTES: Final = 3 * 8
"""Bytes that a plan takes a value of a tensor: its id, a copy of it, and its place in a search."""


_FEW_VALUES: Final = 1 << 14
"""What always fits: 384 KiB."""


def available_memory() -> int:
    """Return the bytes of memory that are free, or could be freed, for this process."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    # Linux says more: what is free, and what the container's limit leaves.
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/meminfo").read_text(encoding="ascii").partition("MemAvailable:")[2]
        limits.append(int(text.split()[0]) * 1024)
    with suppress(OSError, ValueError):
        most, used = (
            int(Path("/sys/fs/cgroup", name).read_text(encoding="ascii"))
            for name in ("memory.max", "memory.current")
        )
        limits.append(most - used)
    addresses = free_addresses()
    if addresses is not None:
        limits.append(addresses)
    return max(0, min(limits))


def fits_in_memory(values: int) -> bool:
    """Tell whether the ids of so many values fit into the memory that is free."""
    # To look takes longer than a small layer does.
    return values <= _FEW_VALUES or values * ID_BYTES <= available_memory()


def free_addresses() -> int | None:
    """Return the bytes of address space that a limit leaves, as ``ulimit -v`` sets one.

    None where there is no limit.
    """
    if sys.platform == "win32":
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    used = 0
    with suppress(OSError, ValueError, IndexError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
        used = int(pages) * os.sysconf("SC_PAGE_SIZE")
    return max(0, limit - used)


@dataclass(frozen=True)
class Room:
    """The memory that is free as an answer is begun.

    Parameters
    ----------
    size
        Bytes that each part of the answer takes, at most at a time.
    what
        What the parts are, for the message.
    instead
        What the user can do where there is too little.
    """

    size: int
    what: str
    instead: str
    free: int = field(default_factory=available_memory)

    def require(self, count: int, *, more: bool = False) -> None:
        """Raise ParameterError where so many parts do not fit.

        Parameters
        ----------
        count
            How many parts there are.
        more
            Whether others follow, which are not counted.
        """
        if count * self.size > self.free:
            raise ParameterError(
                f"{count:,} {self.what}{' and more' if more else ''} take "
                f"{size_text(count * self.size)} of memory, but only {size_text(self.free)} are "
                f"free; {self.instead}"
            )


@contextmanager
def too_little_memory_named() -> Iterator[None]:
    """Say what to do where an answer takes more memory than there is.

    Raises
    ------
    ParameterError
        If so.
    """
    try:
        yield
    except MemoryError as error:
        raise ParameterError(f"there is too little memory for it: {error}; {_fewer()}") from None


def neuron_room(texts: int, numbers: int) -> Room:
    """Return the memory for a frame of neurons with so many columns of texts and of numbers."""
    return Room(_TEXT_BYTES * texts + _NUMBER_BYTES * numbers, "neurons", _fewer())


def _fewer() -> str:
    return (
        "ask about fewer neurons, or about the graph of the model's channels, which a load with "
        f"{option('granularity', 'channel')} makes"
    )


def edge_room() -> Room:
    """Return the memory for a frame of relationships."""
    return Room(
        _EDGE_BYTES, "relationships", "name fewer sources and targets, or ask for a min_weight"
    )
