"""A graph in Neo4j, over the Bolt protocol."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

import neo4j
import pandas as pd
import pyarrow as pa
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Forbidden,
    Neo4jError,
    ServiceUnavailable,
    UnsupportedServerProduct,
)
from neo4j.graph import Node, Path, Relationship

from queries.core.address import may_be_address
from queries.core.labels import of_ours
from queries.core.schema import COMPLETE
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphError,
    GraphNotFoundError,
    GraphUnavailableError,
    GraphVersionError,
    ParameterError,
)
from queries.library.queries import query
from queries.stores.base import Changes
from queries.stores.cypher.dialects import NEO4J_CYPHER
from queries.stores.cypher.read_only import TO_WRITE, only_statement, refuse_effects
from queries.stores.cypher.statements import logged
from queries.stores.cypher.store import CypherStore
from queries.stores.cypher.tokens import NEO4J
from queries.stores.neo4j.messages import from_lists, in_lists
from queries.stores.neo4j.node_ids import REPLACED_MEANWHILE, NodeIds, of_server
from queries.stores.opener import Opener

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.library.queries import Statement

Rows = TypeVar("Rows", bound=Sized)
OLDEST_SERVER: Final = (5, 26)
READERS: Final = 3
_EDITED: Final = of_ours("MATCH (m:Model {state: $state}) SET m.edited = true")
_LOAD_ID: Final = of_ours("MATCH (m:Model {name: $name}) RETURN m.load_id AS load_id")
SECONDS_TO_CONNECT: Final = 10
_SYSTEM: Final = "system"
_TIMED_OUT: Final = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.LockAcquisitionTimeout",
)
"""How the codes begin of what a server ended, since it took or waited for too long."""


def connect(uri: str) -> tuple[neo4j.Driver, str | None]:
    """Open a driver with the environment's credentials, and check that the server answers.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI.

    Returns
    -------
    tuple
        The driver, and the database that NEO4J_DATABASE names; None for the default.

    Raises
    ------
    GraphUnavailableError, GraphAccessError, GraphVersionError
        If the server does not answer, refuses the credentials, or is too old.
    GraphNotFoundError
        If it has no such database.
    ParameterError
        If NEO4J_DATABASE names no database that holds graphs.
    """
    user, password = os.environ.get("NEO4J_USERNAME"), os.environ.get("NEO4J_PASSWORD")
    auth = (user or "neo4j", password) if password else None
    database = _database()
    with _uri_errors(uri), driver_errors(uri):
        driver = neo4j.GraphDatabase.driver(
            uri,
            auth=auth,
            notifications_min_severity="OFF",
            connection_timeout=SECONDS_TO_CONNECT,
            # This one ends the wait for a port that takes the connection and says nothing.
            connection_acquisition_timeout=2 * SECONDS_TO_CONNECT,
        )
        try:
            _refuse_old(uri, driver.get_server_info().agent)
            with logged("RETURN 1"):
                driver.execute_query("RETURN 1", database_=database)
        except BaseException:
            driver.close()
            raise
    return driver, database


@contextmanager
def _uri_errors(uri: str) -> Iterator[None]:
    """Turn what the driver says of a URI that it cannot use into an error of ours."""
    try:
        yield
    except ValueError as error:
        raise ParameterError(f"graph {uri!r}: {_first_line(error)}") from None


def _sent(
    transaction: neo4j.Transaction | neo4j.ManagedTransaction | neo4j.Session,
    cypher: str,
    parameters: Mapping[str, Any],
) -> neo4j.Result:
    """Run somebody's own statement.

    Raises
    ------
    ParameterError
        If a value of its parameters is none that Bolt knows.
    """
    try:
        return transaction.run(cypher, dict(parameters))
    except (ValueError, TypeError, OverflowError) as error:
        raise ParameterError(f"a parameter of the statement: {_first_line(error)}") from None


def _database() -> str | None:
    """Return the database that the environment names; None for the user's default."""
    name = os.environ.get("NEO4J_DATABASE") or None
    if name is None:
        return None
    if may_be_address(name):
        raise ParameterError(
            "NEO4J_DATABASE: that is no name of a database; the address of a server is given as "
            "the graph"
        )
    # A server takes its name in letters of any size.
    if name.casefold() == _SYSTEM:
        raise ParameterError(
            f"NEO4J_DATABASE: {name} holds the users and databases of a server, and no graph; "
            "name another database, or unset it for the default one"
        )
    return name


