"""A headless Chromium, and Neo4j Browser over two models, one of a hostile name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from queries import NeuronGraph
from tests.browser.chromium import opened_chromium
from tests.browser.page import BrowserPage, empty_page
from tests.browser.served import Served, serving_models
from tests.models import HOSTILE

# What Browser's own cleaning of a page would cut out, and what would run if it were markup.
MARKUP = "</pre><img src=x onerror=\"broken = 1\"> one='2' <script>broken = 1</script>"
HOSTILE_MODEL = f"pooled {HOSTILE} \\u0027 {MARKUP} &amp; é"


# Not for the session: while it is open, nothing else in its process can use asyncio.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def served(digits_file: Path, small_files: dict[str, Path]) -> Iterator[Served]:
    # The guide begins with the model that is loaded last.
    with serving_models({HOSTILE_MODEL: small_files["pooled"], "digits": digits_file}) as found:
        yield found


@pytest.fixture(scope="module")
def shown(served: Served, browser: Browser) -> Iterator[BrowserPage]:
    """Give Browser with the style sheet applied."""
    with empty_page(browser) as page:
        connected = BrowserPage(page, served.http, served.bolt)
        connected.run(served.style).get_by_text("node.Neuron").wait_for()
        yield connected


@pytest.fixture(scope="module")
def digits(served: Served) -> Iterator[NeuronGraph]:
    with NeuronGraph(served.bolt, model="digits") as graph:
        yield graph
