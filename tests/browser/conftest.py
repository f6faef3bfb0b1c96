"""A server with Neo4j Browser and two models, and the command that serves the guide."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exporter import load
from queries import NeuronGraph
from tests.browser.page import BrowserPage, chromium_page
from tests.models import HOSTILE
from tests.servers import LTS, restartable
from tests.servers.children import bound

# What Browser's own cleaning of a page would cut out, and what would run if it were markup.
MARKUP = (
    "</pre><img src=x onerror=\"window.broken = 1\"> one='2' <script>window.broken = 1</script>"
)
HOSTILE_MODEL = f"pooled {HOSTILE} \\u0027 {MARKUP} &amp; é"


@dataclass(frozen=True)
class Served:
    """Where everything is: Neo4j, its Browser, and the two lines that the command printed."""

    bolt: str
    http: str
    style: str
    play: str


@pytest.fixture(scope="session")
def served(digits_file: Path, small_files: dict[str, Path]) -> Iterator[Served]:
    with restartable(LTS, browser=True) as local:
        bolt = local.server.uri
        assert local.http_uri
        load(small_files["pooled"], bolt, name=HOSTILE_MODEL)
        load(digits_file, bolt, name="digits")
        command = [sys.executable, "-m", "exporter.cli", "browser", "--graph", bolt, "--port", "0"]
        with subprocess.Popen(bound(command), stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            style, play = child.stdout.readline().strip(), child.stdout.readline().strip()
            yield Served(bolt, local.http_uri, style, play)
            child.send_signal(signal.SIGINT)
            assert child.wait(60) == 0


@pytest.fixture(scope="session")
def shown(served: Served) -> Iterator[BrowserPage]:
    """Give Browser with the style sheet applied."""
    with chromium_page() as page:
        browser = BrowserPage(page, served.http, served.bolt)
        browser.run(served.style).get_by_text("node.Neuron").wait_for()
        yield browser


@pytest.fixture(scope="session")
def digits(served: Served) -> Iterator[NeuronGraph]:
    with NeuronGraph(served.bolt, model="digits") as graph:
        yield graph
