"""What a server may say against a statement that computes a whole answer in the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from neo4j.exceptions import Neo4jError

from queries.errors import GraphAccessError, GraphError

_INSTEAD: Final = "ask without --in-store, or in_store= in Python, and it is computed here"
_READ_ONLY: Final = ("ReadOnly", "Security.Forbidden", "AccessMode")


@contextmanager
def in_the_store(uri: str, query: str) -> Iterator[None]:
    """Turn the errors of such a statement into ours, each with what to do.

    Parameters
    ----------
    uri
        The server.
    query
        Whose statement it is.

    Raises
    ------
    GraphError
        If the server has no memory for the statement.
    GraphAccessError
        If its user, or the database, may only be read, and the statement writes.
    """
    try:
        yield
    except Neo4jError as error:
        code = error.code or ""
        if "OutOfMemory" in code:
            raise GraphError(
                f"{uri} has no memory to compute {query} in the store; {_INSTEAD}, or give the "
                f"server more ({code})"
            ) from None
        if any(part in code for part in _READ_ONLY):
            raise GraphAccessError(
                f"{uri} refused the statement of {query}, which keeps scores in properties of "
                f"neurons while it runs: {error.message}; {_INSTEAD}"
            ) from None
        raise
