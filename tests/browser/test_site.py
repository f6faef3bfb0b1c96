"""The documentation as web pages, built and read as a visitor reads it."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from mkdocs.config import load_config
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from queries import NeuronGraph

ROOT = Path(__file__).parents[2]
SHORT = 16
PARTS = 6
"""In how many cases the pages are opened."""
_CODE = ("neurongraph.", "queries.")
"""How the anchors of what is described of the code begin."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the site; a warning of the build, as of a link to nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


class _Anchors(HTMLParser):
    """What a page links to, and where in it a link may lead."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = {""}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.anchors |= {found.get("id") or "", found.get("name") or ""}
        if tag == "a" and found.get("href"):
            self.links.add(found["href"] or "")


def _pages(site: Path) -> dict[str, _Anchors]:
    """Return all pages by their addresses within the site."""
    found = {page.relative_to(site).as_posix(): _Anchors(page) for page in site.rglob("*.html")}
    found.pop("404.html")
    return found


def _within(place: str, link: str) -> tuple[str, str] | None:
    """Return the file and the anchor that a link of a page leads to; None for another host."""
    target, anchor = urldefrag(urljoin(f"http://here/{place}", link))
    parts = urlparse(target)
    if parts.netloc != "here":
        return None
    path = unquote(parts.path).lstrip("/")
    return (f"{path}index.html" if not path or path.endswith("/") else path), unquote(anchor)


def test_every_link_leads_somewhere_and_every_page_is_reachable(site: Path) -> None:
    pages = _pages(site)
    followed, ahead = set(), ["index.html"]
    while ahead:
        place = ahead.pop()
        followed.add(place)
        for link in pages[place].links:
            target = _within(place, link)
            if target is None:
                continue
            file, anchor = target
            assert (site / file).is_file(), f"{place}: {link}"
            if file in pages:
                assert anchor in pages[file].anchors, f"{place}: {link}"
                ahead += [file] if file not in followed | set(ahead) else []
    assert followed == set(pages)


def test_every_method_is_described(site: Path) -> None:
    anchors = set().union(*(page.anchors for page in _pages(site).values()))
    described = {anchor.rpartition(".")[2] for anchor in anchors if anchor.startswith(_CODE)}
    assert {name for name in dir(NeuronGraph) if not name.startswith("_")} <= described


def _problems(page: Page) -> list[str]:
    """Return a list that gets what goes wrong in a page from here on."""
    found: list[str] = []

    def answered(response: Response) -> None:
        if response.status >= 400:
            found.append(f"{response.status}: {response.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(f"{message.type}: {message.text}")

    def failed(request: Request) -> None:
        found.append(f"{request.failure}: {request.url}")

    page.on("response", answered)
    page.on("console", said)
    page.on("requestfailed", failed)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_loads_all_that_it_shows(
    site: Path, address: str, browser: Browser, part: int
) -> None:
    wrong: dict[str, list[str]] = {}
    for place in sorted(_pages(site))[part::PARTS]:
        page = browser.new_page()
        found = _problems(page)
        page.goto(address + place, wait_until="networkidle")
        broken = page.evaluate(
            "[...document.images].filter(one => !one.naturalWidth).map(one => one.src)"
        )
        if found or broken:
            wrong[place] = [*found, *broken]
        page.close()
    assert wrong == {}


def test_titles_of_the_navigation_are_short() -> None:
    nav: Any = load_config(str(ROOT / "mkdocs.yml")).nav

    def titles(entries: list[dict[str, Any]]) -> Iterator[str]:
        for title, under in (pair for entry in entries for pair in entry.items()):
            yield title
            if isinstance(under, list):
                yield from titles(under)

    assert [title for title in titles(nav) if len(title) > SHORT] == []
