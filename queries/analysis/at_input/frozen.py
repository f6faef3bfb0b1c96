"""A model at an input as an affine map, in which what each neuron passes on is frozen.

Each neuron is ``value = slope * (sum of multiplier * weight * source value + bias) + residual``.
Srinivas and Fleuret (2019), Full-gradient representation for neural network visualization, eq. 3,
has it for piecewise linear models and the gradient.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from queries.analysis.at_input.activity import Activity, Own
from queries.analysis.at_input.flowing import unit_slope
from queries.analysis.at_input.gates import gates_of
from queries.analysis.at_input.joined_network import JoinedNetwork
from queries.analysis.at_input.multipliers import Multipliers
from queries.analysis.at_input.over_axis import PULLED_BACK, OverAxis
from queries.analysis.at_input.rule import Rule
from queries.analysis.at_input.slopes import slopes_of
from queries.analysis.network import Network
from queries.analysis.operators import Flags, Scores
from queries.analysis.scaled_network import ScaledNetwork
from queries.core.layer import Layer


@dataclass(frozen=True)
class FrozenModel:
    """An affine map that is a model at an input, or the linear one of differences to a baseline.

    Parameters
    ----------
    network
        The model, each relationship weighing what passes over it.
    value, pre_activation
        Of each neuron, or what it has more than at the baseline: shape (neurons,).
    bias
        That of each neuron; 0 against a baseline.
    rest
        What a pre-activation has beside its bias and what is passed on to it: 0 unless products
        are not shared out.
    slope
        That of each neuron; 0 of those in ``over_axis``, which have none.
    over_axis
        By index the layers whose activation function takes several neurons together.
    """

    network: Network
    value: Scores
    pre_activation: Scores
    bias: Scores
    rest: Scores
    slope: Scores
    over_axis: Mapping[int, OverAxis]

    @property
    def residual(self) -> Scores:
        """What a value has beside the slope times what is passed on and the bias."""
        return self.value - self.slope * (self.pre_activation - self.rest)

    @cached_property
    def inputs(self) -> Flags:
        """Which neurons are those of inputs."""
        inputs = np.zeros(self.network.neurons, dtype=bool)
        for layer in self.network.layers:
            if layer.is_input:
                inputs[self.network.neurons_of(layer)] = True
        return inputs

    @property
    def unit_slope(self) -> Scores:
        """The slopes, and 1 of outputs and of what has none: these count before their function."""
        without = frozenset(self.over_axis)
        return np.concatenate(
            [unit_slope(self.network, self.slope, without, layer) for layer in self.network.layers]
        )

    def pulled_back(self, layer: Layer, gradient: Scores) -> Scores:
        """Return the gradient at the pre-activations of a layer by that at its values."""
        if layer.index in self.over_axis:
            return self.over_axis[layer.index].pulled_back(gradient)
        return self.slope[self.network.neurons_of(layer)] * gradient

    def scaled(self) -> ScaledNetwork:
        """Return the model with what a unit of the source's value adds to the target's as weights.

        An output is taken before its activation function. A softmax elsewhere is held at what it
        says: no relationship into it weighs anything.
        """
        slope = np.where(self.network.outputs, 1.0, self.slope)
        return ScaledNetwork(self.network, target=slope)

    def offsets(self) -> Scores:
        """Return what neurons of the scaled model have beside what is passed on to them."""
        outputs = self.network.outputs
        own = self.slope * self.bias + self.residual
        own = np.where(outputs, self.bias + self.rest, own)
        return np.where(self.inputs, 0.0, own)


def frozen(
    network: Network, own: Own, at: Activity, rule: Rule, baseline: Activity | None = None
) -> FrozenModel:
    """Return what a model is at an input.

    Parameters
    ----------
    network
        The model.
    own
        What its neurons have of their own.
    at
        What they have at the input.
    rule
        What stands for functions and products.
    baseline
        What they have at the baseline, for the slope ``rescale``.
    """
    start = baseline if rule.slope == "rescale" else None
    gates = gates_of(network) if rule.products == "frozen" else None
    before = None if start is None else start.value
    multipliers = Multipliers(rule.products, at.value, before, gates)
    value, pre_activation = at.value, at.pre_activation
    if start is not None:
        value, pre_activation = value - start.value, pre_activation - start.pre_activation
    slope, over_axis = np.ones(network.neurons), {}
    for layer in network.layers:
        place = network.neurons_of(layer)
        if layer.activation in PULLED_BACK:
            over_axis[layer.index] = OverAxis.at(layer, place, at, start)
            slope[place] = 0.0
        elif not layer.is_input:
            then = None if start is None else (start.pre_activation[place], start.value[place])
            slope[place] = slopes_of(
                layer, own.parameters(layer, place), at.pre_activation[place], at.value[place],
                slope=rule.slope, before=then,
            )  # fmt: skip
    joined = JoinedNetwork(network, multipliers)
    bias = own.bias if start is None else np.zeros(network.neurons)
    rest = _rest(joined, multipliers, value, pre_activation, bias)
    return FrozenModel(joined, value, pre_activation, bias, rest, slope, over_axis)


def _rest(
    network: JoinedNetwork,
    multipliers: Multipliers,
    value: Scores,
    pre_activation: Scores,
    bias: Scores,
) -> Scores:
    """Return what products have beside what is passed on to them."""
    leaving = [
        each for each in network.layers if each.edges and multipliers.leaves_rest(each.reduce)
    ]
    if not leaving:
        # In a large model an array of all neurons takes hundreds of megabytes.
        return np.broadcast_to(0.0, network.neurons)
    rest = np.zeros(network.neurons)
    for layer in leaving:
        for operator in network.operators(layer):
            own, passed_on = operator.targets, operator.sum_in(value[operator.sources])
            rest[own] = pre_activation[own] - bias[own] - passed_on
    return rest
