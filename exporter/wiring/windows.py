"""Sliding windows over neuron ids, as Keras pads and strides them."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exporter.wiring.wiring import EMPTY, Ids


def _same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after one axis, as TensorFlow's SAME has it."""
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def windows(
    ids: Ids,
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int] | None = None,
) -> Ids:
    """Return the neuron ids in each window of a convolution or pooling.

    Parameters
    ----------
    ids
        Input neurons, shape ``(*space, channels)``.
    size, strides, dilation
        One number for each axis of space.
    padding
        ``"valid"`` or ``"same"``; padded positions are ``EMPTY``.

    Returns
    -------
    numpy.ndarray
        A view of shape ``(*positions, channels, *size)``.
    """
    dilation = dilation or [1] * len(size)
    reach = [(n - 1) * step + 1 for n, step in zip(size, dilation, strict=True)]
    if padding == "same":
        pads = [
            _same_padding(extent, window, stride)
            for extent, window, stride in zip(ids.shape, reach, strides, strict=False)
        ]
        ids = np.pad(ids, [*pads, (0, 0)], constant_values=EMPTY)
    view = sliding_window_view(ids, reach, axis=tuple(range(len(size))))
    at_stride = tuple(slice(None, None, stride) for stride in strides)
    at_dilation = tuple(slice(None, None, step) for step in dilation)
    return view[(*at_stride, slice(None), *at_dilation)]
