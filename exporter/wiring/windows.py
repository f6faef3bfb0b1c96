"""Sliding windows over neuron ids, as Keras pads and strides them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exporter.wiring.results import EMPTY, Ids, NotWirableError
from queries.core.memory import fits_in_memory


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
        ``"valid"``, ``"same"`` or ``"causal"``; padded positions are ``EMPTY``.

    Returns
    -------
    numpy.ndarray
        A view of shape ``(*positions, channels, *size)``.
    """
    dilation = dilation or [1] * len(size)
    reach = [(n - 1) * step + 1 for n, step in zip(size, dilation, strict=True)]
    pads = [
        padding_of(padding, extent, window, stride)
        for extent, window, stride in zip(ids.shape, reach, strides, strict=False)
    ]
    if np.any(pads):
        _require_memory([n + sum(pad) for n, pad in zip(ids.shape, [*pads, (0, 0)], strict=True)])
        ids = np.pad(ids, [*pads, (0, 0)], constant_values=EMPTY)
    view = sliding_window_view(ids, reach, axis=tuple(range(len(size))))
    at_stride = tuple(slice(None, None, stride) for stride in strides)
    at_dilation = tuple(slice(None, None, step) for step in dilation)
    return view[(*at_stride, slice(None), *at_dilation)]


def padding_of(kind: str, extent: int, window: int, stride: int) -> tuple[int, int]:
    """Return the padding before and after one axis, as TensorFlow has it."""
    if kind == "causal":
        return window - 1, 0
    if kind == "same":
        outputs = -(-extent // stride)
        total = max((outputs - 1) * stride + window - extent, 0)
        return total // 2, total - total // 2
    return 0, 0


def _require_memory(shape: Sequence[int]) -> None:
    """Raise NotWirableError where padding, for which no weights stand, fills the memory."""
    if not fits_in_memory(math.prod(map(int, shape))):
        raise NotWirableError("its windows reach farther than fits into memory")


def transposed_windows(
    ids: Ids,
    size: Sequence[int],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
    outputs: Sequence[int],
) -> Ids:
    """Return the neuron ids that reach each output of a transposed convolution.

    It is the convolution over the inputs set ``stride`` apart, with the kernel turned round
    (Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, section 4).

    Parameters
    ----------
    ids
        Input neurons, shape ``(*space, channels)``.
    size, strides, dilation
        One number for each axis of space.
    padding
        ``"valid"`` or ``"same"``.
    outputs
        Size of the output along each axis of space.

    Returns
    -------
    numpy.ndarray
        A view of shape ``(*outputs, channels, *size)``, in the order of the kernel.
    """
    rank = len(size)
    reach = [(n - 1) * step + 1 for n, step in zip(size, dilation, strict=True)]
    room = [out + window - 1 for out, window in zip(outputs, reach, strict=True)]
    _require_memory([*room, ids.shape[-1]])
    apart = np.full([*room, ids.shape[-1]], EMPTY, dtype=np.int64)
    starts = [
        window - 1 - _padding_of_transposed(padding, extent, window, stride, out)
        for extent, window, stride, out in zip(ids.shape, reach, strides, outputs, strict=False)
    ]
    # Inputs whose place is beyond the last window reach no output.
    places = tuple(slice(start, None, step) for start, step in zip(starts, strides, strict=True))
    filled = apart[places]
    inside = tuple(slice(min(n, m)) for n, m in zip(filled.shape, ids.shape, strict=True))
    filled[inside] = ids[inside]
    view = sliding_window_view(apart, reach, axis=tuple(range(rank)))
    turned = tuple(slice(None, None, -step) for step in dilation)
    return view[(*[slice(None)] * (rank + 1), *turned)]


def _padding_of_transposed(kind: str, extent: int, window: int, stride: int, output: int) -> int:
    """Return the padding before an axis of the convolution whose transpose this is."""
    return max((extent - 1) * stride + window - output, 0) // 2 if kind == "same" else 0
