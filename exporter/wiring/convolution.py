"""Convolutions: each output reads a window of input channels with a shared kernel."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.activation import activation_of
from exporter.wiring.depthwise import depthwise_values
from exporter.wiring.handlers import handles
from exporter.wiring.layout import as_laid_out, by_channel, channel_axis, channels_last
from exporter.wiring.results import (
    EMPTY,
    Chain,
    Computed,
    Floats,
    Ids,
    NotWirableError,
    Stage,
    Weights,
)
from exporter.wiring.variables import bias_of, float_weights
from exporter.wiring.windows import transposed_windows, windows


@handles("Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D")
def convolution(layer: Any, ids: Ids) -> Computed:
    """Join each output to its window; the kernel is shared by all positions."""
    view = _windows(layer, ids)
    return whole(layer, view, float_weights(layer.kernel), layer.groups, bias_of(layer))


@handles("ops.Conv")
def convolution_by(operation: Any, ids: Ids, kernel: Floats) -> Computed:
    """Join each output to its window, by a kernel that is a constant."""
    layer = _as_layer(operation, kernel)
    view = _windows(layer, ids)
    channels = ids.shape[channel_axis(layer)]
    groups = channels // kernel.shape[-2]
    return whole(layer, view, kernel.astype(np.float32), groups, None)


@handles("ops.DepthwiseConv")
def depthwise_convolution_by(operation: Any, ids: Ids, kernel: Floats) -> Computed:
    """Join each output to its window of one input channel, by a kernel that is a constant."""
    layer = _as_layer(operation, kernel)
    return _depthwise(layer, ids, kernel.astype(np.float32), None, None)


def _as_layer(operation: Any, kernel: Floats) -> "_AsLayer":
    if np.asarray(kernel).dtype == np.int64:
        raise NotWirableError("its kernel depends on its input")
    return _AsLayer(
        kernel_size=kernel.shape[:-2],
        strides=_each(operation.strides, kernel),
        padding=operation.padding,
        dilation_rate=_each(operation.dilation_rate, kernel),
        data_format=operation.data_format or "channels_last",
    )


@handles("ops.Fold")
def folded(operation: Any, ids: Ids) -> Computed:
    """Add up the patches where they overlap in an image."""
    size, image, steps, dilation, pads = (
        (setting, setting) if isinstance(setting, int) else tuple(setting)
        for setting in (
            operation.kernel_size,
            operation.output_size,
            operation.stride,
            operation.dilation,
            operation.padding,
        )
    )
    padded = [extent + 2 * pad for extent, pad in zip(image, pads, strict=True)]
    places = [
        (extent - each * (window - 1) - 1) // step + 1
        for extent, each, window, step in zip(padded, dilation, size, steps, strict=True)
    ]
    patches = ids.reshape((-1, *size, *places))
    sources = np.full((len(patches), *padded, size[0] * size[1]), EMPTY, dtype=np.int64)
    for at, (row, column) in enumerate(np.ndindex(*size)):
        rows = row * dilation[0] + steps[0] * np.arange(places[0])
        columns = column * dilation[1] + steps[1] * np.arange(places[1])
        sources[:, rows[:, np.newaxis], columns, at] = patches[:, row, column]
    inside = tuple(slice(pad, pad + extent) for pad, extent in zip(pads, image, strict=True))
    return Computed(sources[(slice(None), *inside)], np.ones((), np.float32), 3, channel_axis=0)


@dataclass(frozen=True)
class _AsLayer:
    """The settings of an operation, as a layer has them."""

    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str
    dilation_rate: tuple[int, ...]
    data_format: str
    activation: None = None


def _each(setting: Any, kernel: Floats) -> tuple[int, ...]:
    """Return one number for each axis of space."""
    return (setting,) * (kernel.ndim - 2) if isinstance(setting, int) else tuple(setting)


@handles(
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "Convolution1DTranspose",
    "Convolution2DTranspose",
    "Convolution3DTranspose",
)
def transposed_convolution(layer: Any, ids: Ids) -> Computed:
    """Join each output to the inputs that reach it through the kernel."""
    view = transposed_windows(
        channels_last(layer, ids),
        layer.kernel_size,
        layer.strides,
        layer.padding,
        layer.dilation_rate,
        _space(layer, ids),
    )
    kernel = np.moveaxis(float_weights(layer.kernel), -1, -2)
    return whole(layer, view, kernel, 1, bias_of(layer))


@handles("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise_convolution(layer: Any, ids: Ids) -> Computed:
    """Join each output to its window of one input channel."""
    return _depthwise(layer, ids, float_weights(layer.kernel), bias_of(layer), layer.activation)


@handles("SeparableConv1D", "SeparableConv2D", "SeparableConvolution1D", "SeparableConvolution2D")
def separable_convolution(layer: Any, ids: Ids) -> Chain:
    """Convolve each channel by itself, then mix the channels of each position."""
    del ids
    by_itself = float_weights(layer.depthwise_kernel)
    mixing = float_weights(layer.pointwise_kernel)

    def depthwise(ids: Ids) -> Computed:
        return _depthwise(layer, ids, by_itself, None, None)

    def pointwise(ids: Ids) -> Computed:
        space = [1] * len(layer.kernel_size)
        view = windows(channels_last(layer, ids), space, space, "valid")
        return whole(layer, view, mixing, 1, bias_of(layer))

    def depthwise_output(images: NDArray[Any]) -> NDArray[Any]:
        settings = (layer.strides, layer.padding, layer.dilation_rate)
        return depthwise_values(images, by_itself, *settings, channel_axis(layer))

    inside = by_itself.size
    return Chain(
        (
            Stage("depthwise", depthwise, inside, depthwise_output),
            Stage("pointwise", pointwise, layer.count_params() - inside),
        )
    )


def _windows(layer: Any, ids: Ids) -> Ids:
    """Return the inputs of each position, shape ``(*position, channels, *window)``."""
    return windows(
        channels_last(layer, ids),
        layer.kernel_size,
        layer.strides,
        layer.padding,
        layer.dilation_rate,
    )


def _space(layer: Any, ids: Ids) -> tuple[int, ...]:
    """Return the shape of a layer's output without batch and channels."""
    shape = layer.compute_output_shape((1, *ids.shape))[1:]
    return tuple(shape[1:] if channel_axis(layer) == 0 else shape[:-1])


