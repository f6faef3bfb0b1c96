"""How much room a load takes in each store."""

import shutil

from exporter.sinks.kinds import SINKS, Options, sink_kind
from queries.core.text import size_text
from queries.core.wording import option
from queries.errors import GraphError
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
    disk = shutil.disk_usage(there)
    # What is no disk, such as /proc, has no room to speak of.
    if disk.total and size > disk.free:
        raise GraphError(
            f"{folder}: {edges:,} relationships take about {size_text(size)}, but only "
            f"{size_text(disk.free)} of the disk are free; load with "
            f"{option('granularity', 'channel')}, or leave weak relationships out with "
            f"{option('top')} or {option('min_weight')}"
        )
