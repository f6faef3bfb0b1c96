"""Which layers of a graph are uses of one layer of the model, whose weights they share."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_USE: Final = re.compile(r":[0-9]+(?=/|$)")
"""What a load puts behind the name of a layer from its second use on, before that of a step."""


def first_uses(rows: Iterable[Mapping[Any, Any]]) -> dict[int, int]:
    """Return by the index of each layer that of the first use of the same layer, with weights.

    Parameters
    ----------
    rows
        Rows of the query ``layers``.

    Returns
    -------
    dict
        A layer that is used once, or has no parameters, stands for itself.
    """
    named = {row["name"]: row for row in rows}
    return {row["index"]: _first(row, named)["index"] for row in named.values()}


def _first(row: Mapping[Any, Any], named: Mapping[str, Mapping[Any, Any]]) -> Mapping[Any, Any]:
    # Parameters count at the first use. A layer may have been named ``dense:2`` by somebody.
    if row["parameters"]:
        return row
    for use in reversed(list(_USE.finditer(row["name"]))):
        first = named.get(row["name"][: use.start()] + row["name"][use.end() :])
        if first and first["parameters"] and first["class_name"] == row["class_name"]:
            return first
    return row
