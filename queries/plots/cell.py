"""A page of Bokeh in the cell of a notebook, where the first one alone holds BokehJS.

Each page is in a frame of its own, so that nothing of it meets what else the notebook has. It
needs no other host, also where the notebook was saved or exported.
"""

import base64
import json
import re
import sys
import zlib
from html import escape
from secrets import token_hex
from typing import Any, Final

import bokeh
from bokeh.core.templates import FILE
from bokeh.embed import file_html
from bokeh.models import LayoutDOM
from bokeh.resources import Resources

from queries.core.progress import in_notebook

_NOWHERE: Final = "http://bokeh.invalid/"
_SCRIPT: Final = re.compile(
    rf'<script[^>]*\bsrc="{re.escape(_NOWHERE)}static/js/([\w-]+)\.min\.js[^"]*"[^>]*></script>'
)
_CELL: Final = """\
<div style="width: 100%; {size}">
<iframe id="{id}" title="{title}" srcdoc="{waiting}"
  style="{shape}; width: 100%; border: 0"></iframe>
</div>
<script>
(async () => {{
  const held = (window.neurongraphBokeh ??= {{}})
  {holding}
  const later = () => new Promise((resolve) => setTimeout(resolve, 100))
  const unpacked = async (packed) => {{
    const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))
    return new Response(stream).text()
  }}
  const script = async (name) => {{
    for (let tries = 0; held[name] === undefined; tries++) {{
      if (tries === 100) return null
      await later()
    }}
    if (typeof held[name] === "string") held[name] = unpacked(held[name])
    return held[name]
  }}
  const scripts = await Promise.all({names}.map(script))
  const frame = document.getElementById("{id}")
  if (scripts.includes(null)) {{
    frame.srcdoc = "{missing}"
    return
  }}
  let page = {page}
  for (const text of scripts)
    page = page.replace("<!--bokehjs-->", () => `<script>${{text}}<\\/script>`)
  frame.srcdoc = page
}})()
</script>"""
_MISSING: Final = (
    "<p>What draws this is in the cell of the first picture, which is gone: restart the kernel, "
    "and run the notebook again.</p>"
)

_held: dict[str, tuple[str, int]] = {}
"""The cell, and the number of its run, whose output holds a part of BokehJS."""


def in_cell(
    root: LayoutDOM, *, title: str, size: str, shape: str, template: Any = FILE, waiting: str = ""
) -> str:
    """Return HTML for the output of a cell, in which a page fills a frame as wide as the cell.

    Parameters
    ----------
    root
        What the page shows; it should fill the room that it has.
    title
        The title of the page, for those who cannot see it.
    size, shape
        Style sheets of the frame: how wide it may become, and its height or ratio.
    template
        A template of the page.
    waiting
        What stands there until it is drawn, and where scripts do not run.
    """
    nowhere = Resources(mode="server", root_url=_NOWHERE, minified=True)
    page = file_html(root, nowhere, title=title, template=template, suppress_callback_warning=True)
    names = [f"{part}-{bokeh.__version__}" for part in _SCRIPT.findall(page)]
    holding = [
        f'held["{name}"] ??= "{_packed(part)}"'
        for part, name in zip(_SCRIPT.findall(page), names, strict=True)
        if not _is_held(name)
    ]
    return _CELL.format(
        id=f"neurongraph-{token_hex(8)}",
        title=escape(title),
        size=size,
        shape=shape,
        waiting=escape(f"<p>{escape(waiting or title)}</p>"),
        missing=_MISSING,
        holding="\n  ".join(holding),
        names=json.dumps(names),
        # The page must not end the script that holds it.
        page=json.dumps(_SCRIPT.sub("<!--bokehjs-->", page)).replace("<", "\\u003c"),
    )


def _packed(part: str) -> str:
    """Return a part of BokehJS, compressed, in base 64."""
    components: list[Any] = [part]
    text = "\n".join(Resources(mode="inline", components=components).js_raw)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _is_held(name: str) -> bool:
    """Tell whether another output of the notebook holds a part of BokehJS; from then on one does.

    A cell that runs again has lost its output. Colab puts each output into a page of its own.
    """
    if not in_notebook() or "google.colab" in sys.modules:
        return False
    cell, count = _running()
    there = _held.get(name)
    if there is None or (there[0] == cell != "" and there[1] != count):
        _held[name] = cell, count
        return False
    return True


def _running() -> tuple[str, int]:
    """Return the cell that runs, as far as the front end says which, and the number of its run."""
    shell: Any = sys.modules["IPython"].get_ipython()
    return str(shell.get_parent().get("metadata", {}).get("cellId", "")), shell.execution_count
