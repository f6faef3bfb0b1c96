"""Convolutions: each output reads a window of all input channels with a shared kernel."""

from typing import Any

import numpy as np

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.windows import windows
from exporter.wiring.wiring import Computed, Ids, NotWirableError, Weights, require_channels_last


@handles("Conv2D", "Convolution2D")
def conv2d(layer: Any, ids: Ids) -> Computed:
    """Join each output to its window; the kernel is shared by all positions."""
    require_channels_last(layer)
    if layer.groups != 1:
        raise NotWirableError(f"groups is {layer.groups}, not 1")
    kernel: Weights = np.asarray(layer.kernel, dtype=np.float32)
    seen = windows(ids, layer.kernel_size, layer.strides, layer.padding, layer.dilation_rate)
    # (y, x, channel, *window) becomes (y, x, filter, *window, channel): Keras's kernel order.
    seen = np.moveaxis(seen, 2, -1)[:, :, np.newaxis]
    filters = kernel.shape[-1]
    name, config = activation_of(layer.activation)
    return Computed(
        sources=np.broadcast_to(seen, (*seen.shape[:2], filters, *seen.shape[3:])),
        weights=np.moveaxis(kernel, -1, 0),
        rank=3,
        bias=np.asarray(layer.bias) if layer.use_bias else None,
        activation=name,
        activation_config=config,
    )
