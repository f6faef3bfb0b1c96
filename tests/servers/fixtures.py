"""Fixtures that give a test a real Neo4j server."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.servers.named import is_named
from tests.servers.releases import LTS, NEWEST
from tests.servers.server import Neo4jServer
from tests.servers.ways import running

_VERSIONS = {"neo4j-env": NEWEST} if is_named() else {"neo4j-5.26": LTS, "neo4j-newest": NEWEST}


@pytest.fixture(scope="session")
def _neo4j_servers() -> Iterator[Callable[[str], Neo4jServer]]:
    # A parametrised fixture ends when its next parameter comes up; this one keeps the servers.
    with ExitStack() as stack:

        @cache
        def start(version: str) -> Neo4jServer:
            return stack.enter_context(running(version))

        yield start


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(version, id=name, marks=pytest.mark.neo4j)
        for name, version in _VERSIONS.items()
    ],
)
def neo4j_server(
    request: pytest.FixtureRequest, _neo4j_servers: Callable[[str], Neo4jServer]
) -> Neo4jServer:
    """Give each server in turn, to log in to with its `auth`; all tests share it."""
    return _neo4j_servers(request.param)


@pytest.fixture(scope="session")
def neo4j_with_password() -> Iterator[Neo4jServer]:
    """Give a server of the newest version that asks for a password; all tests share it."""
    with running(NEWEST, password=secrets.token_hex(16)) as server:
        yield server
