"""Neo4j Browser, driven as its user would."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as TimedOut

_ATTEMPTS = 3
_MILLISECONDS = 60_000
_SETTLED = 2_500
_CONNECTED = re.compile("You are connected|You have a working connection")
_LOADED = '[data-testid="frame-loaded-contents"]'
_DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    const settings = {bubbles: true, cancelable: true, dataTransfer: transfer};
    document.querySelector('.filedrop').dispatchEvent(new DragEvent('drop', settings));
}"""


@contextmanager
def empty_page(browser: Browser) -> Iterator[Page]:
    """Open an empty page, large enough for Neo4j Browser."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(_MILLISECONDS)
    yield page
    page.close()


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
        for _ in range(_ATTEMPTS - 1):
            with suppress(TimedOut):
                self._connect(http, bolt, _MILLISECONDS / 2)
                return
        self._connect(http, bolt, _MILLISECONDS)

    def _connect(self, http: str, bolt: str, milliseconds: float) -> None:
        """Fill in the form of the connection, and wait until there is one."""
        page = self.page
        # What Browser asks the server for meanwhile it writes into the form.
        page.goto(f"{http}/browser/", wait_until="networkidle")
        # Where nobody is asked for a password it may connect by itself, and says that otherwise.
        connected = page.get_by_text(_CONNECTED).first
        form = page.get_by_test_id("connect")
        form.or_(connected).first.wait_for()
        if form.is_visible():
            scheme, _, address = bolt.partition("://")
            page.get_by_test_id("bolt-scheme-select").select_option(f"{scheme}://")
            page.get_by_test_id("boltaddress").fill(address)
            page.get_by_test_id("authenticationMethod").select_option(label="No authentication")
            form.click()
        connected.wait_for(timeout=milliseconds)

    @property
    def frame(self) -> Locator:
        """The newest frame of the stream."""
        return self.page.get_by_test_id("frame").first

    def run(self, command: str) -> Locator:
        """Paste a command into the editor and run it; give the frame that it makes."""
        self.page.locator("#monaco-main-editor").click()
        self.page.keyboard.insert_text(command)
        return self._new_frame(self.page.get_by_test_id("editor-Run").first)

    def slide(self, play: str, number: int) -> Locator:
        """Close all frames and play a guide; give the frame that shows one of its slides."""
        self.run(":clear")
        frame = self.run(f"{play}#slide-{number}")
        frame.locator("pre").wait_for()
        return frame

    def answer(self, text: str) -> Locator:
        """Close all frames and run a statement; give its result."""
        self.run(":clear")
        result = self.run(text)
        result.locator(_LOADED).wait_for()
        return result

    def ask(self, slide: Locator) -> Locator:
        """Click the play button of the statement of a slide; give its result, once it stands."""
        result = self._new_frame(slide.locator("pre i").first)
        result.locator(_LOADED).wait_for()
        # The nodes drift for a while.
        self.page.wait_for_timeout(_SETTLED)
        return result

    def switch_off(self, setting: str) -> None:
        """Switch off a setting of Browser."""
        settings = self.page.get_by_test_id("navigationSettings")
        settings.click()
        self.page.get_by_label(setting).uncheck()
        settings.click()

    def drop(self, file: Path) -> None:
        """Drop a file onto the page."""
        content = base64.b64encode(file.read_bytes()).decode()
        self.page.evaluate(_DROP, [file.name, content])

    def _new_frame(self, button: Locator) -> Locator:
        before = self.page.get_by_test_id("frame").count()
        button.click()
        self.page.wait_for_function(
            "n => document.querySelectorAll('[data-testid=\"frame\"]').length != n", arg=before
        )
        return self.frame


def drawn(result: Locator) -> set[str]:
    """Return the captions of the nodes of a picture."""
    return {text.strip() for text in result.locator("g.node").all_text_contents()}


def table(result: Locator) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    rows = result.locator("[role=row]").all()
    return [
        [cell.strip() for cell in row.locator("[role=cell]").all_inner_texts()] for row in rows
    ][1:]
