"""Take the pictures that the documentation shows; ``make screenshots`` runs this."""

import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from exporter import load
from queries.plots.browser import found_browser
from tests.browser.viewer import Viewer, served

ROOT: Final = Path(__file__).parents[2]


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        graph = Path(folder, "digits.lbug")
        load(ROOT / "samples" / "digits.keras", graph)
        browser = playwright.chromium.launch(executable_path=found_browser(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        with served("--graph", str(graph)) as address:
            viewer = Viewer(page, address)
            viewer.open()
            viewer.click("conv_1", 5, 1, 0)
            # Away from the picture, where the mouse would tell of a neuron.
            page.mouse.move(5, 5)
            page.wait_for_timeout(500)
            page.screenshot(path=ROOT / "docs" / "viewer.png")
        browser.close()


if __name__ == "__main__":
    main()
