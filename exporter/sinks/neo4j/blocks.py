"""Write blocks of relationships, several in a transaction, by several writers at once."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import neo4j
import numpy as np
from neo4j.exceptions import ConstraintError

from exporter.planning.layer import EdgeBlock, joined
from exporter.sinks.neo4j.connection import Connection, NoMemory, changed, told_of_memory
from exporter.sinks.neo4j.ownership import Ownership
from exporter.sinks.neo4j.pace import Pace
from exporter.sinks.neo4j.payload import Payload
from exporter.sinks.neo4j.statements import ADD_BLOCKS, BLOCKS
from queries.core.wording import option
from queries.errors import GraphError
from queries.stores.neo4j.connection import driver_errors

_MOST_THREADS: Final = 64


@dataclass(frozen=True)
class Block:
    """All relationships into a range of neurons, and where it begins.

    Parameters
    ----------
    first
        The id of the first neuron.
    """

    first: int
    edges: EdgeBlock

    @property
    def fan_in(self) -> float:
        """How many relationships each of the neurons has, on average."""
        neurons = np.count_nonzero(np.diff(self.edges.target)) + 1
        return len(self.edges) / neurons


@dataclass(frozen=True)
class _Outcome:
    """What became of a transaction; ``refused`` where the server had too little memory."""

    edges: int
    seconds: float
    refused: bool = False


class BlockWriter:
    """Gathers blocks, and writes each exactly once.

    Parameters
    ----------
    connection
        Where to.
    owner
        The load that they belong to.
    payload
        How the columns travel.
    pace
        How many at once.
    """

    def __init__(
        self, connection: Connection, owner: Ownership, payload: Payload, pace: Pace
    ) -> None:
        self._connection, self._owner = connection, owner
        self._payload, self._pace = payload, pace
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="neurongraph-writer")
        self._running: set[Future[_Outcome]] = set()
        self._pending: list[Block] = []
        self._pending_edges = 0

    def add(self, block: Block) -> None:
        """Take a block; write it with others once they are enough for a transaction."""
        most = self._pace.size_for(block.fan_in)
        if self._pending and self._pending_edges + len(block.edges) > most:
            self._submit()
        self._pending.append(block)
        self._pending_edges += len(block.edges)

    def flush(self) -> None:
        """Write what is left, and wait for all writers."""
        if self._pending:
            self._submit()
        self._collect(*wait(self._running))

    def close(self) -> None:
        """End the writers."""
        self._threads.shutdown(cancel_futures=True)

    def _submit(self) -> None:
        while len(self._running) >= self._pace.writers:
            self._collect(*wait(self._running, return_when=FIRST_COMPLETED))
        self._running.add(self._threads.submit(self._write, self._pending))
        self._pending, self._pending_edges = [], 0

    def _collect(self, done: set[Future[_Outcome]], running: set[Future[_Outcome]]) -> None:
        self._running = running
        for outcome in [future.result() for future in done]:
            if outcome.refused:
                self._pace.refused()
            else:
                self._pace.done(outcome.edges, outcome.seconds, time.monotonic())

    def _write(self, blocks: Sequence[Block]) -> _Outcome:
        begun = time.monotonic()
        edges = sum(len(block.edges) for block in blocks)
        try:
            with driver_errors(self._connection.uri):
                self._write_once(blocks)
        except NoMemory:
            if len(blocks) == 1:
                raise GraphError(
                    f"{self._connection.uri} has no memory for a transaction of {edges:,} "
                    "relationships; give the server more of it, and go on with "
                    f"{option('resume', True)}"
                ) from None
            middle = len(blocks) // 2
            self._write(blocks[:middle])
            self._write(blocks[middle:])
            return _Outcome(edges, time.monotonic() - begun, refused=True)
        return _Outcome(edges, time.monotonic() - begun)

    def _write_once(self, blocks: Sequence[Block]) -> None:
        """Write blocks in one transaction, those left out that turn out to be there."""
        edges = joined([block.edges for block in blocks])
        statement, columns = self._payload.message(edges)
        parameters = {**columns, "model": self._owner.key}
        marks = {
            **self._owner.parameters,
            "blocks": self._owner.blocks,
            "firsts": [block.first for block in blocks],
        }

        def work(transaction: neo4j.ManagedTransaction) -> None:
            # A single block is tried for a while, since other writers may have its memory.
            with told_of_memory() if len(blocks) > 1 else nullcontext():
                marked = changed(transaction, ADD_BLOCKS, marks)
                self._owner.require(marked.nodes_created == len(blocks))
                created = changed(transaction, statement, parameters)
                self._require_all(created.relationships_created, len(edges))

        try:
            with told_of_memory():
                self._connection.transaction(work)
        except ConstraintError:
            missing = self._missing(blocks)
            if len(missing) == len(blocks):
                raise
            # The commit went well, and its acknowledgement was lost.
            if missing:
                self._write_once(missing)

    def _missing(self, blocks: Sequence[Block]) -> list[Block]:
        there = blocks_there(self._connection, self._owner)
        return [block for block in blocks if block.first not in there]

    def _require_all(self, created: int, expected: int) -> None:
        if created != expected:
            raise GraphError(
                f"{self._connection.uri} took {created:,} of {expected:,} relationships: neurons "
                f"of {self._owner.name!r} are missing; load it again with "
                f"{option('replace', True)}"
            )


def blocks_there(connection: Connection, owner: Ownership) -> set[int]:
    """Return the id of the first neuron of each block that a load has written."""
    (row,) = connection.read(BLOCKS, blocks=owner.blocks)
    return set(row["firsts"])
