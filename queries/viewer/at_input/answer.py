"""An input, and what a model says of it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.operators import Scores
from queries.answers.attribution import Sample
from queries.answers.inputs.tokens import tables_of
from queries.errors import ParameterError
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.view import ACTIVATION, ATTRIBUTION, DIFFERENCE, View

MOST_OUTPUTS: Final = 5
"""Outputs that are listed, of each layer of them."""


@dataclass(frozen=True, eq=False)
class InputLayer:
    """What an input layer gets.

    Parameters
    ----------
    name
        Name of the layer.
    neurons
        Its neurons: channel, x, y, z, value.
    tokens
        Whether the values are numbers of tokens.
    """

    name: str
    neurons: pd.DataFrame
    tokens: bool


@dataclass(frozen=True, eq=False)
class Answer:
    """An input, and what a model says of it.

    Parameters
    ----------
    name
        Name of the input.
    label
        The class that stands beside the input; empty for none.
    inputs
        What each input layer gets.
    outputs
        The largest outputs of each layer that feeds none, largest first: name, value, logit (what
        it is before its activation function).
    names
        Names of all inputs.
    """

    name: str
    label: str
    inputs: tuple[InputLayer, ...]
    outputs: pd.DataFrame
    names: tuple[str, ...]


def answer_of(graph: PageGraph, model: PageModel, view: View) -> Answer:
    """Return the input of a view, and what its model says of it.

    Raises
    ------
    NeurongraphError
        If there is no such input, or the graph does not compute what its model does.
    """
    sample = graph.samples.sample(model.model, view.input, "")
    given = graph.samples.of(model.model)
    label = "" if given.labels is None else str(given.labels[given.names.index(sample.name)])
    inputs = tuple(
        InputLayer(
            layer.name,
            model.neurons[["channel", "x", "y", "z"]]
            .iloc[layer.places(model.first)]
            .assign(value=sample.at.value[layer.places(model.first)]),
            any(tables_of(layer, model.model)),
        )
        for layer in model.layers
        if layer.name in sample.inputs
    )
    return Answer(sample.name, label, inputs, _outputs(model, sample), given.names)


def scores_at(graph: PageGraph, model: PageModel, view: View) -> Scores:
    """Return what a view's colour tells of each neuron at an input.

    Raises
    ------
    NeurongraphError
        As ``answer_of``; or if the target is none, or there is no input beside.
    """
    if view.color == ATTRIBUTION:
        sample = graph.samples.sample(model.model, view.input, view.towards)
        return sample.conserving.neurons
    value = graph.samples.sample(model.model, view.input, "").at.value
    if view.color == ACTIVATION:
        return value
    if not view.beside:
        raise ParameterError(f"choose an input beside, to colour by {DIFFERENCE}")
    return value - graph.samples.sample(model.model, view.beside, "").at.value


def _outputs(model: PageModel, sample: Sample) -> pd.DataFrame:
    """Return the largest outputs of each layer that feeds none."""
    names = model.neurons["name"].to_numpy()
    frames = []
    for layer in model.model.outputs:
        places = np.arange(*layer.places(model.first).indices(len(names)))
        logit = sample.at.pre_activation[places]
        best = places[np.argsort(-logit, kind="stable")[:MOST_OUTPUTS]]
        columns = {"value": sample.at.value[best], "logit": sample.at.pre_activation[best]}
        frames.append(pd.DataFrame({"name": names[best], **columns}))
    return pd.concat(frames, ignore_index=True)
