"""Batch normalization at inference: a scale and an offset for each channel."""

from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.wiring import Computed, Ids


@handles("BatchNormalization")
def batch_normalization(layer: Any, ids: Ids) -> Computed:
    """Fold the moving statistics into a weight and a bias a channel.

    Ioffe and Szegedy (2015), algorithm 2: ``gamma / sqrt(variance + epsilon)`` and
    ``beta - mean * weight``.
    """
    axis = layer.axis[0] if isinstance(layer.axis, (list, tuple)) else layer.axis
    axis = axis % (ids.ndim + 1) - 1
    along = [1] * ids.ndim
    along[axis] = ids.shape[axis]
    mean = np.asarray(layer.moving_mean, dtype=np.float64)
    weight = 1.0 / np.sqrt(np.asarray(layer.moving_variance, dtype=np.float64) + layer.epsilon)
    if layer.scale:
        weight *= np.asarray(layer.gamma)
    weight = weight.astype(np.float32)
    bias = -mean * weight
    if layer.center:
        bias += np.asarray(layer.beta)
    return Computed(
        sources=ids[..., np.newaxis],
        weights=weight.reshape((*along, 1)),
        rank=ids.ndim,
        bias=bias.reshape(along),
    )
