"""Real Neo4j servers for the tests: one that is named, one in Docker, or one from Maven."""

from tests.servers.local import LocalServer
from tests.servers.login import logged_in
from tests.servers.releases import LTS, NEWEST
from tests.servers.server import Neo4jServer
from tests.servers.unavailable import Unavailable, skip_or_fail
from tests.servers.ways import import_command, importing, restartable, running

__all__ = [
    "LTS",
    "NEWEST",
    "LocalServer",
    "Neo4jServer",
    "Unavailable",
    "import_command",
    "importing",
    "logged_in",
    "restartable",
    "running",
    "skip_or_fail",
]
