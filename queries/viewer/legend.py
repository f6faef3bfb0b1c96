"""What the lines and rings of the picture mean."""

from html import escape
from typing import Final

from bokeh.models.widgets.markups import Div

from queries.core.colours import NEGATIVE, POSITIVE

PATH: Final = "#111111"
PICK: Final = "#e8590c"
LIT: Final = "#d6009e"

_LINES: Final = (
    ("positive weight", POSITIVE), ("negative weight", NEGATIVE), ("strongest path", PATH),
)  # fmt: skip
_RINGS: Final = (("the pick", PICK), ("in the answer to Cypher", LIT))


def new_legend(*, cypher: bool) -> Div:
    """Return the legend.

    Parameters
    ----------
    cypher
        Whether neurons may be marked that an answer to Cypher has.
    """
    lines = "".join(_key("line", f"background: {color}", text) for text, color in _LINES)
    rings = "".join(
        _key("ring", f"border-color: {color}", text)
        for text, color in (_RINGS if cypher else _RINGS[:1])
    )
    return Div(
        text=f"<p class='legend'>{lines}{rings}</p>",
        name="legend",
        sizing_mode="stretch_width",
        disable_math=True,
        margin=(0, 5, 0, 5),
    )


def _key(kind: str, style: str, text: str) -> str:
    return f"<span class='key'><span class='{kind}' style='{style}'></span>{escape(text)}</span>"
