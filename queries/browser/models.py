"""Which model of a graph a guide or favourites are about."""

from collections.abc import Sequence
from typing import Any

from queries.core.schema import COMPLETE
from queries.errors import ModelIncompleteError, ModelNotFoundError, listed, meant
from queries.neurongraph import NeuronGraph
from queries.stores.unfinished import unfinished_texts

Row = dict[str, Any]
"""A model, as the query ``models`` gives it."""


def all_models(graph: NeuronGraph) -> list[Row]:
    """Return the models of an open graph, complete or not."""
    rows = graph.models().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def complete_models(rows: Sequence[Row]) -> list[Row]:
    """Return those of some models that are wholly there."""
    return [row for row in rows if row["state"] == COMPLETE]


def select_model(location: str, rows: Sequence[Row], model: str | None) -> Row | None:
    """Return the model that is meant; None where no model is complete.

    Parameters
    ----------
    location
        Where the graph is.
    rows
        What ``all_models`` returned.
    model
        Its name; None for the complete model that was loaded last, of those with neurons if
        there are any.

    Raises
    ------
    ModelNotFoundError, ModelIncompleteError
        If there is no such model, or its load has not finished.
    """
    complete = complete_models(rows)
    if model is None:
        # A model of imported circuits has no layers, and little can be asked about it.
        return max(
            complete, key=lambda row: (bool(row["layers"]), str(row["loaded_at"])), default=None
        )
    for row in complete:
        if row["name"] == model:
            return row
    for text in unfinished_texts(location, [row for row in rows if row["name"] == model]):
        raise ModelIncompleteError(text)
    names = [str(row["name"]) for row in complete]
    raise ModelNotFoundError(
        f"there is no complete model {model!r}; those that are complete: {listed(names)}"
        f"{meant(model, names)}"
    )


def stored_records(graph: NeuronGraph, model: str) -> dict[str, list[str]]:
    """Return the names of what is stored wholly with a model.

    They are ``Input`` with what neurons put out at it, ``Circuit`` with attributions, and
    ``Traced``, a circuit of another tool, which has weights alone.

    Parameters
    ----------
    graph
        An open graph.
    model
        The name of the model.
    """
    inputs, circuits = (
        frame[frame["state"] == COMPLETE]
        for frame in (graph.inputs(model=model), graph.circuits(model=model))
    )
    traced = circuits["rule"].isna()
    return {
        "Input": inputs.loc[inputs["neurons"] > 0, "name"].tolist(),
        "Circuit": circuits.loc[~traced, "name"].tolist(),
        "Traced": circuits.loc[traced, "name"].tolist(),
    }
