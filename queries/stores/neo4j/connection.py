"""Connect to a Neo4j server, and turn the errors of its driver into ours."""

import os
import re
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import neo4j
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

from queries.core.address import may_be_address
from queries.core.wording import option
from queries.errors import (
    CypherError,
    GraphAccessError,
    GraphError,
    GraphNotFoundError,
    GraphUnavailableError,
    GraphVersionError,
    NeurongraphError,
    ParameterError,
)
from queries.stores.cypher.read_only import to_write
from queries.stores.cypher.statements import logged

Rows = TypeVar("Rows", bound=Sized)
T = TypeVar("T")
Way = TypeVar("Way", neo4j.ManagedTransaction, neo4j.Session)
"""By which statements are run."""

OLDEST_SERVER: Final = (5, 26)
READERS: Final = 3
"""How many statements that read run at once."""

SECONDS_TO_CONNECT: Final = 10
_SYSTEM: Final = "system"
TIMED_OUT: Final = (
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
            _require_supported(uri, driver.get_server_info().agent)
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


def sent(
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


def sent_for(
    transaction: neo4j.ManagedTransaction,
    cypher: str,
    parameters: Mapping[str, Any],
    take: Callable[[neo4j.Result], Rows],
) -> Rows:
    """Run one statement within a transaction, log it, and return what is taken of its result."""
    with logged(cypher, parameters) as outcome:
        rows = take(sent(transaction, cypher, parameters))
        outcome.rows = len(rows)
    return rows


class _InterruptedError(CancelledError):
    """Ctrl-C, in the one form at which the driver drops a connection.

    At any other the driver waits for the end of the statement before it rolls back.
    """

    def __init__(self, interrupt: KeyboardInterrupt) -> None:
        super().__init__()
        self.interrupt = interrupt


def _stoppable(work: Callable[[Way], T]) -> Callable[[Way], T]:
    """Return the same work, which Ctrl-C ends while a statement runs.

    The server rolls back what nobody waits for. It belongs within ``_ended_by_ctrl_c``.
    """

    def stopped(way: Way) -> T:
        try:
            return work(way)
        except KeyboardInterrupt as interrupt:
            raise _InterruptedError(interrupt) from None

    return stopped


@contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """Raise what ended ``_stoppable`` work, once the session is closed."""
    try:
        yield
    except _InterruptedError as cancelled:
        raise cancelled.interrupt from None


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


def _require_supported(uri: str, agent: str) -> None:
    """Raise GraphVersionError for a server before 5.26; ``agent`` is like ``Neo4j/5.26.0``."""
    version = re.search(r"/(\d+)\.(\d+)", agent)
    if version is None or (int(version[1]), int(version[2])) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise GraphVersionError(
            f"{uri} runs {agent}, which is too old; Neo4j {oldest} or later is needed"
        )


def transact(
    driver: neo4j.Driver,
    database: str | None,
    access: str,
    work: Callable[[neo4j.ManagedTransaction], T],
) -> T:
    """Run a unit of work in a transaction, which Ctrl-C ends while a statement runs.

    Parameters
    ----------
    driver, database, access
        As in ``open_session``. The server itself refuses to write where the access is to read.
    work
        What is done in the transaction. The driver may run it again.
    """
    with _ended_by_ctrl_c(), open_session(driver, database, access) as session:
        execute = session.execute_read if access == neo4j.READ_ACCESS else session.execute_write
        return execute(_stoppable(work))


def run_once(driver: neo4j.Driver, database: str | None, work: Callable[[neo4j.Session], T]) -> T:
    """Run statements that write, each a transaction of its own, which Ctrl-C ends while it runs.

    Nothing is tried again. Other than in ``transact`` the driver would wait for a statement to
    end, since its session takes in all of an answer before it is closed.

    Parameters
    ----------
    driver, database
        As in ``open_session``.
    work
        What runs them.
    """
    with _ended_by_ctrl_c(), open_session(driver, database, neo4j.WRITE_ACCESS) as session:
        return _stoppable(work)(session)


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
        raise _client_error(uri, error) from None
    except Neo4jError as error:
        raise GraphError(f"{uri}: {error.message}") from None
    except ConfigurationError as error:
        raise ParameterError(f"graph {uri!r}: {_first_line(error)}") from None
    except DriverError as error:
        raise GraphUnavailableError(f"{uri}: {_first_line(error)}") from None


def _client_error(uri: str, error: ClientError) -> NeurongraphError:
    """Return our error for a statement that a server refused."""
    code = str(error.code)
    if code == "Neo.ClientError.Database.DatabaseNotFound":
        return GraphNotFoundError(
            f"{uri}: {error.message}; NEO4J_DATABASE names the database, and without it the "
            "default one is taken"
        )
    if code.startswith(TIMED_OUT):
        return GraphError(
            f"{uri} ended a transaction that took longer than it allows; ask for less at "
            f"once, load with a smaller {option('batch_size')}, or have its "
            f"db.transaction.timeout or db.lock.acquisition.timeout raised ({error.code})"
        )
    if code.startswith("Neo.ClientError.Security."):
        return GraphAccessError(f"{uri}: {error.message}")
    if code == "Neo.ClientError.Statement.AccessMode":
        return CypherError(f"the statement would change {uri}; {to_write()}")
    return CypherError(f"{uri} refused the statement: {error.message}")


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
