"""A circuit at an input of the small Sequential, by the formula of each neuron.

Each neuron is ``slope * (sum of weight * source + bias) + residual``; of a maximum the winner alone
counts. From the target backwards ``gradient`` is the sum over what a neuron feeds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from queries import NeuronGraph

Numbers = NDArray[np.float64]

_ACTIVATIONS: Final[dict[str, Callable[[Numbers], Numbers]]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
}


@dataclass
class AtInput:
    """What the neurons of the small Sequential put out, up to its ten logits.

    Attributes
    ----------
    neurons, edges
        The rows of the queries of these names.
    value, slope, winner
        Of each neuron; the winner is -1 where there is none.
    contribution
        Of each relationship.
    """

    neurons: pd.DataFrame
    edges: pd.DataFrame
    value: Numbers
    slope: Numbers
    winner: NDArray[np.integer[Any]]
    contribution: Numbers

    @property
    def activations(self) -> pa.Table:
        """The columns of ``ACTIVATES``, in no order, those that are 0 among them."""
        ids = np.random.default_rng(3).permutation(len(self.value))
        return pa.table(
            {
                "neuron": ids,
                "value": self.value[ids],
                "slope": self.slope[ids],
                "residual": np.zeros(len(ids)),
                "winner": pa.array(self.winner[ids], mask=self.winner[ids] < 0),
            }
        )


def at_input(graph: NeuronGraph, seed: int) -> AtInput:
    """Compute the values of neurons at a random input, by the rows of a graph."""
    neurons, edges, layers = graph.neurons(), graph.edges(), graph.layers()
    value = np.zeros(len(neurons))
    slope, winner = np.zeros(len(neurons)), np.full(len(neurons), -1)
    contribution = np.zeros(len(edges))
    source, target = edges["source"].to_numpy(), edges["target"].to_numpy()
    for layer in layers.to_dict("records"):
        own = np.arange(layer["first"], layer["last"] + 1)
        if layer["name"] == "pixels":
            value[own] = np.random.default_rng(seed).normal(size=len(own))
        if layer["name"] in {"pixels", "odds"}:
            continue
        into = np.flatnonzero(np.isin(target, own))
        carried = edges["weight"].to_numpy()[into] * value[source[into]]
        if layer["reduce"] == "max":
            order = np.lexsort((-carried, target[into]))
            first = np.unique(target[into][order], return_index=True)[1]
            into, carried = into[order][first], carried[order][first]
            winner[own] = source[into]
        z = np.asarray(np.bincount(target[into] - own[0], carried, len(own)), np.float64)
        z += neurons["bias"].fillna(0).to_numpy()[own]
        value[own] = _ACTIVATIONS.get(layer["activation"], np.positive)(z)
        slope[own] = value[own] / z
        contribution[into] = carried * slope[target[into]]
    return AtInput(neurons, edges, value, slope, winner, contribution)


def circuit(at: AtInput, target: str) -> tuple[dict[str, Any], pa.Table, pa.Table]:
    """Return what of ``norm`` and ``hidden`` explains a neuron of ``digits``.

    Of each two relationships into ``hidden`` one is left out.
    """
    names, layers = at.neurons["name"], at.neurons["layer"]
    (end,) = np.flatnonzero(names == target)
    source, into = at.edges["source"].to_numpy(), at.edges["target"].to_numpy()
    factor = at.edges["weight"].to_numpy() * at.slope[into]
    gradient = np.zeros(len(at.value))
    gradient[end] = 1
    hidden, norm = (np.flatnonzero(layers == name) for name in ("hidden", "norm"))
    for sources, targets in ((hidden, [end]), (norm, hidden)):
        some = np.isin(source, sources) & np.isin(into, targets)
        np.add.at(gradient, source[some], factor[some] * gradient[into[some]])
    kept = np.isin(into, hidden) & (source % 2 == 0) | np.isin(source, hidden) & (into == end)
    attribution = at.contribution * gradient[into]
    ids = np.concatenate([norm, hidden, [end]])
    bias = at.neurons["bias"].fillna(0).to_numpy() * at.slope * gradient
    arriving = np.bincount(into[kept], attribution[kept], len(at.value))
    left_out = at.value * gradient - bias - arriving
    nodes = pa.table(
        {
            "id": ids,
            "neuron": ids,
            "name": names[ids].to_numpy(object),
            "layer": layers[ids].to_numpy(object),
            "channel": at.neurons["channel"].to_numpy(np.int64)[ids],
            "value": at.value[ids],
            "slope": at.slope[ids],
            "gradient": gradient[ids],
            "attribution": (at.value * gradient)[ids],
            "bias": bias[ids],
            "left_out": left_out[ids],
        }
    )
    relationships = pa.table(
        {
            "source": source[kept],
            "target": into[kept],
            "weight": at.edges["weight"].to_numpy(np.float64)[kept],
            "contribution": at.contribution[kept],
            "attribution": attribution[kept],
        }
    )
    properties = {"target": target, "rule": "secant", "level": "neuron", "value": at.value[end]}
    return properties, nodes, relationships
