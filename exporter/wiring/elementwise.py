"""Layers in which each output reads the one input at its place."""

from typing import Any

import numpy as np

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.wiring import Computed, Ids, NotWirableError


def one_to_one(ids: Ids, activation: str | None, **config: Any) -> Computed:
    """Join each output to its own input by weight 1."""
    return Computed(
        sources=ids[..., np.newaxis],
        weights=np.ones((), dtype=np.float32),
        rank=ids.ndim,
        activation=activation,
        activation_config=config,
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


@handles("Softmax")
def softmax(layer: Any, ids: Ids) -> Computed:
    """Normalise along the layer's axis."""
    axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    if len(axes) != 1:
        raise NotWirableError(f"axis is {list(axes)}, not one axis")
    return one_to_one(ids, "softmax", axis=int(axes[0]))
