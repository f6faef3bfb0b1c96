"""Fourier transforms: each is a product with a constant matrix, of pairs of real tensors.

A pair is the real and the imaginary part. The matrices are what NumPy makes of unit vectors.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.bounds import require_memory
from exporter.wiring import NotWirableError

_BYTES: Final = 16

Matrix = NDArray[np.complex128]


def _pair(x: Any, matrix: Matrix) -> Any:
    """Multiply a pair by a matrix along the last axis."""
    from keras import ops

    both = ops.concatenate(x, axis=-1)
    real, imaginary = matrix.real, matrix.imag
    made = ops.matmul(both, _single(np.block([[real, imaginary], [-imaginary, real]])))
    return tuple(ops.split(made, 2, axis=-1))


def _single(matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    return matrix.astype(np.float32)


def _units(length: int, outputs: int) -> NDArray[np.float64]:
    """Return unit vectors, if they and what becomes of them fit into memory."""
    require_memory(_BYTES * length * (length + 4 * outputs))
    return np.eye(length)


def _transform(length: int) -> Matrix:
    return np.fft.fft(_units(length, length))


def _fourier(_: Any, x: Any) -> Any:
    return _pair(x, _transform(x[0].shape[-1]))


def _fourier_of_both(x: Any, matrix_of: Callable[[int], Matrix]) -> Any:
    """Transform the last axis, then the one before."""
    from keras import ops

    for _ in range(2):
        made = _pair(x, matrix_of(x[0].shape[-1]))
        x = tuple(ops.swapaxes(part, -1, -2) for part in made)
    return x


def _fourier_2(_: Any, x: Any) -> Any:
    return _fourier_of_both(_of_space(x), _transform)


def _inverse_2(_: Any, x: Any) -> Any:
    return _fourier_of_both(_of_space(x), lambda length: _transform(length).conj() / length)


def _of_space(x: Any) -> Any:
    """Return a pair if its last two axes are no batch."""
    if len(x[0].shape) < 3:  # noqa: PLR2004 - the batch and two axes
        raise NotWirableError("it joins the samples of a batch")
    return x


def _of_real(x: Any, matrix: Matrix) -> Any:
    """Multiply a real tensor by a matrix along the last axis, and return a pair."""
    from keras import ops

    made = ops.matmul(x, _single(np.concatenate([matrix.real, matrix.imag], axis=-1)))
    return tuple(ops.split(made, 2, axis=-1))


def _real_fourier(operation: Any, x: Any) -> Any:
    count = x.shape[-1]
    length = operation.fft_length or count
    return _of_real(x, np.fft.rfft(_units(count, length), length))


def _inverse_real(operation: Any, x: Any) -> Any:
    return _to_real(x, operation.fft_length or 2 * (x[0].shape[-1] - 1))


def _to_real(x: Any, length: int, weights: Any = 1.0) -> Any:
    """Multiply a pair by the matrix of the inverse transform, and that by weights of its output."""
    from keras import ops

    units = _units(x[0].shape[-1], length)
    halves = [np.fft.irfft(factor * units, length) * weights for factor in (1, 1j)]
    return ops.matmul(ops.concatenate(x, axis=-1), _single(np.concatenate(halves)))


def _short_time(operation: Any, x: Any) -> Any:
    """Transform frames that are weighted by a window."""
    from keras import ops

    length = operation.fft_length
    if operation.center:
        sides = [[0, 0]] * (len(x.shape) - 1) + [[length // 2, length // 2]]
        x = ops.pad(x, sides, mode="reflect")
    frames = ops.extract_sequences(x, length, operation.sequence_stride)
    matrix = np.fft.rfft(_units(length, length))
    return _of_real(frames, _window(operation)[:, np.newaxis] * matrix)


def _inverse_short_time(operation: Any, x: Any) -> Any:
    """Add up frames where they overlap, and leave out what is around the centre."""
    from keras import ops

    length, stride = operation.fft_length, operation.sequence_stride
    frames = _to_real(x, length, _weights_of_overlaps(operation))
    count = frames.shape[-2]
    parts = -(-length // stride)
    rest = [[0, 0]] * (len(frames.shape) - 2)
    whole = ops.pad(frames, [*rest, [0, 0], [0, parts * stride - length]])
    shifted = [
        ops.pad(
            whole[..., part * stride : (part + 1) * stride],
            [*rest, [part, parts - 1 - part], [0, 0]],
        )
        for part in range(parts)
    ]
    made = ops.sum(ops.stack(shifted, axis=-1), axis=-1)
    flat = ops.reshape(made, (*made.shape[:-2], made.shape[-2] * stride))
    start = length // 2 if operation.center else 0
    end = length + stride * (count - 1) - start
    if operation.length is not None:
        end = min(end + start, start + operation.length)
    return flat[..., start:end]


def _weights_of_overlaps(operation: Any) -> Any:
    """Return what makes the inverse exact: the window, by the sum of its squares over all frames.

    Griffin and Lim (1984), Signal estimation from modified short-time Fourier transform.
    """
    if operation.window is None:
        return 1.0
    window, stride = _window(operation), operation.sequence_stride
    parts = -(-len(window) // stride)
    squares = np.pad(np.square(window), (0, parts * stride - len(window)))
    total = np.tile(squares.reshape(parts, stride).sum(axis=0), parts)[: len(window)]
    if not total.all():
        raise NotWirableError("its window gives some places no weight in any frame")
    return window / total


def _window(operation: Any) -> NDArray[np.float64]:
    """Return the weights of a frame, zeros around the window included."""
    length, window = operation.sequence_length, operation.window
    if window is None:
        return np.ones(operation.fft_length)
    if isinstance(window, str):
        # TensorFlow takes a whole period of a window of even length alone.
        period = max(length - length % 2, 1)
        turn = np.cos(2 * np.pi * np.arange(length) / period)
        least = 0.5 if window == "hann" else 0.54
        weights = least - (1 - least) * turn if length > 1 else np.ones(1)
    else:
        weights = np.asarray(window, dtype=np.float64)
    before = (operation.fft_length - length) // 2
    return np.pad(weights, (before, operation.fft_length - length - before))


SPECTRA: Final[Mapping[str, Callable[..., Any]]] = {
    "FFT": _fourier,
    "FFT2": _fourier_2,
    "IFFT2": _inverse_2,
    "IRFFT": _inverse_real,
    "ISTFT": _inverse_short_time,
    "RFFT": _real_fourier,
    "STFT": _short_time,
}
"""What stands for each operation, by its class."""
