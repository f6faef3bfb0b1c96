"""Models whose load or removal has not ended: what they are, and what to do about them."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from queries.core.schema import DROPPING, LOADING


def unfinished_texts(location: str, rows: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Return a sentence for each model that is being loaded or removed, with what to do.

    Parameters
    ----------
    location
        Where the graph is.
    rows
        The properties ``name`` and ``state`` of its models.
    """
    ended = [row for row in rows if row["state"] in {LOADING, DROPPING}]
    return [_text(location, row["name"], row["state"]) for row in ended]


def _text(location: str, name: str, state: str) -> str:
    drop = f"neurongraph drop {shlex.quote(name)} --graph {shlex.quote(location)}"
    if state == DROPPING:
        return (
            f"{name!r} is being removed from {location}, or its removal was interrupted; "
            f"go on with it: {drop}"
        )
    return (
        f"the load of {name!r} into {location} has not finished; if none is running, go on with "
        f"it by the same command with --resume and without --replace; or remove it: {drop}"
    )
