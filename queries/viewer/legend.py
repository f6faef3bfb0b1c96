"""What the lines and rings of the picture mean."""

from html import escape
from typing import Final

from bokeh.models.widgets.markups import Div

from queries.core.colours import NEGATIVE, POSITIVE

PATH: Final = "#111111"
PICK: Final = "#e8590c"
LIT: Final = "#d6009e"

_SIGNS: Final = (("positive", POSITIVE), ("negative", NEGATIVE))
_STRONGEST: Final = ("strongest path", PATH)
_PICKED: Final = ("the pick", PICK)
_ANSWERED: Final = ("in the answer to Cypher", LIT)


def new_legend(*, at_input: bool, cypher: bool) -> Div:
    """Return the legend.

    Parameters
    ----------
    at_input
        Whether lines are what relationships pass on at an input, and not weights.
    cypher
        Whether neurons may be marked that an answer to Cypher has.
    """
    what = "" if at_input else " weight"
    signs = [(f"{sign}{what}", color) for sign, color in _SIGNS]
    lines = "".join(
        _key("line", f"background: {color}", text) for text, color in (*signs, _STRONGEST)
    )
    lines += _key("veil", "", "outside of the circuit") if at_input else ""
    rings = [("ring", *_PICKED), *([("ring square", *_ANSWERED)] if cypher else [])]
    marks = "".join(_key(kind, f"border-color: {color}", text) for kind, text, color in rings)
    return Div(
        text=f"<p class='legend'>{lines}{marks}</p>",
        name="legend",
        sizing_mode="stretch_width",
        disable_math=True,
        margin=(0, 5, 0, 5),
    )


def _key(kind: str, style: str, text: str) -> str:
    return f"<span class='key'><span class='{kind}' style='{style}'></span>{escape(text)}</span>"
