"""The page of ``neurongraph view`` on the CIFAR-10 model, against the same page of the sample.

Nothing here is asserted: the figures are printed. The browser runs on the same machine.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from exporter import LoadReport, load
from tests.bench.timing import seconds_of
from tests.browser.chromium import opened_chromium
from tests.browser.viewer import Viewer, served
from tests.servers import Neo4jServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

PICKED = [
    ("conv_1", 3, 5, 5),
    ("conv_1", 9, 12, 7),
    ("conv_0", 1, 4, 4),
    ("dense_0", 7, None, None),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with opened_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def sample(browser: Browser, digits_file: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds until the sample is drawn, by a command that has just started."""
    graph = tmp_path_factory.mktemp("sample") / "digits.lbug"
    load(digits_file, graph)
    with served("--graph", str(graph)) as address:
        viewer = Viewer(browser.new_page(viewport={"width": 1280, "height": 800}), address)
        return seconds_of(viewer.open)


def test_view_embedded(browser: Browser, sample: float, cifar_file: Path, tmp_path: Path) -> None:
    """First paint and clicks on the embedded store."""
    graph = load(cifar_file, tmp_path / "cifar.lbug").graph
    _measure("embedded", browser, sample, "--graph", graph)


def test_view_neo4j(
    browser: Browser, sample: float, neo4j_server: Neo4jServer, loaded: LoadReport
) -> None:
    """First paint and clicks on Neo4j."""
    store = f"Neo4j {neo4j_server.version}"
    _measure(store, browser, sample, loaded.model, "--graph", loaded.graph)


def _measure(store: str, browser: Browser, sample: float, *words: str) -> None:
    with served(*words) as address:
        viewer = Viewer(browser.new_page(viewport={"width": 1280, "height": 800}), address)
        painted = seconds_of(viewer.paint)
        coloured = painted + seconds_of(viewer.wait)
        clicks = [seconds_of(partial(viewer.click, *place)) for place in PICKED]
    print(
        f"\n  {store}: drawn after {painted:.2f} s, coloured after {coloured:.2f} s,"
        f" {coloured / sample:.2f} times as long as the sample;"
        f" clicks {', '.join(f'{click:.2f}' for click in clicks)} s"
    )
