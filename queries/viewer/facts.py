"""Figures of the picked neurons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids
from queries.analysis.path import Step
from queries.core.weight_bound import weight_bound
from queries.errors import NotFiniteError
from queries.library.declaration import Weighing
from queries.plots.field import cells_of
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.view import View


@dataclass(frozen=True, eq=False)
class Facts:
    """Figures of some neurons.

    Parameters
    ----------
    neurons
        The neurons, counted from the model's first.
    numbers
        What it is, and the number as text.
    inputs, outputs
        The strongest of what feeds them, and of what they feed: name, weight, neurons. Of one
        neuron these are neurons; of several, channels, weighed by the sum of |weight|.
    path
        The strongest path through them: name, weight, neuron.
    field
        The receptive field over the first input layer that is in it: x, y, weight.
    field_layer
        Name of that layer; empty where the neurons are inputs themselves.
    effective
        The neurons of that layer with what they pass on to the picked ones, signed and added up:
        name, channel, x, y, z, weight.
    """

    neurons: Ids
    numbers: tuple[tuple[str, str], ...]
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    path: pd.DataFrame
    field: pd.DataFrame
    field_layer: str
    effective: pd.DataFrame


def facts_of(graph: PageGraph, model: PageModel, view: View) -> Facts:
    """Return the figures of the neurons that a view has picked.

    Raises
    ------
    NeurongraphError
        If there are none of that name.
    """
    neurons = graph.neurons_named(model, view.pick)
    field, layer = _field(graph, model, neurons, view.by)
    return Facts(
        neurons,
        tuple(_numbers(graph, model, neurons, view.by)),
        _strongest(graph, model, neurons, view, "in"),
        _strongest(graph, model, neurons, view, "out"),
        path_frame(model, graph.path_through(model, neurons, view.by)),
        field,
        layer,
        _effective(graph, model, neurons, view.by, layer),
    )


def path_frame(model: PageModel, steps: list[Step]) -> pd.DataFrame:
    """Return a row a neuron of a path: name, weight into it, neuron."""
    places = np.array([step.neuron for step in steps], dtype=np.int64)
    weights = np.array([step.weight for step in steps], dtype=np.float64)
    weights[:1] = np.nan
    names = model.neurons["name"].to_numpy()[places]
    return pd.DataFrame({"name": names, "weight": weights, "neuron": places})


def _numbers(
    graph: PageGraph, model: PageModel, neurons: Ids, by: Weighing
) -> list[tuple[str, str]]:
    part = model.neurons.iloc[neurons]
    one = len(neurons) == 1
    layer = model.layer_of(int(neurons[0]))
    mean = "" if one else "mean "
    numbers = [("id", str(part["id"].iloc[0])) if one else ("neurons", f"{len(neurons):,}")]
    bias = part["bias"].mean()
    numbers.append((f"{mean}bias", "none" if np.isnan(bias) else f"{bias:.4g}"))
    for name in ("in_strength", "out_strength", "katz", "path_centrality"):
        try:
            scores = graph.scores(model, name, by)
        except NotFiniteError:
            numbers.append((f"{mean}{name.replace('_', ' ')}", "not defined"))
            continue
        value = float(scores[neurons].mean())
        numbers.append((f"{mean}{name.replace('_', ' ')}", f"{value:.4g}"))
        if one and name == "katz" and not np.isnan(value):
            of_layer = scores[layer.places(model.first)]
            rank = int((of_layer > value).sum()) + 1
            numbers.append(("katz rank", f"{rank:,} of {len(of_layer):,}"))
    return numbers


def written_numbers(
    graph: PageGraph, model: PageModel, facts: Facts, view: View, names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return properties of the picked neurons as ``Facts`` has numbers.

    Parameters
    ----------
    graph, model
        The graph, and the model.
    facts, view
        Figures of the neurons that the view has picked.
    names
        Names of properties that were written.
    """
    mean = "" if len(facts.neurons) == 1 else "mean "
    return tuple(
        (f"{mean}property {name}", "none" if np.isnan(value) else f"{value:.4g}")
        for name, value in graph.written_of(model, view.pick, names).items()
    )


def _strongest(
    graph: PageGraph, model: PageModel, neurons: Ids, view: View, direction: Literal["in", "out"]
) -> pd.DataFrame:
    edges = graph.connections(model, neurons, direction, view.by)
    edges = edges[edges["weight"].abs() >= weight_bound(view.min_weight, view.by)]
    return strongest(model, neurons, edges, view.lines, signed=False)


def strongest(
    model: PageModel, neurons: Ids, edges: pd.DataFrame, count: int, *, signed: bool
) -> pd.DataFrame:
    """Return the strongest of some relationships, as ``Facts`` has them.

    Parameters
    ----------
    model
        The model.
    neurons
        The neurons at one end; of several, channels at the other end are meant.
    edges
        The relationships: neuron (at the other end), weight.
    count
        How many.
    signed
        Whether those of a channel are added up with their signs.
    """
    if len(neurons) > 1:
        edges = _by_channel(model, edges if signed else edges.assign(weight=edges["weight"].abs()))
    else:
        names = model.neurons["name"].to_numpy()[edges["neuron"].to_numpy()]
        edges = edges.assign(name=names, neurons=edges["neuron"].map(lambda place: [place]))
    order = np.argsort(-edges["weight"].abs().to_numpy(), kind="stable")
    return edges.iloc[order[:count]].reset_index(drop=True)


def _by_channel(model: PageModel, edges: pd.DataFrame) -> pd.DataFrame:
    """Add up weights by the channel at the other end."""
    ends = model.neurons[["layer_index", "channel"]].iloc[edges["neuron"]].fillna(-1)
    frame = pd.DataFrame(
        {
            "layer": ends["layer_index"].to_numpy(),
            "channel": ends["channel"].to_numpy(),
            "neuron": edges["neuron"].to_numpy(),
            "weight": edges["weight"].to_numpy(),
        }
    )
    groups = frame.groupby(["layer", "channel"])
    summed = groups.agg(weight=("weight", "sum"), neurons=("neuron", "unique"))
    names = [model.channel_name(int(members[0])) for members in summed["neurons"]]
    return summed.assign(name=names).reset_index(drop=True)


def _field(
    graph: PageGraph, model: PageModel, neurons: Ids, by: Weighing
) -> tuple[pd.DataFrame, str]:
    weight = graph.field(model, neurons, by)
    for layer in model.layers:
        places = layer.places(model.first)
        # NaN is that of a neuron in the field.
        inside = ~(weight[places] <= 0)
        if not layer.inputs and inside.any():
            part = model.neurons.iloc[places][inside]
            return cells_of(part.assign(weight=weight[places][inside])), layer.name
    return pd.DataFrame({"x": [], "y": [], "weight": []}), ""


def _effective(
    graph: PageGraph, model: PageModel, neurons: Ids, by: Weighing, name: str
) -> pd.DataFrame:
    columns = ["name", "channel", "x", "y", "z"]
    layer = next((each for each in model.layers if each.name == name), None)
    if layer is None:
        return pd.DataFrame(columns=[*columns, "weight"])
    places = layer.places(model.first)
    weight = graph.field(model, neurons, by, "signed")[places]
    return model.neurons[columns].iloc[places].assign(weight=weight)
