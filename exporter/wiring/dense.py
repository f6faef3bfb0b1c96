"""Dense layers: every unit reads whole axes of its input."""

from dataclasses import replace
from typing import Any

import numpy as np

from exporter.wiring.activation import activation_of
from exporter.wiring.contraction import Contraction
from exporter.wiring.handlers import handles
from exporter.wiring.results import Computed, Ids
from exporter.wiring.variables import bias_of, float_weights


@handles("Dense")
def dense(layer: Any, ids: Ids) -> Computed:
    """Join each unit to all inputs at its position."""
    kernel = float_weights(layer.kernel)
    units = kernel.shape[1]
    name, config = activation_of(layer.activation)
    return Computed(
        sources=np.broadcast_to(ids[..., np.newaxis, :], (*ids.shape[:-1], units, ids.shape[-1])),
        weights=kernel.T,
        rank=ids.ndim,
        bias=bias_of(layer),
        activation=name,
        activation_config=config,
        channel_axis=-1,
    )


@handles("EinsumDense")
def einsum_dense(layer: Any, ids: Ids) -> Computed:
    """Join each output to the inputs that its equation adds up."""
    name, config = activation_of(layer.activation)
    return replace(
        Contraction.of(layer.equation, ids, float_weights(layer.kernel)).weighted,
        bias=bias_of(layer),
        activation=name,
        activation_config=config,
    )
