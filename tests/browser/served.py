"""A server with Neo4j Browser, models in it, and the command that serves the guide."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter import load
from queries.browser.server import ADDRESS_VARIABLE, GUIDE, STYLE
from queries.core.secret import new_secret
from tests.servers import NEWEST
from tests.servers.children import bound
from tests.servers.local import free_port, local_home
from tests.servers.unavailable import or_skip


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
    with ExitStack() as stack:
        local = or_skip(lambda: stack.enter_context(local_home(NEWEST, browser=True)))
        port, secret = free_port(), new_secret()
        address = f"http://localhost:{port}/{secret}"
        # What docker-compose.guide.yml sets.
        local.configure(
            "browser.post_connect_cmd", f"style {address}{STYLE}; play {address}{GUIDE}"
        )
        local.start()
        bolt = local.server.uri
        assert local.http_uri
        for name, file in files.items():
            load(file, bolt, name=name)
        command = ["browser", "--graph", bolt, "--port", str(port)]
        with subprocess.Popen(
            bound([sys.executable, "-m", "exporter.cli", *command]),
            env={**os.environ, ADDRESS_VARIABLE: secret},
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout
            style, play = child.stdout.readline().strip(), child.stdout.readline().strip()
            try:
                yield Served(bolt, local.http_uri, style, play)
            finally:
                child.send_signal(signal.SIGINT)
                assert child.wait(60) == 0
