"""Take the pictures that the documentation shows; ``make screenshots`` runs this."""

import tempfile
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser

from exporter import load
from tests.browser.chromium import opened_chromium
from tests.browser.page import BrowserPage, empty_page
from tests.browser.served import serving_models
from tests.browser.viewer import Viewer, served

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = ROOT / "samples" / "digits.keras"
_BEFORE_PATHS: Final = 6
_PATHS: Final = 7
"""The slides of the guide about the strongest paths."""
_MILLISECONDS: Final = 1_500
_ROWS: Final = (0, 8)
"""Rows of the samples at which the viewer shows the model."""


def main() -> None:
    """Take every picture."""
    with opened_chromium() as chromium:
        take_viewer(chromium, ROOT / "docs" / "viewer.png")
        take_viewer_at_inputs(chromium, ROOT / "docs" / "viewer_input.png")
        take_browser(chromium, ROOT / "docs" / "browser.png")


def take_viewer(chromium: Browser, picture: Path) -> None:
    """Pick a neuron of the sample in the viewer."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder, "digits.lbug")
        load(SAMPLE, graph)
        with served("--graph", str(graph)) as address:
            viewer = Viewer(page, address)
            viewer.open()
            viewer.click("conv_1", 5, 1, 0)
            # Elsewhere the mouse tells of no neuron, and the picture has no frame of a focus.
            page.mouse.click(1270, 20)
            page.wait_for_timeout(500)
            page.screenshot(path=picture)
    page.close()


def take_viewer_at_inputs(chromium: Browser, picture: Path) -> None:
    """Show the circuits of the sample at two inputs in the viewer."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    inputs = [f"{SAMPLE.with_suffix('.npz')}:{row}" for row in _ROWS]
    words = [word for each in inputs for word in ("--input", each)]
    with served(str(SAMPLE), *words) as address:
        Viewer(page, address).open()
        page.wait_for_timeout(500)
        page.screenshot(path=picture)
    page.close()
    shrink(picture, 128)


def shrink(picture: Path, colors: int) -> None:
    """Make a picture's file small, by few colours."""
    with Image.open(picture) as taken:
        small = taken.convert("P", palette=Image.Palette.ADAPTIVE, colors=colors)
        small.save(picture, optimize=True)


def take_browser(chromium: Browser, picture: Path) -> None:
    """Draw the strongest paths of the sample in Neo4j Browser, under the slide that asks."""
    with serving_models({"digits": SAMPLE}) as models, empty_page(chromium) as page:
        browser = BrowserPage(page, models.http, models.bolt)
        browser.run(models.style).get_by_text("node.Neuron").wait_for()
        browser.switch_off("Connect result nodes")
        browser.ask(browser.slide(models.play, _BEFORE_PATHS))
        browser.ask(browser.slide(models.play, _PATHS))
        page.mouse.move(0, 0)
        # Until then Browser tells of the node that was under the mouse.
        page.wait_for_timeout(_MILLISECONDS)
        page.screenshot(path=picture, clip={"x": 0, "y": 0, "width": 1280, "height": 900})
    shrink(picture, 64)


if __name__ == "__main__":
    main()
