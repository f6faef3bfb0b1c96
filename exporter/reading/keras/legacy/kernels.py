"""The kernels of old files, in the layout that Keras 3 gives its layers."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]

# What Theano calls a convolution turns the kernel, TensorFlow does not. Depthwise and separable
# layers are not among them: Keras turned their kernels itself before it gave them to Theano.
_TURNED_BY_THEANO: Final = frozenset(
    ["Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "ConvLSTM2D"]
)

# The axes of Keras 3's kernels in those of Keras 1, which had the filters first.
_FILTERS_FIRST: Final = {
    "Conv2D": (2, 3, 1, 0),
    "Conv2DTranspose": (2, 3, 0, 1),
    "Conv3D": (2, 3, 4, 1, 0),
    "ConvLSTM2D": (2, 3, 1, 0),
    "SeparableConv2D": (2, 3, 1, 0),
}
_KERNELS: Final = {"ConvLSTM2D": 2, "SeparableConv2D": 2}


def as_built(layer: Any, arrays: Arrays, version: str, backend: str) -> Arrays:
    """Return the weights of a layer of an old HDF5 file as the layer takes them.

    As Keras 2 did when it read them: kernels of Theano are turned by 180 degrees, those of
    Keras 1 have their axes exchanged.

    Parameters
    ----------
    layer
        The built layer of Keras 3: no wrapper, no model.
    arrays
        Its weights in the order of the file.
    version, backend
        As the file says them; empty where it does not, as in files of Keras 1.

    Returns
    -------
    list of ndarray
        The weights, the kernels first.
    """
    name = type(layer).__name__
    if name == "Highway":
        # At first each bias stood behind its kernel.
        return sorted(arrays, key=np.ndim, reverse=True)
    if name not in _TURNED_BY_THEANO | _FILTERS_FIRST.keys() or not arrays:
        return arrays
    count = _KERNELS.get(name, 1)
    kernels = [_with_axes(layer, name, kernel, version) for kernel in arrays[:count]]
    if backend == "theano" and name in _TURNED_BY_THEANO:
        kernels = [np.flip(kernel, tuple(range(kernel.ndim - 2))) for kernel in kernels]
    return [*kernels, *arrays[count:]]


def _with_axes(layer: Any, name: str, kernel: NDArray[Any], version: str) -> NDArray[Any]:
    """Return a kernel with its axes in Keras 3's order."""
    if version and version.split(".", maxsplit=1)[0] != "1":
        return kernel
    if name == "Conv1D" and kernel.ndim == len(_FILTERS_FIRST["Conv2D"]):
        return _of_conv1d(layer, kernel)
    if layer.data_format == "channels_first":
        axes: Sequence[int] | None = _FILTERS_FIRST.get(name)
    else:
        axes = (0, 1, 3, 2) if name == "Conv2DTranspose" else None
    if axes is None or len(axes) != kernel.ndim:
        return kernel
    exchanged = np.transpose(kernel, axes)
    # A file without a version is of Keras 1, or of a tool that writes as Keras 2 did.
    shape = tuple(layer.weights[0].shape)
    return kernel if not version and kernel.shape == shape != exchanged.shape else exchanged


def _of_conv1d(layer: Any, kernel: NDArray[Any]) -> NDArray[Any]:
    """Return the kernel of a Conv1D, which Keras 1 computed as one of two dimensions."""
    (length,), filters = layer.kernel_size, layer.filters
    # Before Keras 1.2 the filters came first.
    if kernel.shape[:2] != (length, 1) or kernel.shape[3] != filters:
        kernel = np.transpose(kernel, (2, 3, 1, 0))
    return kernel[:, 0]
