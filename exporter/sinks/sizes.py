"""How much room a load takes in each store."""

import shutil
from pathlib import Path
from typing import Final

from queries.core.granularity import NEURON_GRAPH
from queries.core.text import size_text
from queries.errors import GraphError

_NODE: Final = {"embedded": 70, "Neo4j": 390, "parquet": 8, "csv": 100}
_RELATIONSHIP: Final = {"embedded": 20, "Neo4j": 76, "parquet": 4.1, "csv": 33}
_GROUPED: Final = {"embedded": 55, "Neo4j": 200, "parquet": 17, "csv": 95}
"""Bytes a node and a relationship on disk, indexes included, transaction logs left out.

Measured on LadybugDB 0.22 and Neo4j 5.26 with a model of 451,584 neurons and few
relationships, and with one of 3,000,000 relationships and few neurons; relationships between
channels with VGG16 (24,606,336) in LadybugDB and a Dense of 1,000,000 in Neo4j. Of the files for
Neo4j's import the weights of a Dense of 2,000,000 take the most room, since none occurs twice.
"""


def store_sizes(nodes: int, edges: int, granularity: str) -> dict[str, int]:
    """Return about how many bytes a load takes on disk, by store."""
    relationship = _RELATIONSHIP if granularity == NEURON_GRAPH else _GROUPED
    return {store: int(nodes * _NODE[store] + edges * relationship[store]) for store in _NODE}


def require_room(folder: Path, store: str, nodes: int, edges: int, granularity: str) -> None:
    """Raise GraphError where a load into files would not fit on the disk.

    Parameters
    ----------
    folder
        The folder of the graph, which may be missing.
    store
        What files it gets: one of the names of ``store_sizes``.
    nodes, edges, granularity
        What would be loaded.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    size, disk = store_sizes(nodes, edges, granularity)[store], shutil.disk_usage(there)
    # What is no disk, such as /proc, has no room to speak of.
    if disk.total and size > disk.free:
        raise GraphError(
            f"{folder}: {edges:,} relationships take about {size_text(size)}, but only "
            f"{size_text(disk.free)} of the disk are free; load with --granularity channel, or "
            "leave weak relationships out with --top or --min-weight"
        )
