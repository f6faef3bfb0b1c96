"""Which model of a graph a guide or favourites are about."""

from collections.abc import Sequence
from typing import Any

from queries.core.schema import COMPLETE
from queries.errors import ModelNotFoundError, listed, meant
from queries.neurongraph import NeuronGraph

Row = dict[str, Any]
"""A model, as the query ``models`` gives it."""


def complete_models(graph: NeuronGraph) -> list[Row]:
    """Return the models that are wholly there.

    Parameters
    ----------
    graph
        An open graph.
    """
    frame = graph.models()
    rows = frame[frame["state"] == COMPLETE].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def select_model(rows: Sequence[Row], model: str | None) -> Row | None:
    """Return the model that is meant; None where there is none at all.

    Parameters
    ----------
    rows
        What ``complete_models`` returned.
    model
        Its name; None for the model that was loaded last.

    Raises
    ------
    ModelNotFoundError
        If there is no complete model of that name.
    """
    if model is None:
        return max(rows, key=lambda row: str(row["loaded_at"]), default=None)
    for row in rows:
        if row["name"] == model:
            return row
    names = [str(row["name"]) for row in rows]
    raise ModelNotFoundError(
        f"there is no complete model {model!r}{meant(model, names)}; those that are complete: "
        f"{listed(names)}"
    )
