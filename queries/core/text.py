"""Texts for people: values however long, and names from files."""

import json
from collections.abc import Mapping
from typing import Any, Final

GRAPH_VARIABLE: Final = "NEURONGRAPH_GRAPH"
"""The environment's say in which graph is meant."""

_LONGEST_LIST: Final = 6
_LONGEST_TEXT: Final = 200
_UNITS: Final = ("kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def shortened(value: Any) -> str:
    """Return a value as JSON, of which long lists and long texts show their beginning only.

    Parameters
    ----------
    value
        A parameter of a statement; a table or an array shows its kind and length.
    """
    if isinstance(value, str):
        beginning = json.dumps(value[:_LONGEST_TEXT], ensure_ascii=False)
        is_cut = len(value) > _LONGEST_TEXT
        return f'{beginning[:-1]}... {len(value)} characters"' if is_cut else beginning
    if isinstance(value, (list, tuple)):
        is_cut = len(value) > _LONGEST_LIST
        parts = [shortened(item) for item in (value[: _LONGEST_LIST // 2] if is_cut else value)]
        return f"[{', '.join([*parts, *[f'... {len(value)} in all'] * is_cut])}]"
    if isinstance(value, Mapping):
        items = [f"{json.dumps(str(name))}: {shortened(item)}" for name, item in value.items()]
        return f"{{{', '.join(items)}}}"
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if hasattr(value, "__len__"):
        return f"<{type(value).__name__} of {len(value)}>"
    return shortened(str(value))


def printable(text: str) -> str:
    """Return a text with its control characters escaped.

    Names come from model files; one that moves the cursor could hide what a table says.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def size_text(size: int) -> str:
    """Return a number of bytes as people read it, in powers of ten: ``1.2 GB``."""
    # Sizes that an attacker makes up have no names, and fit into no float.
    size = min(size, 10**24)
    power = (len(str(size)) - 1) // 3
    if power == 0:
        return f"{size} byte{'s' * (size != 1)}"
    return f"{size / 1000**power:,.1f} {_UNITS[power - 1]}"
