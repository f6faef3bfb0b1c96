"""What a server may say against a statement that computes a whole answer in the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from neo4j.exceptions import Neo4jError

from queries.core.wording import option
from queries.errors import GraphAccessError, GraphError
from queries.stores.neo4j.connection import TIMED_OUT

_READ_ONLY: Final = ("ReadOnly", "Security.Forbidden", "Statement.AccessMode")


def _instead() -> str:
    return f"ask without {option('in_store')}, and it is computed here"


@contextmanager
def in_the_store(uri: str, query: str, *, writes: bool) -> Iterator[None]:
    """Turn the errors of such a statement into ours, each with what to do.

    It belongs within the transaction: what the server has no memory for, the driver would try
    again and again for half a minute.

    Parameters
    ----------
    uri
        The server.
    query
        Whose statement it is.
    writes
        Whether it keeps scores in properties.

    Raises
    ------
    GraphError
        If the server has no memory for the statement, or ends it since it takes too long.
    GraphAccessError
        If the statement writes, and its user, or the database, may only be read.
    """
    try:
        yield
    except Neo4jError as error:
        code = error.code or ""
        if "OutOfMemory" in code:
            raise GraphError(
                f"{uri} has no memory to compute {query} in the store; {_instead()}, or give the "
                f"server more ({code})"
            ) from None
        if code.startswith(TIMED_OUT):
            raise GraphError(
                f"{uri} ended the statement of {query}, which took longer than it allows; "
                f"{_instead()}, or have its db.transaction.timeout or db.lock.acquisition.timeout "
                f"raised ({code})"
            ) from None
        if writes and any(part in code for part in _READ_ONLY):
            raise GraphAccessError(
                f"{uri} refused the statement of {query}, which keeps scores in properties of "
                f"neurons while it runs: {error.message}; {_instead()}"
            ) from None
        raise
