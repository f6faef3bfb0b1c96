"""What is said of the neurons that were picked."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids
from queries.analysis.path import Step
from queries.core.weight_bound import weight_bound
from queries.errors import NotFiniteError
from queries.methods.base import Weighing
from queries.plots.field import cells_of
from queries.viewer.shown import ShownGraph, ShownModel
from queries.viewer.view import View


@dataclass(frozen=True, eq=False)
class Facts:
    """What is said of some neurons.

    Parameters
    ----------
    neurons
        The neurons, counted from the model's first.
    numbers
        What is told, and the number as text.
    inputs, outputs
        The strongest of what feeds them, and of what they feed: name, weight, neurons. Of one
        neuron these are neurons; of several, channels, weighed by the sum of |weight|.
    path
        The strongest path through them: name, weight, neuron.
    field
        The receptive field over the first input layer that is in it: x, y, weight.
    field_layer
        Name of that layer; empty where the neurons are inputs themselves.
    """

    neurons: Ids
    numbers: tuple[tuple[str, str], ...]
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    path: pd.DataFrame
    field: pd.DataFrame
    field_layer: str


def facts_of(graph: ShownGraph, shown: ShownModel, view: View) -> Facts:
    """Return what is said of the neurons that a view has picked.

    Raises
    ------
    NeurongraphError
        If there are none of that name.
    """
    neurons = graph.chosen(shown, view.pick)
    field, layer = _field(graph, shown, neurons, view.by)
    return Facts(
        neurons,
        tuple(_numbers(graph, shown, neurons, view.by)),
        _strongest(graph, shown, neurons, view, "in"),
        _strongest(graph, shown, neurons, view, "out"),
        path_frame(shown, graph.path_through(shown, neurons, view.by)),
        field,
        layer,
    )


def path_frame(shown: ShownModel, steps: list[Step]) -> pd.DataFrame:
    """Return a row a neuron of a path: name, weight into it, neuron."""
    places = np.array([step.neuron for step in steps], dtype=np.int64)
    weights = np.array([step.weight for step in steps], dtype=np.float64)
    weights[:1] = np.nan
    names = shown.neurons["name"].to_numpy()[places]
    return pd.DataFrame({"name": names, "weight": weights, "neuron": places})


def _numbers(
    graph: ShownGraph, shown: ShownModel, neurons: Ids, by: Weighing
) -> list[tuple[str, str]]:
    part = shown.neurons.iloc[neurons]
    one = len(neurons) == 1
    layer = shown.layer_of(int(neurons[0]))
    mean = "" if one else "mean "
    said = [("id", str(part["id"].iloc[0])) if one else ("neurons", f"{len(neurons):,}")]
    bias = part["bias"].mean()
    said.append((f"{mean}bias", "none" if np.isnan(bias) else f"{bias:.4g}"))
    for name in ("in_strength", "out_strength", "katz", "path_centrality"):
        try:
            scores = graph.scores(shown, name, by)
        except NotFiniteError:
            said.append((f"{mean}{name.replace('_', ' ')}", "not defined"))
            continue
        value = float(scores[neurons].mean())
        said.append((f"{mean}{name.replace('_', ' ')}", f"{value:.4g}"))
        if one and name == "katz" and not np.isnan(value):
            of_layer = scores[layer.places(shown.first)]
            rank = int((of_layer > value).sum()) + 1
            said.append(("katz rank", f"{rank:,} of {len(of_layer):,}"))
    return said


def _strongest(
    graph: ShownGraph, shown: ShownModel, neurons: Ids, view: View, direction: Literal["in", "out"]
) -> pd.DataFrame:
    found = graph.joined(shown, neurons, direction, view.by)
    found = found[found["weight"].abs() >= weight_bound(view.min_weight, view.by)]
    if len(neurons) > 1:
        found = _by_channel(shown, found)
    else:
        names = shown.neurons["name"].to_numpy()[found["neuron"].to_numpy()]
        found = found.assign(name=names, neurons=found["neuron"].map(lambda place: [place]))
    order = np.argsort(-found["weight"].abs().to_numpy(), kind="stable")
    return found.iloc[order[: view.lines]].reset_index(drop=True)


def _by_channel(shown: ShownModel, found: pd.DataFrame) -> pd.DataFrame:
    """Add up absolute weights by the channel at the other end."""
    ends = shown.neurons[["layer_index", "channel"]].iloc[found["neuron"]].fillna(-1)
    joined = pd.DataFrame(
        {
            "layer": ends["layer_index"].to_numpy(),
            "channel": ends["channel"].to_numpy(),
            "neuron": found["neuron"].to_numpy(),
            "weight": found["weight"].abs().to_numpy(),
        }
    )
    groups = joined.groupby(["layer", "channel"])
    summed = groups.agg(weight=("weight", "sum"), neurons=("neuron", "unique"))
    names = [shown.channel_name(int(members[0])) for members in summed["neurons"]]
    return summed.assign(name=names).reset_index(drop=True)


def _field(
    graph: ShownGraph, shown: ShownModel, neurons: Ids, by: Weighing
) -> tuple[pd.DataFrame, str]:
    weight = graph.field(shown, neurons, by)
    for layer in shown.layers:
        places = layer.places(shown.first)
        # NaN is that of a neuron in the field.
        inside = ~(weight[places] <= 0)
        if not layer.inputs and inside.any():
            part = shown.neurons.iloc[places][inside]
            return cells_of(part.assign(weight=weight[places][inside])), layer.name
    return pd.DataFrame({"x": [], "y": [], "weight": []}), ""
