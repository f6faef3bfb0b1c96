"""How much room a load takes in each store."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from exporter.sinks.kinds import SINKS, Options, sink_kind
from queries.core.text import size_text
from queries.core.wording import option
from queries.errors import GraphError, listed
from queries.stores.location import Location


def store_sizes(nodes: int, edges: int, granularity: str) -> dict[str, int]:
    """Return about how many bytes a load takes on disk, by store."""
    return {
        store: sizes.total(nodes, edges, granularity)
        for kind in SINKS.values()
        for store, sizes in kind.sizes.items()
    }


def require_room(
    location: Location, options: Options, nodes: int, edges: int, granularity: str
) -> None:
    """Raise GraphError where a load into files would not fit on the disk.

    Parameters
    ----------
    location
        Where the graph is; its folder may be missing.
    options
        How it is written.
    nodes, edges, granularity
        What would be loaded.
    """
    kind, folder = sink_kind(location), location.path
    if kind.files is None:
        return
    size = kind.sizes[kind.files(location, options)].total(nodes, edges, granularity)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = _free(there)
    if size > free:
        raise GraphError(
            f"{folder}: {edges:,} relationships take about {size_text(size)}, but only "
            f"{size_text(free)} of the disk are free; {_instead()}"
        )


def too_large_text(sizes: Mapping[str, int]) -> str:
    """Say what to do where a load takes more than the disk of this folder has; empty if it fits.

    Parameters
    ----------
    sizes
        What ``store_sizes`` returns.
    """
    free = _free(Path())
    small = [store for store, size in sizes.items() if size <= free]
    if len(small) == len(sizes):
        return ""
    enough = f"enough for {listed(small)} alone" if small else "not enough for any of them"
    return f"On the disk of this folder {size_text(free)} are free, {enough}; {_instead()}."


def _free(folder: Path) -> int:
    """Return the free bytes of a disk; what is no disk, such as /proc, takes anything."""
    disk = shutil.disk_usage(folder)
    return disk.free if disk.total else sys.maxsize


def _instead() -> str:
    return (
        f"load with {option('granularity', 'channel')}, or leave weak relationships out with "
        f"{option('top')} or {option('min_weight')}"
    )
