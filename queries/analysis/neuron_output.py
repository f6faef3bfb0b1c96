"""What a neuron puts out: its weighted inputs joined, its bias, and its activation function."""

import math
from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from queries.analysis.operators import Scores
from queries.core.activations import ACTIVATIONS, activated
from queries.core.layer import Layer
from queries.core.wording import option
from queries.errors import GraphDamagedError, listed

LARGEST: Final = float(np.finfo(np.float32).max)
"""What is beyond is infinite where Keras computes, in single precision."""

_INFINITE: Final = LARGEST + 2.0**103
"""Half a step beyond it, from which on single precision rounds to infinity."""

REDUCE: Final[Mapping[str, np.ufunc]] = {
    "max": np.maximum,
    "min": np.minimum,
    "product": np.multiply,
}
"""What joins the weighted inputs of a neuron that does not add them up."""

WITHOUT_INPUTS: Final = {"sum": 0.0, "max": -np.inf, "min": np.inf, "product": 1.0}
"""What a neuron has that nothing feeds, before its bias is added."""


def problem_of(layer: Layer) -> str:
    """Say why what a layer puts out cannot be computed; empty where it can.

    A graph that was edited or damaged may name anything, and say any arguments of it.
    """
    if layer.reduce not in WITHOUT_INPUTS:
        return f"its reduce is {layer.reduce!r}, and none of {listed(WITHOUT_INPUTS)}"
    if layer.activation is None:
        return ""
    if layer.activation not in ACTIVATIONS:
        return f"its activation is {layer.activation!r}, which is no function that is known"
    if math.prod(layer.shape) != layer.neurons:
        return f"its shape is {layer.shape}, and it has {layer.neurons:,} neurons"
    try:
        _activated(layer, np.zeros((layer.neurons, 1)), np.zeros(layer.neurons))
    except Exception as error:  # noqa: BLE001 - a function gets what the graph says
        arguments = dict(layer.activation_config)
        # Python begins with the name of the function that computes it.
        reason = str(error).partition("() ")[2] or str(error) or type(error).__name__
        return f"its activation is {layer.activation!r} of {arguments}: {reason.splitlines()[0]}"
    return ""


def require_computable(layers: Iterable[Layer]) -> None:
    """Raise GraphDamagedError where what one of some layers puts out cannot be computed."""
    for layer in layers:
        if problem := problem_of(layer):
            raise GraphDamagedError(
                f"what layer {layer.name!r} puts out cannot be computed: {problem}; load the model "
                f"again with {option('replace', True)}"
            )


def activated_output(layer: Layer, values: Scores, slope: Scores) -> Scores:
    """Apply the activation function of a layer, in single precision.

    Parameters
    ----------
    layer
        The layer, of which there is no problem.
    values
        Its joined inputs and biases: shape (neurons, samples).
    slope
        The slope of each neuron, which the function ``prelu`` takes.

    Returns
    -------
    numpy.ndarray
        The same shape.
    """
    return in_single_precision(_activated(layer, values, slope))


def doubly_activated(layer: Layer, values: Scores, slope: Scores) -> Scores:
    """Apply the activation function of a layer, as ``activated_output``, in double precision."""
    with np.errstate(all="ignore"):
        return _activated(layer, values, slope, np.float64)


def in_single_precision(values: Scores) -> Scores:
    """Make infinite what single precision does not hold, as rounding to it does."""
    beyond = np.abs(values) >= _INFINITE
    return np.where(beyond, np.copysign(np.inf, values), values) if beyond.any() else values


def _activated(
    layer: Layer, values: Scores, slope: Scores, precision: type[np.floating] = np.float32
) -> Scores:
    if layer.activation is None:
        return values
    parameters = dict(layer.activation_config)
    if layer.activation == "prelu":
        parameters["slope"] = slope.reshape(layer.shape)
    # Functions differ by precision where they overflow or round, and Keras computes in this one.
    shaped = values.T.reshape(-1, *layer.shape).astype(precision)
    result = activated(layer.activation, shaped, parameters)
    return result.reshape(len(values.T), len(values)).T.astype(np.float64)
