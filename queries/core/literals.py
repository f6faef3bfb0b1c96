"""Values as text that somebody is to read, change and run in Neo4j Browser.

Our own statements never take values as text. What is to be pasted must: neither a page of a guide
nor one statement in Browser has parameters.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

# Line ends are written as escapes, since an editor may change them.
_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"},
)


def literal(value: Any) -> str:
    """Return a value as Cypher reads it back.

    Parameters
    ----------
    value
        A text, a number, a truth value, None, or a list or mapping of such.
    """
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"'{value.translate(_ESCAPES)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, float) and math.isnan(value):
        return "0.0 / 0.0"
    if isinstance(value, float) and math.isinf(value):
        return f"{math.copysign(1.0, value)!r} / 0.0"
    # Cypher knows no sign + in an exponent.
    return repr(value).replace("e+", "e")


def operand(value: Any) -> str:
    """Return a value as Cypher reads it back wherever a parameter may stand.

    Parameters
    ----------
    value
        What ``literal`` takes.
    """
    text = literal(value)
    # A sign, or the slash of NaN and infinity, would bind less than what stands beside it.
    is_plain = not isinstance(value, (int, float)) or 0 <= value < math.inf
    return text if is_plain else f"({text})"
