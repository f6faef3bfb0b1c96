"""What several benchmarks measure on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import LoadReport, load
from tests.servers import Neo4jServer, logged_in


@pytest.fixture(scope="session")
def loaded(cifar_file: Path, neo4j_server: Neo4jServer) -> Iterator[LoadReport]:
    """The CIFAR-10 model, loaded into a Neo4j server."""
    with logged_in(neo4j_server):
        yield load(cifar_file, neo4j_server.uri, name="bench", replace=True)
