"""Models whose load or removal has not ended: what they are, and what to do about them."""

from collections.abc import Iterable, Mapping
from typing import Any

from queries.core.schema import DROPPING, LOADING
from queries.core.wording import command, option, worded


def unfinished_texts(location: str, rows: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Return a sentence for each model that is being loaded or removed, with what to do.

    Parameters
    ----------
    location
        Where the graph is.
    rows
        The properties ``name`` and ``state`` of its models.
    """
    return [
        _text(location, row["name"], row["state"])
        for row in rows
        if row["state"] in {LOADING, DROPPING}
    ]


def _text(location: str, name: str, state: str) -> str:
    drop = command("drop", name, graph=location)
    if state == DROPPING:
        return (
            f"{name!r} is being removed from {location}, or its removal was interrupted; "
            f"go on with it: {drop}"
        )
    return (
        f"the load of {name!r} into {location} has not finished; if none is running, go on with "
        f"it by the same {worded('command', 'call')} with {option('resume', True)} and without "
        f"{option('replace')}; or remove it: {drop}"
    )
