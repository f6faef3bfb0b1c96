"""Where faults are tried: a graph, and how to see and to clear all that stands in it."""

import shutil
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import neo4j

from tests.faults.comparing import elements, files
from tests.faults.proxy import Proxy
from tests.servers import LocalServer

_CLEAR = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS"


class Place(ABC):
    """A graph that clients load into.

    Attributes
    ----------
    kind
        What the table calls it.
    graph
        Where it is.
    clients_graph
        What clients are told.
    batch_size
        Relationships a transaction, so that a small model is many of them.
    """

    kind: ClassVar[str]
    graph: str
    clients_graph: str
    batch_size: int
    password: str | None = None

    @property
    def commits(self) -> int:
        """How many commits clients have sent to a server so far."""
        return 0

    @abstractmethod
    def contents(self) -> Counter[Any]:
        """Count what stands in it, of whatever kind."""

    @abstractmethod
    def clear(self) -> None:
        """Delete all of it, without the library."""


class Folder(Place):
    """The folder of an embedded graph."""

    kind = "embedded"
    batch_size = 4_000

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.graph = self.clients_graph = str(folder)

    def contents(self) -> Counter[Any]:
        """Count the files."""
        return files(self._folder)

    def clear(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


class Server(Place):
    """A Neo4j server, which clients reach by a proxy."""

    kind = "neo4j"
    batch_size = 700

    def __init__(self, local: LocalServer, proxy: Proxy) -> None:
        self.local = local
        self.proxy = proxy
        self.graph = local.server.uri
        self.clients_graph = proxy.uri
        self.password = local.server.password

    @property
    def commits(self) -> int:
        """How many commits have passed the proxy."""
        return self.proxy.commits

    def contents(self) -> Counter[Any]:
        """Count nodes and relationships."""
        with self.driver() as driver:
            return elements(driver)

    def clear(self) -> None:
        """Delete all nodes."""
        with self.driver() as driver, driver.session() as session:
            session.run(_CLEAR).consume()

    def driver(self) -> neo4j.Driver:
        """Connect to it, past the proxy."""
        auth = None if self.password is None else (self.local.server.username, self.password)
        return neo4j.GraphDatabase.driver(self.graph, auth=auth, notifications_min_severity="OFF")


def port(local: LocalServer) -> int:
    """Return the port of a server."""
    found = urlsplit(local.server.uri).port
    assert found is not None
    return found
