"""How much memory, and how many addresses of it, this process may still take."""

import os
import sys
from contextlib import suppress
from pathlib import Path

from queries.errors import ParameterError

if sys.platform != "win32":
    import resource


def available_memory() -> int:
    """Return the bytes of memory that are free, or could be freed, for this process."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    # Linux says more: what is free, and what the container's limit leaves.
    with suppress(OSError, ValueError, IndexError):
        text = Path("/proc/meminfo").read_text(encoding="ascii").partition("MemAvailable:")[2]
        found.append(int(text.split()[0]) * 1024)
    with suppress(OSError, ValueError):
        most, used = (
            int(Path("/sys/fs/cgroup", name).read_text(encoding="ascii"))
            for name in ("memory.max", "memory.current")
        )
        found.append(most - used)
    addresses = free_addresses()
    if addresses is not None:
        found.append(addresses)
    return max(0, min(found))


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


def require_room(count: int, size: int, what: str, instead: str) -> None:
    """Raise ParameterError where an answer does not fit into the memory that is free.

    Parameters
    ----------
    count
        How many things the answer is made of.
    size
        Bytes of memory that each takes.
    what
        What they are, for the message.
    instead
        What the user can do.
    """
    if count * size > (free := available_memory()):
        raise ParameterError(
            f"{count:,} {what} take {decimal(count * size)} of memory, but only {decimal(free)} "
            f"are free; {instead}"
        )


def decimal(size: int) -> str:
    """Return a number of bytes as people read it: ``1.2 GB``."""
    from rich.filesize import decimal as named

    # Sizes that an attacker makes up have no names, and fit into no float.
    return named(min(size, 10**24))
