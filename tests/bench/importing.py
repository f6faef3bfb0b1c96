"""How long Neo4j takes to import a dataset."""

import time
from pathlib import Path

from tests.servers.local import local_home
from tests.servers.ways import import_command


def import_seconds(version: str, dataset: Path) -> float:
    """Import a dataset into a new server; return the seconds, the start of Java included."""
    with local_home(version, heap="2g") as local:
        begun = time.perf_counter()
        local.admin(*import_command(dataset), folder=dataset)
        return time.perf_counter() - begun
