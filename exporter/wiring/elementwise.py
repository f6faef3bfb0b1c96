"""Layers in which each output reads the one input at its place."""

from typing import Any

import numpy as np

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.wiring import Computed, Floats, Ids


def one_to_one(
    ids: Ids,
    activation: str | None = None,
    *,
    weight: Floats | float = 1.0,
    bias: Floats | None = None,
    slope: Floats | None = None,
    **config: Any,
) -> Computed:
    """Join each output to its own input; weight, bias and slope broadcast to the output."""
    weights = np.asarray(weight, dtype=np.float32)
    return Computed(
        sources=ids[..., np.newaxis],
        weights=weights[..., np.newaxis],
        rank=ids.ndim,
        bias=bias,
        activation=activation,
        activation_config=config,
        slope=slope,
    )


@handles("InputLayer")
def input_layer(layer: Any) -> Computed:
    """Make the model's input neurons; nothing feeds them."""
    shape = layer.batch_shape[1:]
    return Computed(
        sources=np.empty((*shape, 0), dtype=np.int64),
        weights=np.empty(0, dtype=np.float32),
        rank=len(shape),
    )


@handles("Activation")
def activation(layer: Any, ids: Ids) -> Computed:
    """Apply the layer's activation function."""
    name, config = activation_of(layer.activation)
    return one_to_one(ids, name, **config)


@handles("ReLU")
def relu(layer: Any, ids: Ids) -> Computed:
    """Apply the rectifier with the layer's slope, ceiling and threshold."""
    return one_to_one(
        ids,
        "relu",
        negative_slope=float(layer.negative_slope),
        max_value=None if layer.max_value is None else float(layer.max_value),
        threshold=float(layer.threshold),
    )


@handles("LeakyReLU")
def leaky_relu(layer: Any, ids: Ids) -> Computed:
    """Apply the rectifier with the layer's slope."""
    return one_to_one(ids, "leaky_relu", negative_slope=float(layer.negative_slope))


@handles("ELU")
def elu(layer: Any, ids: Ids) -> Computed:
    """Apply the exponential linear unit with the layer's alpha."""
    return one_to_one(ids, "elu", alpha=float(layer.alpha))


@handles("PReLU")
def prelu(layer: Any, ids: Ids) -> Computed:
    """Multiply negative values by the neuron's own slope."""
    return one_to_one(ids, "prelu", slope=np.asarray(layer.alpha, dtype=np.float64))


@handles("Softmax")
def softmax(layer: Any, ids: Ids) -> Computed:
    """Normalise along the layer's axis or axes."""
    axis = layer.axis
    several = isinstance(axis, (list, tuple))
    return one_to_one(ids, "softmax", axis=[int(a) for a in axis] if several else int(axis))
