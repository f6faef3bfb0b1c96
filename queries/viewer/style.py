"""How the page looks. It asks no other host for fonts or anything else."""

from collections.abc import Iterable
from typing import Any, Final

from bokeh.models import InlineStyleSheet, LayoutDOM
from jinja2 import Environment, Template

_SHEET: Final = """
:host { font-family: system-ui, sans-serif; font-size: 13px; color: #1c2430; }
h2 { font-size: 17px; margin: 2px 0 4px; overflow-wrap: anywhere; }
h3 { font-size: 13px; font-weight: 600; margin: 6px 0 0; min-height: 16px; }
p { margin: 2px 0; }
.hint { color: #3d4654; line-height: 1.5; }
.problem { color: #b3261e; }
.numbers { border-collapse: collapse; font-size: 13px; line-height: 1.25; }
.numbers th { text-align: left; font-weight: normal; color: #5b6472; padding: 1px 8px 1px 0;
  white-space: nowrap; vertical-align: top; }
.numbers td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.bk-clearfix { width: 100%; }
.list { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 19px; }
.list td, .list th { padding: 0 4px; border-bottom: 1px solid #e6e9ed; text-align: left; }
.list th { font-weight: 600; font-size: 12px; color: #5b6472; }
.list th:nth-child(n + 2):last-child { text-align: right; }
.list td { white-space: nowrap; }
.list .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.list a { text-decoration: none; }
.list a:hover, .list a:focus { text-decoration: underline; }
a { color: #1f4e9c; }
"""

TEMPLATE: Final[Template] = Environment(autoescape=True).from_string(
    """\
{% extends base %}
{% block preamble %}
<meta name="referrer" content="no-referrer">
{% endblock %}
{% block postamble %}
<style>
  html, body { height: 100%; margin: 0; background: #ffffff; }
  body { display: flow-root; padding: 6px 10px; box-sizing: border-box; }
</style>
<script>
  // The name of a neuron leads to it without another page, as if it were written under Find.
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node.dataset?.pick !== undefined)
    const find = window.Bokeh?.documents[0]?.get_model_by_name("find")
    if (!link || !find || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    find.value = link.dataset.pick
  })
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
