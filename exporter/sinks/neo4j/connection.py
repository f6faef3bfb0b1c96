"""Transactions on a Neo4j server that are run again where their end is not known."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import neo4j
import pyarrow as pa
from neo4j.exceptions import IncompleteCommit, Neo4jError

from queries.core.wording import option
from queries.library.queries import Statement
from queries.stores.cypher.statements import logged
from queries.stores.neo4j.connection import (
    Rows,
    connect,
    driver_errors,
    sent_for,
    transact,
)
from queries.stores.neo4j.rows import from_lists, in_lists

_ATTEMPTS: Final = 5
T = TypeVar("T")


class NoMemory(Exception):  # noqa: N818 - tells to write less at once, and never leaves the sink
    """The server has no memory for a transaction of this size."""


@contextmanager
def told_of_memory() -> Iterator[None]:
    """Raise NoMemory where the server is short of memory.

    Within a transaction's work this ends it; the driver would try the same again for half a
    minute.
    """
    try:
        yield
    except Neo4jError as error:
        if "OutOfMemory" in (error.code or ""):
            raise NoMemory from None
        raise


class Connection:
    """A database of a server, open for writing.

    The driver itself runs a transaction again that failed for a while: a deadlock, a server that
    restarts. Where the connection broke during the commit it cannot know what became of the
    transaction; all that are run here may be run twice.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.

    Attributes
    ----------
    server
        What the server said of itself.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._driver, self._database = connect(uri)
        with driver_errors(uri):
            self.server = self._driver.get_server_info()

    def transaction(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Run a unit of work in a writing transaction; errors are those of the driver."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._once(work)
            except IncompleteCommit:
                continue
        return self._once(work)

    def _once(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        return transact(self._driver, self._database, neo4j.WRITE_ACCESS, work)

    def write(self, statement: str, **parameters: Any) -> neo4j.SummaryCounters:
        """Run one statement in a transaction of its own; return what it changed."""

        def work(transaction: neo4j.ManagedTransaction) -> neo4j.SummaryCounters:
            return changed(transaction, statement, parameters)

        with driver_errors(self.uri):
            return self.transaction(work)

    def read(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        """Run one statement that reads."""
        return self._read(statement, parameters, list)

    def columns(self, statement: Statement) -> pa.Table:
        """Run one statement of the query library; return its rows as columns."""
        advice = f"load the model again with {option('replace', True)}"
        return self._read(
            in_lists(statement),
            statement.parameters,
            lambda result: from_lists(result, statement.columns, advice),
        )

    def _read(
        self, cypher: str, parameters: Mapping[str, Any], take: Callable[[neo4j.Result], Rows]
    ) -> Rows:
        def work(transaction: neo4j.ManagedTransaction) -> Rows:
            return sent_for(transaction, cypher, parameters, take)

        with driver_errors(self.uri):
            return transact(self._driver, self._database, neo4j.READ_ACCESS, work)

    def close(self) -> None:
        """Close the driver."""
        self._driver.close()


def changed(
    transaction: neo4j.ManagedTransaction, statement: str, parameters: Mapping[str, Any]
) -> neo4j.SummaryCounters:
    """Run one statement within a transaction, log it, and return what it changed."""
    with logged(statement, parameters) as outcome:
        counters = transaction.run(statement, dict(parameters)).consume().counters
        outcome.count(counters)
    return counters
