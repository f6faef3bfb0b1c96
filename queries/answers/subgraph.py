"""Part of a graph for other tools."""

from typing import Any, Final

import numpy as np
import pandas as pd

from queries.answers.question import Question
from queries.answers.stored import by_ends
from queries.core.neuron_filter import NeuronFilter
from queries.export import subgraph
from queries.export.subgraph import Subgraph
from queries.library.queries import query

_LARGEST_BOUND: Final = 2.0**62
"""More than this no query takes as a smallest weight."""


def part(question: Question, least: float, k: int | None, most: int) -> Subgraph:
    """Return the relationships that a question means, with their neurons and all properties.

    Parameters
    ----------
    question
        A question of the query ``strongest_edges``, of which ``k`` counts only where it is given.
    least
        Smallest absolute weight.
    k
        How many of the strongest relationships; None for all.
    most
        How many relationships are allowed.
    """
    model, by = question.model, question.values["by"]
    ends = [question.values["source"], question.values["target"]]
    thinned = least > 0 or k is not None
    if not any(ends) and not thinned:
        # All relationships may be too many to be read at all.
        subgraph.check_size(sum(layer.edges for layer in question.layers), most)
    edges = subgraph.strongest(_strong_edges(question, least, k), by, least, k)
    subgraph.check_size(len(edges), most)
    joined = [edges["source"], edges["target"]]
    if not thinned:
        filters = [neurons for neurons in ends if neurons] or [NeuronFilter()]
        joined += [model.neurons(neurons, ["id"])["id"] for neurons in filters]
    return Subgraph(model.stored, by, _of_ids(question, pd.concat(joined)), edges)


def _strong_edges(question: Question, least: float, k: int | None) -> pd.DataFrame:
    """Return relationships with all properties, of which the store leaves weak ones out."""
    ends: dict[str, Any] = {name: question.values[name] for name in ("source", "target")}
    if k is not None:
        weights = abs(question.stored_answer()["weight"].to_numpy())
        # Infinite weights may be all that is taken.
        weakest = min(weights.min(), _LARGEST_BOUND) if len(weights) else 0.0
        least = max(least, weakest)
    # The statement looks at the weight itself; a graph that has more properties is small.
    by_weight = question.values["by"] == "weight"
    asked = question.also("edges", **ends, min_weight=least if by_weight else 0.0)
    return by_ends(asked.stored_answer())


def _of_ids(question: Question, ids: "pd.Series[int]") -> pd.DataFrame:
    """Return neurons by their ids, which may be too many to be listed in a statement."""
    unique = np.unique(ids)
    layers = [
        layer.name
        for layer in question.layers
        if ((unique >= layer.first) & (unique <= layer.last)).any()
    ]
    everything = [column.name for column in query("neurons").columns]
    everything += question.model.property_names()
    neurons = question.model.neurons(NeuronFilter(layer=layers), everything)
    frame: pd.DataFrame = neurons[neurons["id"].isin(unique)].reset_index(drop=True)
    return frame
