"""What all neurons put out at one input, in double precision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from queries.analysis.at_input.fan_in import by_fan_in
from queries.analysis.network import Network
from queries.analysis.neuron_output import REDUCE, WITHOUT_INPUTS, require_computable
from queries.analysis.not_finite import require_finite_weights
from queries.analysis.operators import Scores
from queries.core.activations import activated
from queries.core.layer import Layer
from queries.core.wording import option
from queries.errors import ParameterError


@dataclass(frozen=True)
class Own:
    """What neurons have of their own.

    Parameters
    ----------
    bias
        0 where there is none: shape (neurons,).
    slope
        What ``prelu`` takes: shape (neurons,).
    """

    bias: Scores
    slope: Scores

    def parameters(self, layer: Layer, neurons: slice) -> dict[str, Any]:
        """Return the parameters of the activation function of a layer of some neurons."""
        parameters = dict(layer.activation_config)
        if layer.activation == "prelu":
            parameters["slope"] = self.slope[neurons].reshape(layer.shape)
        return parameters


@dataclass(frozen=True)
class Activity:
    """What neurons have at an input.

    Parameters
    ----------
    value
        What each puts out: shape (neurons,).
    pre_activation
        What its activation function is applied to; of an input its value: shape (neurons,).
    """

    value: Scores
    pre_activation: Scores


def activity_at(network: Network, own: Own, inputs: Mapping[str, NDArray[Any]]) -> Activity:
    """Compute what all neurons put out at one input.

    Parameters
    ----------
    network
        The model.
    own
        What its neurons have of their own.
    inputs
        Values of the inputs of one sample, by the names of their layers.

    Raises
    ------
    GraphDamagedError
        If a layer says how it computes in a way that is not known.
    NotFiniteError, ParameterError
        If a neuron puts out what is not finite, since weights are not, or at this input.
    """
    require_computable(network.layers)
    value = np.zeros(network.neurons)
    pre_activation = np.zeros(network.neurons)
    for layer in network.layers:
        place = network.neurons_of(layer)
        if layer.name in inputs:
            value[place] = pre_activation[place] = inputs[layer.name].reshape(-1)
            continue
        pre_activation[place] = _joined(network, layer, value) + own.bias[place]
        value[place] = applied(layer, pre_activation[place], own.parameters(layer, place))
        if not np.isfinite(value[place]).all():
            require_finite_weights(network.layers, "what neurons pass on at an input")
            raise ParameterError(
                f"{option('input')}: at it layer {layer.name!r} puts out what is NaN or infinite, "
                "so that no contribution is defined"
            )
    return Activity(value, pre_activation)


def applied(layer: Layer, values: Scores, parameters: Mapping[str, Any]) -> Scores:
    """Apply the activation function of a layer to numbers of all of its neurons."""
    if layer.activation is None:
        return values
    shaped = values.reshape(1, *layer.shape)
    return np.asarray(activated(layer.activation, shaped, parameters), dtype=np.float64).reshape(-1)


def _joined(network: Network, layer: Layer, value: Scores) -> Scores:
    """Return the joined inputs of the neurons of a layer."""
    joined = np.full(layer.neurons, WITHOUT_INPUTS[layer.reduce])
    first = network.neurons_of(layer).start
    with np.errstate(invalid="ignore", over="ignore"):
        if layer.reduce == "sum":
            for operator in network.operators(layer):
                fed = slice(operator.targets.start - first, operator.targets.stop - first)
                joined[fed] += operator.sum_in(value[operator.sources])
            return joined
        for part in network.matrices(layer):
            each = part.matrix.data * value[part.sources][part.matrix.indices]
            for rows, entries in by_fan_in(part):
                fed_rows = rows + part.targets.start - first
                joined[fed_rows] = REDUCE[layer.reduce].reduce(each[entries], axis=1)
    return joined
