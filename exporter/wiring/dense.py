"""Dense layers: every unit reads the whole last axis of its input."""

from typing import Any

import numpy as np

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.wiring import Computed, Ids, Weights


@handles("Dense")
def dense(layer: Any, ids: Ids) -> Computed:
    """Join each unit to all inputs at its position."""
    kernel: Weights = np.asarray(layer.kernel, dtype=np.float32)
    units = kernel.shape[1]
    name, config = activation_of(layer.activation)
    return Computed(
        sources=np.broadcast_to(ids[..., np.newaxis, :], (*ids.shape[:-1], units, ids.shape[-1])),
        weights=kernel.T,
        rank=ids.ndim,
        bias=np.asarray(layer.bias) if layer.use_bias else None,
        activation=name,
        activation_config=config,
    )