def open_session(driver: neo4j.Driver, database: str | None, access: str) -> neo4j.Session:
    """Open a session of what ``connect`` returned.

    Parameters
    ----------
    driver, database
        The driver and the database.
    access
        ``neo4j.READ_ACCESS`` or ``neo4j.WRITE_ACCESS``.
    """
    # Shared bookmarks: on a cluster, what is read must know what was written.
    return driver.session(
        database=database,
        default_access_mode=access,
        bookmark_manager=driver.execute_query_bookmark_manager,
    )


def _refuse_old(uri: str, agent: str) -> None:
    """Raise GraphVersionError for a server before 5.26; ``agent`` is like ``Neo4j/5.26.0``."""
    version = re.search(r"/(\d+)\.(\d+)", agent)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise GraphVersionError(
            f"{uri} runs {agent}, which is too old; Neo4j {oldest} or later is needed"
        )


@contextmanager
def driver_errors(uri: str) -> Iterator[None]:
    """Turn the errors of the Neo4j driver into ours, each with what to do."""
    try:
        yield
    except AuthError:
        raise GraphAccessError(
            f"{uri} refused the credentials; set NEO4J_USERNAME and NEO4J_PASSWORD"
        ) from None
    except Forbidden as error:
        raise GraphAccessError(f"{uri}: {error.message}") from None
    except UnsupportedServerProduct as error:
        raise GraphVersionError(
            f"{uri} is no Neo4j server that this driver speaks: {error}"
        ) from None
    except ServiceUnavailable as error:
        raise GraphUnavailableError(
            f"{uri} does not answer ({_first_line(error)}); is the server running?"
        ) from None
    except ClientError as error:
        if error.code == "Neo.ClientError.Database.DatabaseNotFound":
            raise GraphNotFoundError(
                f"{uri}: {error.message}; NEO4J_DATABASE names the database, and without it the "
                "default one is taken"
            ) from None
        if str(error.code).startswith(_TIMED_OUT):
            raise GraphError(
                f"{uri} ended a transaction that took longer than it allows; ask for less at "
                "once, load with a smaller --batch-size, or have its db.transaction.timeout or "
                f"db.lock.acquisition.timeout raised ({error.code})"
            ) from None
        if str(error.code).startswith("Neo.ClientError.Security."):
            raise GraphAccessError(f"{uri}: {error.message}") from None
        if error.code == "Neo.ClientError.Statement.AccessMode":
            raise CypherError(f"the statement would change {uri}; {TO_WRITE}") from None
        raise CypherError(f"{uri} refused the statement: {error.message}") from None
    except Neo4jError as error:
        raise GraphError(f"{uri}: {error.message}") from None
    except ConfigurationError as error:
        raise ParameterError(f"graph {uri!r}: {_first_line(error)}") from None
    except DriverError as error:
        raise GraphUnavailableError(f"{uri}: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


class BoltStore(CypherStore):
    """A Neo4j database, read in read-only transactions.

    Parameters
    ----------
    uri
        A ``bolt://`` or ``neo4j://`` URI, without credentials.
    """

    name: ClassVar[str] = "neo4j"
    edges_a_part: ClassVar[int] = 250_000

    def __init__(self, uri: str) -> None:
        super().__init__()
        self.location = uri
        self._opener = Opener(uri)
        self._driver, self._database = connect(uri)
        self._node_ids: dict[StoredModel, NodeIds] = {}

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not."""
        rows: list[dict[str, Any]] = self._table(self.statement(query("models"), {})).to_pylist()
        return rows

    def table(self, statement: "Statement", about: "StoredModel") -> pa.Table:
        """Run a statement about a model and return its rows as columns."""
        return self._table(statement, about)

    def _table(self, statement: "Statement", about: "StoredModel | None" = None) -> pa.Table:
        return self._read(
            in_lists(statement),
            statement.parameters,
            lambda result: from_lists(result, statement.columns),
            about,
        )

    def tables(self, statements: "Sequence[Statement]", about: "StoredModel") -> pa.Table:
        """Run statements of the same columns, some at once; return all rows."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="neurongraph-reader") as readers:
            running = [readers.submit(self.table, each, about) for each in statements]
            return pa.concat_tables([part.result() for part in running])

    def by_ids(self, edges: pa.Table, model: "StoredModel") -> pa.Table:
        """Return relationships with ids of neurons for those of nodes."""
        if model not in self._node_ids:

            def records(cypher: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
                return self._read(
                    cypher, parameters, lambda result: [dict(row) for row in result], model
                )

            self._node_ids = {model: of_server(records, model.key)}
        return self._node_ids[model].edges(edges)

    def frame(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        model: str | None = None,
        allow: Collection[str] = (),
    ) -> pd.DataFrame:
        """Run a read-only statement; nodes and relationships become dictionaries."""
        refuse_effects(cypher, NEO4J_CYPHER, allow)
        return self._read(cypher, parameters, _frame)

    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run a statement that may write, once, in a transaction of its own.

        It may change any model, so that all are edited from then on.
        """
        self._opener.require()
        only_statement(cypher, NEO4J)
        with (
            driver_errors(self.location),
            open_session(self._driver, self._database, neo4j.WRITE_ACCESS) as session,
            logged(cypher, parameters) as outcome,
        ):
            # The driver tries a managed transaction again where no answer came, although the
            # first one may have been committed.
            counters = _sent(session, cypher, parameters).consume().counters
            outcome.count(counters)
            if counters.contains_updates:
                self._node_ids.clear()
                session.run(_EDITED, {"state": COMPLETE}).consume()
        return Changes(
            nodes_created=counters.nodes_created,
            nodes_deleted=counters.nodes_deleted,
            relationships_created=counters.relationships_created,
            relationships_deleted=counters.relationships_deleted,
            properties_set=counters.properties_set,
        )

    def _read(
        self,
        cypher: str,
        parameters: Mapping[str, Any],
        take: Callable[[neo4j.Result], Rows],
        about: "StoredModel | None" = None,
    ) -> Rows:
        """Run a statement that cannot write, and return the rows as they are taken of it."""
        self._opener.require()

        def work(transaction: neo4j.ManagedTransaction) -> Rows:
            with logged(cypher, parameters) as outcome:
                rows = take(_sent(transaction, cypher, parameters))
                outcome.rows = len(rows)
            if about is not None:
                _require_there(transaction, about)
            return rows

        # The server itself refuses to write where the access mode is to read.
        with (
            driver_errors(self.location),
            open_session(self._driver, self._database, neo4j.READ_ACCESS) as session,
        ):
            return session.execute_read(work)

    def close(self) -> None:
        """Close the driver, whose connections are those of the process that opened them."""
        if self._opener.is_here:
            self._driver.close()


def _require_there(transaction: neo4j.ManagedTransaction, about: "StoredModel") -> None:
    """Raise GraphError where a model is no longer the one that was chosen.

    A model that is replaced is removed after another has taken its name. So what was read while
    it still had that name was whole.
    """
    row = transaction.run(_LOAD_ID, {"name": about.name}).single()
    if row is None or row["load_id"] != about.load_id:
        raise GraphError(REPLACED_MEANWHILE)


def _frame(result: neo4j.Result) -> pd.DataFrame:
    rows = [[_plain(value) for value in row] for row in result.values()]
    return pd.DataFrame(rows, columns=list(result.keys()))


def _plain(value: Any) -> Any:
    """Return a node or relationship as a dictionary of its properties, a path as their list."""
    if isinstance(value, (Node, Relationship)):
        return dict(value)
    if isinstance(value, Path):
        return [dict(node) for node in value.nodes]
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
