"""The Neo4j server that NEO4J_URI names."""

import os

from neo4j import GraphDatabase

from tests.servers.server import Neo4jServer
from tests.servers.unavailable import Unavailable


def is_named() -> bool:
    """Tell whether the environment names a server."""
    return bool(os.environ.get("NEO4J_URI"))


def named_server(*, with_password: bool) -> Neo4jServer:
    """
    Give the server of NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD.

    Parameters
    ----------
    with_password
        Whether it must be a server that asks for a password.

    Raises
    ------
    Unavailable
        A password is needed and none is set.
    """
    password = os.environ.get("NEO4J_PASSWORD") or None
    if with_password and password is None:
        raise Unavailable("NEO4J_URI is set without NEO4J_PASSWORD")
    uri = os.environ["NEO4J_URI"]
    username = os.environ.get("NEO4J_USERNAME") or "neo4j"
    auth = None if password is None else (username, password)
    return Neo4jServer(uri, _version(uri, auth), username, password)


def _version(uri: str, auth: tuple[str, str] | None) -> str:
    with GraphDatabase.driver(uri, auth=auth) as driver:
        answer = driver.execute_query("CALL dbms.components() YIELD versions RETURN versions[0]")
    version: str = answer.records[0][0]
    return version