def whole(layer: Any, view: Ids, kernel: Weights, groups: int, bias: Floats | None) -> Computed:
    """Read all channels of a group.

    Parameters
    ----------
    layer
        Has the attributes ``kernel_size``, ``data_format`` and ``activation``.
    view
        The inputs of each position, shape ``(*position, channels, *window)``.
    kernel
        Shape ``(*window, channels of a group, filters)``.
    groups
        Into how many groups the channels are split.
    bias
        One a filter; None for none.
    """
    space = len(layer.kernel_size)
    filters = kernel.shape[-1] // groups
    # (*position, channel, *window) becomes (*position, group, filter, *window, channel).
    split = view.reshape((*view.shape[:space], groups, -1, *view.shape[space + 1 :]))
    sources = np.moveaxis(split, space + 1, -1)
    sources = np.expand_dims(sources, space + 1)
    weights = np.moveaxis(kernel, -1, 0)
    weights = weights.reshape((groups, filters, *weights.shape[1:]))
    return _shared(layer, sources, weights, bias, layer.activation)


def _depthwise(
    layer: Any, ids: Ids, kernel: Weights, bias: Floats | None, activation: Any
) -> Computed:
    """Read one channel: kernel of shape ``(*window, channels, multiplier)``."""
    view = _windows(layer, ids)
    sources = np.expand_dims(view, len(layer.kernel_size) + 1)
    weights = np.moveaxis(kernel, (-2, -1), (0, 1))
    return _shared(layer, sources, weights, bias, activation)


def _shared(
    layer: Any, sources: Ids, weights: Weights, bias: Floats | None, activation: Any
) -> Computed:
    """Share weights of shape ``(group, filter, *fan_in)`` among all positions.

    ``sources`` has the shape ``(*position, group, 1 for the filter, *fan_in)``.
    """
    space = len(layer.kernel_size)
    groups, filters = weights.shape[:2]
    shape = (*sources.shape[:space], groups, filters, *sources.shape[space + 2 :])
    sources = np.broadcast_to(sources, shape)
    axis = channel_axis(layer)
    if axis == 0:
        sources = as_laid_out(layer, as_laid_out(layer, sources, space + 1), space + 1)
        weights = np.expand_dims(weights, tuple(range(2, space + 2)))
    positions = shape[:space]
    channels = groups * filters
    name, config = activation_of(activation)
    return Computed(
        sources=sources,
        weights=weights,
        rank=space + 2,
        output=(channels, *positions) if axis == 0 else (*positions, channels),
        bias=None if bias is None else by_channel(bias, axis, space + 1),
        activation=name,
        activation_config=config,
        channel_axis=axis,
    )
