"""Layers of old files that Keras 3 builds alike, and that computed something else."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

_TRANSPOSED: Final = frozenset(["Conv2DTranspose", "Conv3DTranspose"])
_POOLINGS: Final = frozenset(
    f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)
)
_WITH_WINDOWS: Final = (
    _TRANSPOSED
    | _POOLINGS
    | frozenset(f"{kind}{rank}D" for kind in ("Conv", "SeparableConv") for rank in (1, 2, 3))
    | {"DepthwiseConv2D"}
)
_RECURRENT: Final = "ConvLSTM2D"
_NOTE: Final = "_neurongraph_other_meaning"
_PADDED: Final = "with strides or a kernel of even size Theano pads otherwise than TensorFlow"
_INTERPOLATED: Final = "Theano interpolates otherwise than TensorFlow"
_TRAINS: Final = "it is called with training=True, and divides by statistics of its own input"
# Of a pooling window of odd size, if it is longer, Theano got a zero less.
_SHORTEST: Final = 2


def note_other_meanings(model: Any, backend: str) -> None:
    """Note of each layer of a file of Keras before 3 whether Keras 3 computes it otherwise.

    Theano pads by half a kernel on either side, TensorFlow by as little as it can, at the end
    rather than at the beginning. With strides, or kernels of even size, that is not the same. Nor
    is what Theano interpolates.

    A BatchNormalization that was called with ``training=True`` goes on to divide by what a batch
    says of itself when Keras 2 predicts; Keras 3 leaves that off.

    Parameters
    ----------
    model
        The model that Keras 3 built; its weights are not looked at.
    backend
        As the file says it.
    """
    layers = list(model._flatten_layers(include_self=False))
    for layer in _training(layers):
        setattr(layer, _NOTE, _TRAINS)
    if backend != "theano":
        return
    for layer in layers:
        if _is_padded_otherwise(layer):
            setattr(layer, _NOTE, _PADDED)
        elif _interpolates(layer):
            setattr(layer, _NOTE, _INTERPOLATED)


def other_meaning(layer: Any) -> str | None:
    """Return why a layer cannot be wired as Keras 3 has it, None where it can."""
    why: str | None = getattr(layer, _NOTE, None)
    return why


def _training(layers: Sequence[Any]) -> list[Any]:
    """Return the layers that normalize by their batch, since they, or models around them, train."""
    calling = [
        layer
        for layer in layers
        if any(node.arguments.kwargs.get("training") for node in layer._inbound_nodes)
    ]
    within = [inner for layer in calling for inner in layer._flatten_layers()]
    normalizations = {
        id(layer): layer for layer in within if type(layer).__name__ == "BatchNormalization"
    }
    return list(normalizations.values())


def _interpolates(layer: Any) -> bool:
    return type(layer).__name__ == "UpSampling2D" and layer.interpolation != "nearest"


def _is_padded_otherwise(layer: Any) -> bool:
    name = type(layer).__name__
    if name == _RECURRENT:
        # What it convolves of its state is always padded.
        strided = layer.padding == "same" and max(layer.strides) > 1
        return strided or any(size % 2 == 0 for size in layer.kernel_size)
    if name not in _WITH_WINDOWS or layer.padding != "same":
        return False
    windows = list(zip(*_windows(layer), strict=True))
    return any(
        _before_of_theano(name, extent) != _before_of_tensorflow(name, extent, stride, length)
        for lengths in _lengths(layer, len(windows))
        for (extent, stride), length in zip(windows, lengths, strict=True)
    )


def _windows(layer: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how far the window of a layer reaches along each axis, and its strides."""
    if type(layer).__name__ in _POOLINGS:
        return tuple(layer.pool_size), tuple(layer.strides)
    spread = zip(layer.kernel_size, layer.dilation_rate, strict=True)
    return tuple((size - 1) * rate + 1 for size, rate in spread), tuple(layer.strides)


def _lengths(layer: Any, rank: int) -> Iterator[Sequence[int | None]]:
    """Yield the lengths of the axes of space of each input; None where they are not known."""
    # A layer in a wrapper has no nodes of its own.
    if not layer._inbound_nodes:
        yield [None] * rank
    for node in layer._inbound_nodes:
        shape = tuple(node.input_tensors[0].shape[1:])
        yield shape[1:] if layer.data_format == "channels_first" else shape[:-1]


def _before_of_theano(name: str, extent: int) -> int:
    """Return how many zeros Theano put before an axis for Keras 2."""
    if name not in _POOLINGS:
        return extent // 2
    return extent - 2 if extent > _SHORTEST and extent % 2 else extent - 1


def _before_of_tensorflow(name: str, extent: int, stride: int, length: int | None) -> int | None:
    """Return how many zeros TensorFlow puts before an axis; None where that is not known."""
    if name in _TRANSPOSED:
        return max(extent - stride, 0) // 2
    if stride == 1:
        return (extent - 1) // 2
    if length is None:
        return None
    last = (math.ceil(length / stride) - 1) * stride
    return max(last + extent - length, 0) // 2
