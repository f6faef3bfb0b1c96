"""The weights of gated recurrent layers, which Keras 1 and cuDNN kept in another order.

What is done with them is what Keras 2 did as it read such files.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]

_APART: Final = {"ConvLSTM2D": (0, 2, 1, 3), "GRU": (0, 1, 2), "LSTM": (0, 2, 1, 3)}
"""The places of the gates of Keras 3 among those of Keras 1."""

_OF_CUDNN: Final = {"GRU": 3, "GRUCell": 3, "LSTM": 4, "LSTMCell": 4}
"""How many gates the layers have that cuDNN computed."""

_WEIGHTS: Final = 3
"""The kernel of the input, that of the state, and the bias."""


def is_gated(layer: Any) -> bool:
    """Tell whether older files may keep the weights of a layer, or a cell, in another order."""
    return type(layer).__name__ in _APART.keys() | _OF_CUDNN.keys()


def arrays_of_each(layer: Any) -> int:
    """Return as how many arrays Keras 1 kept each weight of a layer, where it kept gates apart."""
    inner = layer.forward_layer if type(layer).__name__ == "Bidirectional" else layer
    return len(_APART.get(type(inner).__name__, (0,)))


def together(layer: Any, arrays: Arrays) -> Arrays:
    """Return the weights of a layer with their gates in the order of Keras 3.

    Parameters
    ----------
    layer
        The built layer of Keras 3: one that is recurrent, or a cell; others keep their weights.
    arrays
        Its weights in the order of the file.

    Returns
    -------
    list of ndarray
        The weights, one array for each that the layer has.
    """
    name = type(layer).__name__
    if name == "Bidirectional":
        half = len(arrays) // 2
        parts = (layer.forward_layer, arrays[:half]), (layer.backward_layer, arrays[half:])
        return [array for inner, own in parts for array in together(inner, own)]
    order = _APART.get(name, ())
    if order and len(arrays) == _WEIGHTS * len(order):
        # With channels first, the filters came first.
        axis = 0 if name == "ConvLSTM2D" and layer.data_format == "channels_first" else -1
        arrays = [
            np.concatenate([arrays[_WEIGHTS * gate + weight] for gate in order], axis=axis)
            for weight in range(_WEIGHTS)
        ]
    gates = _OF_CUDNN.get(name)
    if gates is None or len(arrays) != _WEIGHTS:
        return arrays
    kernel, recurrent, bias = arrays
    if bias.shape != (2 * gates * recurrent.shape[0],):
        return arrays
    return [
        _by_gate(kernel, gates, lambda own: own.T.reshape(own.shape, order="F")),
        _by_gate(recurrent, gates, np.transpose),
        bias.reshape(2, -1) if name.startswith("GRU") else bias.reshape(2, -1).sum(axis=0),
    ]


def _by_gate(
    kernel: NDArray[Any], gates: int, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> NDArray[Any]:
    parts: Sequence[NDArray[Any]] = np.split(kernel, gates, axis=1)
    return np.concatenate([change(part) for part in parts], axis=1)
