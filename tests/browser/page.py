"""Neo4j Browser, driven as its user would."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.servers import skip_or_fail

CHROMIUM = Path("/usr/bin/chromium")
_LATEST = '[data-testid="frame"] >> nth=0'
_SECONDS = 60


@contextmanager
def chromium_page() -> Iterator[Page]:
    """Give an empty page of a headless Chromium; without one, skip, or fail in CI."""
    if not CHROMIUM.exists():
        skip_or_fail(f"no {CHROMIUM} to show Neo4j Browser with")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            # A container has no user namespaces for the sandbox, and the page is our own.
            args=["--no-sandbox"],
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(_SECONDS * 1000)
        yield page
        chromium.close()


class BrowserPage:
    """
    Neo4j Browser in a page, connected to a server that asks for no password.

    Parameters
    ----------
    page
        An empty page.
    http, bolt
        The addresses of the server.
    """

    def __init__(self, page: Page, http: str, bolt: str) -> None:
        self.page = page
        page.goto(f"{http}/browser/")
        scheme, _, address = bolt.partition("://")
        page.get_by_test_id("bolt-scheme-select").select_option(f"{scheme}://")
        page.get_by_test_id("boltaddress").fill(address)
        page.get_by_test_id("authenticationMethod").select_option(label="No authentication")
        page.get_by_test_id("connect").click()
        page.get_by_text("You are connected").first.wait_for()

    @property
    def frame(self) -> Locator:
        """The newest frame of the stream."""
        return self.page.locator(_LATEST)

    def run(self, command: str) -> Locator:
        """Paste a command into the editor and run it; give the frame that it makes."""
        self.page.locator("#monaco-main-editor").click()
        self.page.keyboard.insert_text(command)
        return self._new_frame(self.page.get_by_test_id("editor-Run").first)

    def play(self, statement: Locator) -> Locator:
        """Click the play button of a statement of a guide; give the frame that it makes."""
        return self._new_frame(statement.locator("i").first)

    def clear(self) -> None:
        """Close all frames."""
        self.run(":clear")

    def _new_frame(self, button: Locator) -> Locator:
        before = self.page.get_by_test_id("frame").count()
        button.click()
        self.page.wait_for_function(
            "n => document.querySelectorAll('[data-testid=\"frame\"]').length != n", arg=before
        )
        return self.frame
