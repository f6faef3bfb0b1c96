"""Small models at an input, for tests of what they are there."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from exporter.model_graph import ModelNetwork
from exporter.planning.push import plan
from queries import NeuronGraph
from queries.analysis.at_input.activity import Activity, Own, activity_at
from queries.analysis.at_input.frozen import FrozenModel, frozen
from queries.analysis.at_input.rule import Rule
from queries.analysis.network import Network
from queries.analysis.operators import EdgeColumns, Scores
from queries.core.layer import Layer
from tests.opening import open_model
from tests.unit.builders import saved
from tests.unit.networks import random_network, readers, weights_of

ACTIVATIONS: Final[list[tuple[str | None, dict[str, Any]]]] = [
    (None, {}),
    ("relu", {}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("tanh", {}),
    ("sigmoid", {}),
    ("gelu", {}),
    ("relu6", {}),
    ("softmax", {"axis": -1}),
    ("sign", {}),
]
REDUCES: Final = ["sum", "sum", "max", "min", "product"]


@dataclass(frozen=True)
class Case:
    """A model, what its neurons have of their own, and what they have at two inputs."""

    network: Network
    own: Own
    at: Activity
    baseline: Activity

    def frozen(self, rule: Rule) -> FrozenModel:
        """Return the model at the input."""
        return frozen(self.network, self.own, self.at, rule, self.baseline)


def random_case(seed: int) -> Case:
    """Return a random model with every way to join inputs, and functions of all kinds."""
    plain, graph = random_network(seed)
    random = np.random.default_rng(seed)
    fed = {target for _, target, _ in weights_of(graph)}
    layers = [_active(layer, random, fed, plain.first) for layer in plain.layers]
    network = Network(layers, *readers(weights_of(graph), random))
    bias = random.normal(size=network.neurons)
    for layer in layers:
        if layer.class_name == "InputLayer":
            bias[network.neurons_of(layer)] = 0.0
    own = Own(bias, np.full(network.neurons, np.nan))
    return of_network(network, own, random)


def _active(layer: Layer, random: np.random.Generator, fed: set[int], first: int) -> Layer:
    if not layer.inputs and (layer.index == 0 or random.random() < 0.5):
        return replace(layer, class_name="InputLayer")
    activation, config = ACTIVATIONS[random.integers(len(ACTIVATIONS))]
    reduce = REDUCES[random.integers(len(REDUCES))]
    if not fed.issuperset(range(layer.first - first, layer.last + 1 - first)):
        reduce = "sum"
    return replace(layer, activation=activation, activation_config=config, reduce=reduce)


def of_network(network: Network, own: Own, random: np.random.Generator) -> Case:
    """Return a model at two random inputs."""
    ats = []
    for _ in range(2):
        inputs = {
            layer.name: random.normal(size=layer.neurons)
            for layer in network.layers
            if layer.class_name == "InputLayer"
        }
        ats.append(activity_at(network, own, inputs))
    return Case(network, own, *ats)


def of_keras(model: Any, folder: Path) -> tuple[ModelNetwork, Own]:
    """Return the network of a model of Keras, and what its neurons have of their own."""
    path = saved(model, folder / "model.keras")
    with NeuronGraph(path) as graph:
        rows = graph.neurons()
    own = Own(rows["bias"].fillna(0.0).to_numpy(), rows["slope"].to_numpy())
    return ModelNetwork(plan(open_model(path))), own


def edges_of(network: Network) -> EdgeColumns:
    """Return all relationships of a model."""
    everyone = np.ones(network.neurons, dtype=bool)
    return network.edges_between(everyone, everyone)


def added_up(model: FrozenModel, added: Scores) -> Scores:
    """Return what all neurons have, one after the other, where numbers are added to their values.

    The affine map is taken relationship by relationship, as its definition says.
    """
    source, target, weight = edges_of(model.network)
    value = np.zeros(model.network.neurons)
    pre_activation = np.zeros(model.network.neurons)
    for layer in model.network.layers:
        place = model.network.neurons_of(layer)
        own = slice(place.start, place.stop)
        for neuron in range(place.start, place.stop):
            into = target == neuron
            pre_activation[neuron] = weight[into] @ value[source[into]]
        pre_activation[own] += model.bias[own] + model.rest[own]
        if layer.index in model.over_axis:
            jacobian = np.stack(
                [model.over_axis[layer.index].pulled_back(unit) for unit in np.eye(layer.neurons)]
            )
            change = pre_activation[own] - model.pre_activation[own]
            value[own] = model.value[own] + jacobian @ change
        elif model.inputs[own].all():
            value[own] = pre_activation[own] = model.value[own]
        else:
            inner = model.slope[own] * (pre_activation[own] - model.rest[own])
            value[own] = inner + model.residual[own]
        value[own] += added[own]
    return np.stack([value, pre_activation])
