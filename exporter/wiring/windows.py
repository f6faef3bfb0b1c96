"""Sliding windows over neuron ids, as Keras pads and strides them."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from exporter.wiring.results import EMPTY, Ids, NotWirableError
from queries.core.memory import fits_in_memory

Padding = str | Sequence[tuple[int, int]]
"""The kind of padding, as Keras names it, or how much it is before and after each axis of space."""


def windows(
    ids: Ids,
    size: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
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
        ``"valid"``, ``"same"`` or ``"causal"``, or how much before and after each axis of space;
        padded positions are ``EMPTY``.

    Returns
    -------
    numpy.ndarray
        A view of shape ``(*positions, channels, *size)``.
    """
    dilation = dilation or [1] * len(size)
    reach = [(n - 1) * step + 1 for n, step in zip(size, dilation, strict=True)]
    pads = _pads(padding, ids.shape, reach, strides)
    if np.any(pads):
        _require_memory([n + sum(pad) for n, pad in zip(ids.shape, [*pads, (0, 0)], strict=True)])
        ids = np.pad(ids, [*pads, (0, 0)], constant_values=EMPTY)
    view = sliding_window_view(ids, reach, axis=tuple(range(len(size))))
    at_stride = tuple(slice(None, None, stride) for stride in strides)
    at_dilation = tuple(slice(None, None, step) for step in dilation)
    return view[(*at_stride, slice(None), *at_dilation)]


def _pads(
    padding: Padding, extents: Sequence[int], reach: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int]]:
    """Return how much is put before and after each axis of space."""
    if not isinstance(padding, str):
        return [(before, after) for before, after in padding]
    axes = zip(extents, reach, strides, strict=False)
    return [padding_of(padding, extent, window, stride) for extent, window, stride in axes]


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
    padding: Padding,
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
        ``"valid"`` or ``"same"``, or how much before and after each axis of the output is left out.
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
    left_out = (
        [
            _left_out(padding, *each)
            for each in zip(ids.shape, reach, strides, outputs, strict=False)
        ]
        if isinstance(padding, str)
        else [before for before, _ in padding]
    )
    starts = [window - 1 - before for window, before in zip(reach, left_out, strict=True)]
    # Inputs whose place is beyond the first or the last window reach no output.
    skipped = [-(-max(-start, 0) // step) for start, step in zip(starts, strides, strict=True)]
    places = tuple(
        slice(start + skip * step, None, step)
        for start, skip, step in zip(starts, skipped, strides, strict=True)
    )
    filled = apart[places]
    reaching = ids[tuple(slice(skip, None) for skip in skipped)]
    inside = tuple(slice(min(n, m)) for n, m in zip(filled.shape, reaching.shape, strict=True))
    filled[inside] = reaching[inside]
    view = sliding_window_view(apart, reach, axis=tuple(range(rank)))
    turned = tuple(slice(None, None, -step) for step in dilation)
    return view[(*[slice(None)] * (rank + 1), *turned)]


def _left_out(kind: str, extent: int, window: int, stride: int, output: int) -> int:
    """Return the padding before an axis of the convolution whose transpose this is."""
    return max((extent - 1) * stride + window - output, 0) // 2 if kind == "same" else 0
