"""Make the picture of docs/browser.md again: ``python -m tests.browser.screenshot``."""

from pathlib import Path
from typing import Final

from PIL import Image

from tests.browser.chromium import opened_chromium
from tests.browser.page import BrowserPage, empty_page
from tests.browser.served import serving_models

ROOT: Final = Path(__file__).parents[2]
PICTURE: Final = ROOT / "docs" / "browser.png"
_PATHS: Final = 5
"""The slide about the strongest paths."""


def main() -> None:
    """Draw the strongest paths of the sample in Neo4j Browser, under the slide that asks."""
    models = {"digits": ROOT / "samples" / "digits.keras"}
    with serving_models(models) as served, opened_chromium() as chromium, empty_page(chromium) as page:
        browser = BrowserPage(page, served.http, served.bolt)
        browser.run(served.style).get_by_text("node.Neuron").wait_for()
        browser.ask(browser.slide(served.play, _PATHS))
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": 1280, "height": 900})
    with Image.open(PICTURE) as picture:
        # Few colours make a small file.
        small = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
        small.save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
