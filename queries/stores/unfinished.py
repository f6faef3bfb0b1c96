"""Models whose load or removal has not ended: what they are, and what to do about them."""

from collections.abc import Iterable, Mapping
from typing import Any

from queries.core.schema import DROPPING, LOADING
from queries.core.wording import option, worded
from queries.stores.remedies import to_drop


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


def how_to_go_on() -> str:
    """Say how a load that has not ended is gone on with."""
    return (
        f"by the same {worded('command', 'call')} with {option('resume', True)} and without "
        f"{option('replace')}"
    )


def _text(location: str, name: str, state: str) -> str:
    drop = to_drop(location, name)
    if state == DROPPING:
        return (
            f"{name!r} is being removed from {location}, or its removal was interrupted; "
            f"go on with it: {drop}"
        )
    return (
        f"the load of {name!r} into {location} has not finished; if none is running, go on with "
        f"it {how_to_go_on()}; or remove it: {drop}"
    )
