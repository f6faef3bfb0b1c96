"""Layers in which each output reads the one input at its place."""

from typing import Any

import numpy as np

from exporter.wiring.activation import ACTIVATION_LAYERS, TRUTHS, activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.operands import Operand, constant
from exporter.wiring.results import Computed, Floats, Ids


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
        is_exact=activation in TRUTHS,
    )


def affine(
    ids: Ids, weight: Operand, bias: Operand, activation: str | None = None, **config: Any
) -> Computed:
    """Multiply by a constant and add another, of which either may widen the output."""
    by, plus = (constant(value, ids.ndim) for value in (weight, bias))
    shape = np.broadcast_shapes(ids.shape, by.shape, plus.shape)
    widened = np.broadcast_to(ids, shape)
    offset = plus if plus.any() else None
    return one_to_one(widened, activation, weight=by, bias=offset, **config)


@handles("InputLayer")
def input_layer(layer: Any) -> Computed:
    """Make the model's input neurons; nothing feeds them."""
    shape = layer.batch_shape[1:]
    return Computed(
        sources=np.empty((*shape, 0), dtype=np.int64),
        weights=np.empty(0, dtype=np.float32),
        rank=len(shape),
    )


@handles("Activation", *ACTIVATION_LAYERS)
def activation(layer: Any, ids: Ids) -> Computed:
    """Apply the layer's activation function, with the layer's settings."""
    name, config = activation_of(layer)
    return one_to_one(ids, name, **config)


@handles("PReLU")
def prelu(layer: Any, ids: Ids) -> Computed:
    """Multiply negative values by the neuron's own slope."""
    return one_to_one(ids, "prelu", slope=np.asarray(layer.alpha, dtype=np.float64))
