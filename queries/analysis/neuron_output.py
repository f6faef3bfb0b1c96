"""What a neuron puts out: its weighted inputs joined, its bias, and its activation function."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from queries.analysis.operators import Scores
from queries.core.activations import activated
from queries.core.layer import Layer

LARGEST: Final = float(np.finfo(np.float32).max)
"""What is beyond is infinite where Keras computes, in single precision."""

REDUCE: Final[Mapping[str, np.ufunc]] = {
    "max": np.maximum,
    "min": np.minimum,
    "product": np.multiply,
}
"""What joins the weighted inputs of a neuron that does not add them up."""

WITHOUT_INPUTS: Final = {"sum": 0.0, "max": -np.inf, "min": np.inf, "product": 1.0}
"""What a neuron has that nothing feeds, before its bias is added."""


def activated_output(layer: Layer, values: Scores, slope: Scores) -> Scores:
    """Apply the activation function of a layer, in single precision.

    Parameters
    ----------
    layer
        The layer.
    values
        Its joined inputs and biases: shape (neurons, samples).
    slope
        The slope of each neuron, which the function ``prelu`` takes.

    Returns
    -------
    numpy.ndarray
        The same shape; NaN where there is no such function.
    """
    return in_single_precision(_activated(layer, values, slope))


def in_single_precision(values: Scores) -> Scores:
    """Make infinite what single precision does not hold."""
    beyond = np.abs(values) > LARGEST
    return np.where(beyond, np.copysign(np.inf, values), values) if beyond.any() else values


def _activated(layer: Layer, values: Scores, slope: Scores) -> Scores:
    if layer.activation is None:
        return values
    parameters = dict(layer.activation_config)
    if layer.activation == "prelu":
        parameters["slope"] = slope.reshape(layer.shape)
    # Functions differ by precision where they overflow or round, and Keras computes in this one.
    shaped = values.T.reshape(-1, *layer.shape).astype(np.float32)
    try:
        result = activated(layer.activation, shaped, parameters)
        return result.reshape(len(values.T), len(values)).T.astype(np.float64)
    except Exception:  # noqa: BLE001 - a graph may name anything, and say any arguments of it
        return np.full(values.shape, np.nan)
