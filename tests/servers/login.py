"""The environment of somebody who may log in to a server."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.server import Neo4jServer


@contextmanager
def logged_in(server: Neo4jServer) -> Iterator[None]:
    """Set the variables of a server's credentials, where it asks for any."""
    with pytest.MonkeyPatch.context() as environment:
        if server.auth is not None:
            username, password = server.auth
            environment.setenv("NEO4J_USERNAME", username)
            environment.setenv("NEO4J_PASSWORD", password)
        yield
