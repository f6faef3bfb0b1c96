"""A server with Neo4j Browser, models in it, and the command that serves the guide."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter import load
from tests.servers import LTS, restartable
from tests.servers.children import bound


@dataclass(frozen=True)
class Served:
    """Where everything is: Neo4j, its Browser, and the two lines that the command printed."""

    bolt: str
    http: str
    style: str
    play: str


@contextmanager
def serving_models(files: Mapping[str, Path]) -> Iterator[Served]:
    """Load models, by the names that they get, and run the command until Ctrl-C."""
    with restartable(LTS, browser=True) as local:
        bolt = local.server.uri
        assert local.http_uri
        for name, file in files.items():
            load(file, bolt, name=name)
        command = [sys.executable, "-m", "exporter.cli", "browser", "--graph", bolt, "--port", "0"]
        with subprocess.Popen(bound(command), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            style, play = child.stdout.readline().strip(), child.stdout.readline().strip()
            try:
                yield Served(bolt, local.http_uri, style, play)
            finally:
                child.send_signal(signal.SIGINT)
                assert child.wait(60) == 0
