"""Read the variables of Keras layers."""

from typing import Any

import numpy as np

from exporter.wiring.results import Floats, NotWirableError, Weights


def float_weights(variable: Any) -> Weights:
    """Return a kernel as an array of float32.

    Raises
    ------
    NotWirableError
        If it is quantized, so that it is no kernel without its scales.
    """
    values = np.asarray(variable)
    if not np.issubdtype(values.dtype, np.floating) and values.dtype.name != "bfloat16":
        raise NotWirableError(f"its kernel is quantized to {values.dtype}")
    return values.astype(np.float32, copy=False)


def bias_of(layer: Any) -> Floats | None:
    """Return the bias of a layer, None where it has none."""
    bias = getattr(layer, "bias", None)
    return None if bias is None else np.asarray(bias).astype(np.float64)


def in_reading_order(weights: Weights) -> Weights:
    """Lay weights out in memory in the order of their axes, so that blocks read row by row.

    An axis of stride 0, which repeats what is there once, stays one.
    """
    once = weights[tuple(slice(None) if step else slice(1) for step in weights.strides)]
    return np.broadcast_to(np.asarray(once, order="C"), weights.shape)
