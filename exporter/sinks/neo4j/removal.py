"""Remove a model from Neo4j, in transactions of bounded size."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from exporter.sinks.neo4j import statements
from exporter.sinks.neo4j.connection import Connection
from exporter.sinks.neo4j.ownership import blocks_of
from queries.core.layer import id_ranges, runs_of
from queries.core.record_schema import NEO4J_RECORD_INDEXES, drop_neo4j_record_schema
from queries.stores.neo4j import record_statements
from queries.stores.neo4j.properties import names_in, needless_indexes

_EDGES_A_TRANSACTION: Final = 50_000
_NODES_A_TRANSACTION: Final = 10_000


class _Layer(NamedTuple):
    """The first and last id of a layer, and how many relationships end there."""

    first: int
    last: int
    edges: int

    @property
    def neurons(self) -> int:
        return self.last - self.first + 1


def _ranges(
    layers: Sequence[_Layer], size: Callable[[_Layer], int], most: int
) -> Iterator[tuple[int, int]]:
    """Yield the first and last ids of transactions, from the last layer on; that is the first."""
    for run in runs_of(layers, most, size):
        yield from id_ranges(run[-1].first, run[0].last, sum(map(size, run)), most)


def remove(
    connection: Connection, model: str, progress: Callable[[int], None] | None = None
) -> int:
    """Remove a model; where that was interrupted, go on with it.

    From its beginning on the model's state is ``dropping``, and a load that is still at work on
    it finds that out.

    Parameters
    ----------
    connection
        Where from.
    model
        The name of the model, which is there.
    progress
        Called with the number of relationships that went since the last call.

    Returns
    -------
    int
        How many relationships went.
    """
    connection.write(statements.START_DROPPING, name=model)
    keys = connection.read(statements.KEY, name=model)
    if not keys:
        return 0  # Another process has removed the rest meanwhile.
    key = keys[0]["key"]
    remove_records(connection, key)
    layers = [_Layer(*row) for row in connection.read(statements.LAYER_RANGES, name=model)]
    edges_removed = 0
    for start, stop in _ranges(layers, attrgetter("edges"), _EDGES_A_TRANSACTION):
        bounds = {"model": key, "first": start, "last": stop}
        deleted = connection.write(statements.DROP_EDGES, **bounds).relationships_deleted
        edges_removed += deleted
        if progress is not None:
            progress(deleted)
    for start, stop in _ranges(layers, attrgetter("neurons"), _NODES_A_TRANSACTION):
        connection.write(statements.DROP_NEURONS, model=key, first=start, last=stop)
    edges_removed += remove_strays(connection, key)
    _remove_indexes(connection, model)
    _remove_record_schema(connection)
    connection.write(statements.DROP_COARSE, name=model)
    return edges_removed


def _remove_indexes(connection: Connection, model: str) -> None:
    """Remove indexes on written properties that no other model has."""
    for row in connection.read(statements.MODELS, names=[model]):
        for statement in needless_indexes(connection.read, names_in(row["m"]), model):
            connection.write(statement)


def _remove_record_schema(connection: Connection) -> None:
    """Remove the constraints of inputs and circuits where no model has any."""
    rows = connection.read(record_statements.INDEXES, beginning="neurongraph_")
    there = NEO4J_RECORD_INDEXES.keys() & {row["name"] for row in rows}
    if there and not connection.read(record_statements.ANY_LEFT)[0]["there"]:
        for statement in drop_neo4j_record_schema():
            connection.write(statement)


def remove_strays(connection: Connection, key: str) -> int:
    """Remove all that has a key but records and the model's node; return how many relationships."""
    edges_removed = 0
    while more := connection.write(
        statements.STRAY_EDGES, model=key, most=_EDGES_A_TRANSACTION
    ).relationships_deleted:
        edges_removed += more
    while connection.write(
        statements.STRAY_NEURONS, model=key, most=_NODES_A_TRANSACTION
    ).nodes_deleted:
        pass
    remove_blocks(connection, key)
    connection.write(statements.STRAY_LAYERS, model=key)
    return edges_removed


def remove_records(connection: Connection, key: str) -> None:
    """Remove the inputs and circuits that are stored with a model."""
    # Most models have none.
    if not connection.read(record_statements.ANY, model=key)[0]["there"]:
        return
    for statement in record_statements.REMOVE_ALL:
        while True:
            counters = connection.write(statement, model=key, most=_EDGES_A_TRANSACTION)
            if not counters.nodes_deleted and not counters.relationships_deleted:
                break


def remove_blocks(connection: Connection, key: str) -> None:
    """Remove the marks that tell which blocks of a model are there."""
    for statement in (statements.REMOVE_BLOCKS, statements.REMOVE_EARLIER_BLOCKS):
        while connection.write(
            statement, blocks=blocks_of(key), model=key, most=_NODES_A_TRANSACTION
        ).nodes_deleted:
            pass
