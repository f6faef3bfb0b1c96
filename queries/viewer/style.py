"""How the page looks, and what its script does. It asks no other host for anything."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any, Final

from bokeh.models import InlineStyleSheet, LayoutDOM
from jinja2 import Environment, Template

_HERE: Final = files("queries.viewer")
_SHEET: Final = (_HERE / "page.css").read_text(encoding="utf-8")

TEMPLATE: Final[Template] = Environment(autoescape=True).from_string(
    """\
{% extends base %}
{% block preamble %}
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{% endblock %}
{% block postamble %}
<style>
  html, body { height: 100%; margin: 0; background: #ffffff; }
  body { display: flow-root; padding: 6px 10px; box-sizing: border-box; }
  #said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  @media (prefers-color-scheme: dark) {
    html, body { background: #15181c; }
    /* It stands outside of all that the style sheet of the page reaches. */
    .bk-Tooltip {
      --background-color: #22272e; --color: #e4e7eb; --divider-color: #6b7480;
      --tooltip-arrow-color: #6b7480; --tooltip-arrow-inner-color: #22272e;
    }
  }
</style>
<p id="said" role="status"></p>
<script>
"""
    + (_HERE / "page.js").read_text(encoding="utf-8")
    + """
</script>
{% endblock %}
"""
)


def dress(root: LayoutDOM) -> None:
    """Give a layout and all in it the style of the page."""
    sheet = InlineStyleSheet(css=_SHEET)
    models: Iterable[Any] = root.select({"type": LayoutDOM})
    for model in models:
        model.stylesheets = [*model.stylesheets, sheet]
