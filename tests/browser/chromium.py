"""A real browser, without a window and without any other host."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from queries.errors import PictureError
from queries.plots.browser import found_browser
from tests.servers import skip_or_fail

_SETTINGS = [
    # A container has no user namespaces for the sandbox, and the pages are our own.
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@contextmanager
def opened_chromium() -> Iterator[Browser]:
    """Open Chromium; where there is none skip, or fail in CI."""
    try:
        path = found_browser()
    except PictureError:
        skip_or_fail("there is no browser: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=_SETTINGS)
        yield chromium
        chromium.close()
