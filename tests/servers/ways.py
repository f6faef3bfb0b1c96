"""The one way in: a real Neo4j server, however this machine can give one."""

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from neo4j import GraphDatabase

from tests.servers.docker import docker_server
from tests.servers.local import LocalServer, local_home, local_server
from tests.servers.named import is_named, named_server
from tests.servers.server import Neo4jServer
from tests.servers.unavailable import Unavailable, or_skip


@contextmanager
def running(
    version: str, *, password: str | None = None, heap: str = "1g"
) -> Iterator[Neo4jServer]:
    """
    Give a running server: the one of NEO4J_URI, else one in Docker, else one from Maven.

    Where there is no way to have one, the test is skipped, or fails in CI.

    Parameters
    ----------
    version
        One of the `RELEASES`. The server of NEO4J_URI has the version that it has.
    password
        Initial password of the user neo4j; without one, nobody is asked for any.
        The server of NEO4J_URI keeps the password that it has.
    heap
        Heap of a server that is started.
    """
    with ExitStack() as stack:
        yield or_skip(lambda: _first(stack, version, password, heap))


@contextmanager
def restartable(
    version: str,
    *,
    password: str | None = None,
    heap: str = "1g",
    http: bool = False,
    browser: bool = False,
) -> Iterator[LocalServer]:
    """
    Give a server from Maven that the test may stop, kill and start again.

    Where there is no way to have one, the test is skipped, or fails in CI.
    The parameters are those of `LocalServer`.
    """
    with ExitStack() as stack:
        way = local_server(version, password=password, heap=heap, http=http, browser=browser)
        yield or_skip(lambda: stack.enter_context(way))


@contextmanager
def importing(version: str, dataset: Path) -> Iterator[Neo4jServer]:
    """
    Give a server from Maven, into which a dataset was imported by the commands of its README.

    Where there is no way to have one, the test is skipped, or fails in CI.

    Parameters
    ----------
    version
        One of the `RELEASES`.
    dataset
        The folder of the dataset.
    """
    with ExitStack() as stack:
        local = or_skip(lambda: stack.enter_context(local_home(version)))
        or_skip(lambda: local.admin(*import_command(dataset), folder=dataset))
        local.start()
        with GraphDatabase.driver(local.server.uri) as driver:
            for statement in (dataset / "schema.cypher").read_text().split(";\n"):
                if statement:
                    driver.execute_query(statement)
        yield local.server


def import_command(dataset: Path) -> list[str]:
    """Give the words that follow `neo4j-admin` in the README of a dataset."""
    text = (dataset / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^neo4j-admin (?:.*\\\n)*.*$", text, re.MULTILINE)
    return shlex.split(command.replace("\\\n", ""))[1:]


def _first(stack: ExitStack, version: str, password: str | None, heap: str) -> Neo4jServer:
    """Give the server of the first way that this machine offers."""
    if is_named():
        return named_server(with_password=password is not None)
    try:
        return stack.enter_context(docker_server(version, password=password, heap=heap))
    except Unavailable as error:
        no_docker = error
    try:
        local = local_server(version, password=password, heap=heap)
        return stack.enter_context(local).server
    except Unavailable as no_local:
        raise Unavailable(f"no Neo4j {version}: {no_docker}; {no_local}") from no_local
