"""Receptive and projective fields: what feeds some neurons, and what they feed."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from queries.analysis import passes
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter

Direction = Literal["in", "out"]


def receptive_field(question: Question) -> pd.DataFrame:
    """Find what feeds some neurons, by layer."""
    return _by_layer(question, "in")


def projective_field(question: Question) -> pd.DataFrame:
    """Find what some neurons feed, by layer."""
    return _by_layer(question, "out")


def field_neurons(question: Question) -> pd.DataFrame:
    """Find the neurons of a field, each with the weight of its paths."""
    field = _field(question, question.values["direction"])
    among = question.neurons("among", ["id"])["id"]
    return question.answer(field[field["id"].isin(among)].reset_index(drop=True))


def _field(question: Question, direction: Direction) -> pd.DataFrame:
    """Return all neurons of a field by id, with their weight."""
    network, of = question.network, question.among("neurons")
    reach, add_up = {
        "in": (passes.reach_backward, passes.sums_backward),
        "out": (passes.reach_forward, passes.sums_forward),
    }[direction]
    weight = add_up(network, of.astype(np.float64))
    # At an input what passes nothing on is not in the field.
    inside = reach(network, of, above=-1.0 if question.frozen is None else 0.0)
    layers = [layer.name for layer in network.layers if inside[network.neurons_of(layer)].any()]
    # By layers, since the ids may be too many to be listed in a statement.
    frame = question.model.neurons(NeuronFilter(layer=layers))
    places = network.places(frame)
    frame["weight"] = weight[places]
    members: pd.DataFrame = frame[inside[places]].reset_index(drop=True)
    return members


def _by_layer(question: Question, direction: Direction) -> pd.DataFrame:
    sizes = {layer.name: layer.neurons for layer in question.layers}
    rows: list[dict[str, Any]] = []
    for (index, layer), part in _field(question, direction).groupby(["layer_index", "layer"]):
        axes = {
            f"{axis}_{end}": getattr(part[axis], end)()
            for axis in ("x", "y")
            for end in ("min", "max")
        }
        rows.append(
            {
                "layer_index": index,
                "layer": layer,
                "neurons": len(part),
                "share": len(part) / sizes[str(layer)],
                "channels": part["channel"].nunique() or pd.NA,
                "weight": part["weight"].sum(skipna=False),
                **axes,
            }
        )
    return question.typed_answer(question.rows(rows))
