"""Layers that only move data: they make no neurons and no edges."""

from typing import Any

from exporter.wiring.handlers import handles
from exporter.wiring.wiring import Ids, Moved, require_channels_last


@handles("Flatten")
def flatten(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons as one row."""
    require_channels_last(layer)
    return Moved(ids.reshape(-1))


@handles("Reshape")
def reshape(layer: Any, ids: Ids) -> Moved:
    """Read the same neurons in another shape."""
    return Moved(ids.reshape(layer.target_shape))


@handles(
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)
def nothing_at_inference(layer: Any, ids: Ids) -> Moved:
    """Act in training only: at inference the input passes unchanged."""
    del layer
    return Moved(ids)
