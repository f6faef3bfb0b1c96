"""Make a picture into PNG or SVG: a browser without a window draws it, as it would on a screen."""

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, Literal

from queries.core.temporary import temporary_errors, temporary_folder
from queries.errors import PictureError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS: Final = 120
_OPTIONS: Final = (
    "--headless",
    "--disable-gpu",
    "--dump-dom",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    # Nothing is asked of another host, neither by the page nor by the browser itself.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-first-run",
    # Milliseconds for the page; they pass as fast as it can work.
    f"--virtual-time-budget={_SECONDS * 1000}",
)
_SCRIPT: Final = """<script>
(async () => {
  const later = () => new Promise((resolve) => setTimeout(resolve, 20))
  while (!(window.Bokeh?.documents.length && Bokeh.documents[0].is_idle)) await later()
  const view = Bokeh.index.roots[0]
  const layer = view.export("%s", false)
  return "%s" === "svg"
    ? btoa(unescape(encodeURIComponent(layer.ctx.get_serialized_svg(true))))
    : layer.canvas.toDataURL("image/png").split(",")[1]
})().catch((error) => `failed: ${error}`).then((text) => {
  document.head.innerHTML = ""
  document.body.innerHTML = "<pre></pre>"
  document.body.firstChild.textContent = text
})
</script></body>"""


def image_of(page: str, kind: Literal["png", "svg"]) -> bytes:
    """Return the figure of a page as a PNG or SVG file, of the figure's size in pixels.

    Parameters
    ----------
    page
        As Bokeh's ``file_html`` makes it, with one figure.
    kind
        What is wanted.

    Raises
    ------
    PictureError
        If there is no browser, or it fails.
    TemporaryFileError
        If the page cannot be written for it.
    """
    browser = found_browser()
    # BokehJS itself holds the text </body>; the page's own is the last.
    before, _, after = page.rpartition("</body>")
    script = _SCRIPT % (kind, kind)
    with temporary_folder() as folder:
        file = folder / "picture.html"
        with temporary_errors():
            file.write_text(before + script + after, encoding="utf-8")
        text = _drawn_by(browser, file, folder / "profile")
    return base64.b64decode(text)


def found_browser() -> str:
    """Return the path of a browser that can draw a picture.

    Raises
    ------
    PictureError
        If there is none.
    """
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None:
            return path
    raise PictureError(
        "PNG and SVG need Chromium or Chrome on the PATH, and there is neither; install one (on "
        "Debian: apt-get install chromium), or save the picture as .html"
    )


def _drawn_by(browser: str, file: Path, profile: Path) -> str:
    """Return what the script on a page left there: a file in base 64."""
    # A browser that root starts refuses to work in a sandbox.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    command = [
        browser,
        *_OPTIONS,
        *(["--no-sandbox"] if root else []),
        f"--user-data-dir={profile}",
        file.as_uri(),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - a browser from the PATH, a page of ours
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PictureError(f"{browser} could not draw the picture: {error}") from error
    image = re.search(r"<pre>([A-Za-z0-9+/=]+)</pre>", done.stdout)
    if image is None:
        failure = re.search(r"failed: [^<]*", done.stdout)
        last = (
            failure[0] if failure else (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        )
        raise PictureError(f"{browser} could not draw the picture: {last}")
    return image[1]
