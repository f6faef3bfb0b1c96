"""Recurrent layers whose weights older files keep in another order than Keras 3."""

from typing import Final

from exporter.reading.keras.legacy.version import major

_GATES_TOGETHER: Final = 2
_CUDNN: Final = frozenset(["CuDNNGRU", "CuDNNLSTM"])
_GATED: Final = frozenset(["ConvLSTM2D", "GRU", "LSTM"])


def why_refused(class_name: str, version: str) -> str | None:
    """Return why a layer cannot have its weights, None where it can.

    Parameters
    ----------
    class_name
        The class as the file has it.
    version
        The Keras version that wrote the file.
    """
    if class_name in _CUDNN:
        return "its weights are laid out as cuDNN takes them"
    if class_name in _GATED and major(version) < _GATES_TOGETHER:
        return "Keras 1 kept the weights of each gate apart"
    return None
