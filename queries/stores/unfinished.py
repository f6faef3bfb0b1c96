"""Models whose load or removal has not ended: what they are, and what to do about them."""

from collections.abc import Iterable, Mapping
from typing import Any

from queries.core.schema import DROPPING, GRAPH_JSON, LOADING
from queries.core.wording import option, worded
from queries.stores.remedies import to_drop


def unfinished_texts(location: str, rows: Iterable[Mapping[Any, Any]]) -> list[str]:
    """Return a sentence for each model that is being loaded or removed, with what to do.

    Parameters
    ----------
    location
        Where the graph is.
    rows
        The properties ``name``, ``state`` and ``source`` of its models.
    """
    return [
        _text(location, row["name"], row["state"], row["source"])
        for row in rows
        if row["state"] in {LOADING, DROPPING}
    ]


def how_to_go_on() -> str:
    """Say how a load that has not ended is gone on with."""
    return (
        f"by the same {worded('command', 'call')} with {option('resume', True)} and without "
        f"{option('replace')}"
    )


def _text(location: str, name: str, state: str, source: str) -> str:
    drop = to_drop(location, name)
    if state == DROPPING:
        return (
            f"{name!r} is being removed from {location}, or its removal was interrupted; "
            f"go on with it: {drop}"
        )
    if source == GRAPH_JSON:
        return (
            f"the import of a circuit into {name!r} in {location} has not finished; if none is "
            f"running, import it again, or remove what there is: {drop}"
        )
    return (
        f"the load of {name!r} into {location} has not finished; if none is running, go on with "
        f"it {how_to_go_on()}; or remove it: {drop}"
    )
