"""How each kind of store is loaded: the other half of ``queries.stores.kinds``.

What opens a store for writing is imported when the first one is opened, since that takes a while.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from exporter.planning.layer import BLOCK_EDGES
from exporter.sinks.entries import Entries
from exporter.sinks.file_format import chosen_format
from queries.core.file_format import FileFormat
from queries.core.granularity import NEURON_GRAPH
from queries.errors import GraphError
from queries.stores.dataset import README
from queries.stores.kinds import DATASET, EMBEDDED, NEO4J
from queries.stores.location import Location


@dataclass(frozen=True)
class Options:
    """How a graph is written.

    Parameters
    ----------
    batch_size
        Relationships a transaction, a COPY or a file; by default what suits the store.
    writers
        Transactions at once; by default what the server takes.
    file_format
        Of a dataset; by default what it has already, else Parquet.
    label
        What all nodes of the model have as a label beside, in Neo4j.
    """

    batch_size: int | None = None
    writers: int | None = None
    file_format: FileFormat | None = None
    label: str | None = None


@dataclass(frozen=True)
class Sizes:
    """Bytes on disk, indexes included, transaction logs left out.

    Parameters
    ----------
    node, relationship
        Of a node and of a relationship of a neuron graph.
    grouped
        Of a relationship between channels or layers.
    """

    node: float
    relationship: float
    grouped: float

    def total(self, nodes: int, edges: int, granularity: str) -> int:
        """Return about how many bytes a load takes."""
        each = self.relationship if granularity == NEURON_GRAPH else self.grouped
        return int(nodes * self.node + edges * each)


@dataclass(frozen=True)
class SinkKind:
    """How a kind of store is loaded.

    Parameters
    ----------
    entries
        Opens one for writing, and makes what is missing of it.
    block_edges
        The most relationships in a block, that of a single neuron aside. A block is written whole
        or not at all; one by itself can be recognised.
    sizes
        What a load takes on disk, by what the files are.
    files
        Tells which of these files a load makes on a disk of this machine; None for a server.
    next_steps
        What is said after a load; the fields are attributes of ``loaded``.
    takes
        The options of a load that other kinds refuse: ``writers``, ``file_format``, ``label``, or
        ``dask`` where many processes may write.
    """

    entries: Callable[[Location, Options], Entries]
    block_edges: int
    sizes: Mapping[str, Sizes]
    files: Callable[[Location, Options], str] | None
    next_steps: tuple[str, ...]
    takes: frozenset[str] = frozenset()


def _embedded(location: Location, options: Options) -> Entries:
    from exporter.sinks.embedded.entries import EmbeddedEntries

    return EmbeddedEntries(location.path, batch_size=options.batch_size)


def _neo4j(location: Location, options: Options) -> Entries:
    from exporter.sinks.neo4j.entries import BoltEntries

    return BoltEntries(
        location.text,
        batch_size=options.batch_size,
        writers=options.writers,
        label=options.label,
    )


def _dataset(location: Location, options: Options) -> Entries:
    from exporter.sinks.dataset.entries import DatasetEntries

    return DatasetEntries(
        location.path,
        file_format=options.file_format,
        batch_size=options.batch_size,
        label=options.label,
    )


def _format(location: Location, options: Options) -> str:
    return chosen_format(location.path, options.file_format)


_LOOK: Final = "Look: {loaded.view}"
_ASK: Final = "Ask: {loaded.query}"

# The sizes were measured on LadybugDB 0.22 and Neo4j 5.26 with a model of 451,584 neurons and few
# relationships, and with one of 3,000,000 relationships and few neurons; relationships between
# channels with VGG16 (24,606,336) in LadybugDB and a Dense of 1,000,000 in Neo4j. Of the files for
# Neo4j's import the weights of a Dense of 2,000,000 take the most room, since none occurs twice.
SINKS: Final[Mapping[str, SinkKind]] = {
    EMBEDDED.name: SinkKind(
        _embedded,
        BLOCK_EDGES,
        sizes={"embedded": Sizes(70, 20, 55)},
        files=lambda _location, _options: "embedded",
        next_steps=(_LOOK, _ASK),
    ),
    NEO4J.name: SinkKind(
        _neo4j,
        5_000,
        sizes={"Neo4j": Sizes(390, 76, 200)},
        files=None,
        next_steps=(_LOOK, "In Neo4j Browser: {loaded.browser}", _ASK),
        takes=frozenset({"writers", "label"}),
    ),
    DATASET.name: SinkKind(
        _dataset,
        BLOCK_EDGES,
        sizes={"parquet": Sizes(8, 4.1, 17), "csv": Sizes(100, 33, 95)},
        files=_format,
        next_steps=("Now import it: {loaded.folder}/" + README + " has the commands.",),
        takes=frozenset({"file_format", "label", "dask"}),
    ),
}


def takes(location: Location, option: str) -> bool:
    """Tell whether a graph takes an option of a load that not all kinds take."""
    return location.kind.is_loaded and option in SINKS[location.kind.name].takes


def sink_kind(location: Location) -> SinkKind:
    """Return how a graph is loaded.

    Raises
    ------
    GraphError
        If it is a model, which nothing is written into.
    """
    if not location.kind.is_loaded:
        raise GraphError(
            f"graph {location.text} is a {location.kind.name}, which can be asked as it is, but "
            "nothing is loaded into it or dropped from it; give a path that ends in .lbug, a "
            "bolt:// or neo4j:// URI, or a folder that ends in /"
        )
    return SINKS[location.kind.name]
