"""What a load or a removal that did not end has left behind, and what to do about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from queries.errors import GraphNotFoundError, NeurongraphError

_Row = Mapping[Any, Any]


def left_of_load(graph: str | None, name: str) -> str:
    """Say what a load that did not end has left behind.

    Parameters
    ----------
    graph
        Where the graph is, as the user said it.
    name
        The name of the model.
    """
    from exporter.sinks.entries import REPLACED, STAGED
    from queries.core.schema import COMPLETE
    from queries.stores.unfinished import how_to_go_on, unfinished_texts

    try:
        location, rows = _models(graph)
    except GraphNotFoundError:
        return "Nothing was written."
    except NeurongraphError:
        return f"What is left of {name!r}, if anything, is not known; go on {how_to_go_on()}."
    is_complete = any(row["name"] == name and row["state"] == COMPLETE for row in rows)
    for suffix, state in ((STAGED, "as it was"), ("", ""), (REPLACED, "loaded")):
        these = [row for row in rows if row["name"] == name + suffix]
        for text in unfinished_texts(location, these):
            return f"{name!r} is {state}; {text}" if is_complete else text[0].upper() + text[1:]
    return _whole(rows, name, "not in the graph")


def left_of_removal(graph: str | None, name: str) -> str:
    """Say what a removal that did not end has left behind.

    Parameters
    ----------
    graph, name
        As in ``left_of_load``.
    """
    from queries.stores.location import locate
    from queries.stores.remedies import to_drop
    from queries.stores.unfinished import unfinished_texts

    try:
        location, rows = _models(graph)
    except NeurongraphError:
        again = to_drop(locate(graph).text, name)
        return f"What is left of {name!r}, if anything, is not known; go on with: {again}"
    for text in unfinished_texts(location, [row for row in rows if row["name"] == name]):
        return text[0].upper() + text[1:]
    return _whole(rows, name, "removed")


def _models(graph: str | None) -> tuple[str, Sequence[_Row]]:
    """Return where a graph is, and a row a model."""
    from queries.neurongraph import NeuronGraph

    with NeuronGraph(graph) as session:
        return session.location, session.models().to_dict("records")


def _whole(rows: Sequence[_Row], name: str, otherwise: str) -> str:
    is_there = any(row["name"] == name for row in rows)
    return f"{name!r} is {'as it was' if is_there else otherwise}."
