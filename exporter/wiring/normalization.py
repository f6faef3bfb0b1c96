"""Normalization by fixed statistics: a scale and an offset for each channel."""

from typing import Any

import numpy as np

from exporter.wiring.axes import without_batch
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.layout import by_channel
from exporter.wiring.operands import Operand, is_neurons
from exporter.wiring.results import Computed, Floats, Ids, NotWirableError


@handles("BatchNormalization")
def batch_normalization(layer: Any, ids: Ids) -> Computed:
    """Fold the moving statistics into a weight and a bias a channel.

    Ioffe and Szegedy (2015), algorithm 2: ``gamma / sqrt(variance + epsilon)`` and
    ``beta - mean * weight``.
    """
    statistics = layer.moving_mean, layer.moving_variance
    return folded(layer, ids, *statistics, offset=layer.beta, scale=layer.gamma)


@handles("ops.BatchNorm")
def batch_norm(
    operation: Any,
    x: Operand,
    mean: Operand,
    variance: Operand,
    offset: Operand | None = None,
    scale: Operand | None = None,
) -> Computed:
    """Fold constant statistics into a weight and a bias a channel."""
    constants = [each for each in (mean, variance, offset, scale) if each is not None]
    if not is_neurons(x) or any(map(is_neurons, constants)):
        raise NotWirableError("its statistics are tensors")
    return folded(operation, np.asarray(x), mean, variance, offset=offset, scale=scale)


def folded(
    settings: Any, ids: Ids, mean: Any, variance: Any, *, offset: Any | None, scale: Any | None
) -> Computed:
    """Normalize along one axis by statistics that are constants, one a channel."""
    (axis,) = without_batch(settings.axis, ids.ndim)
    weight = 1.0 / np.sqrt(np.asarray(variance, dtype=np.float64) + settings.epsilon)
    if scale is not None:
        weight *= np.asarray(scale)
    weight = weight.astype(np.float32).astype(np.float64)
    bias = -np.asarray(mean, dtype=np.float64) * weight
    if offset is not None:
        bias += np.asarray(offset)
    return one_to_one(
        ids,
        weight=by_channel(weight, axis, ids.ndim),
        bias=by_channel(bias, axis, ids.ndim),
    )


@handles("Normalization")
def normalization(layer: Any, ids: Ids) -> Computed:
    """Subtract the stored mean and divide by the stored deviation, or the other way round."""
    mean = _without_batch(layer.mean, ids)
    deviation = np.maximum(np.sqrt(_without_batch(layer.variance, ids)), _smallest_deviation(layer))
    if layer.invert:
        return one_to_one(ids, weight=deviation, bias=mean)
    return one_to_one(ids, weight=1.0 / deviation, bias=-mean / deviation)


@handles("Rescaling")
def rescaling(layer: Any, ids: Ids) -> Computed:
    """Multiply by the scale and add the offset."""
    return one_to_one(
        ids,
        weight=np.asarray(layer.scale, dtype=np.float64),
        bias=np.asarray(layer.offset, dtype=np.float64),
    )


@handles("LayerScale")
def layer_scale(layer: Any, ids: Ids) -> Computed:
    """Multiply each channel by a weight of its own (ConvNeXt)."""
    return one_to_one(ids, weight=np.asarray(layer.gamma, dtype=np.float64))


def _smallest_deviation(layer: Any) -> float:
    """Return what stands in for a smaller deviation, which Keras has from its settings.

    A layer of the same class without deviation divides 1 by it.
    """
    return 1.0 / float(type(layer)(axis=None, mean=0.0, variance=0.0)(np.ones((1, 1)))[0, 0])


def _without_batch(statistic: Any, ids: Ids) -> Floats:
    values: Floats = np.asarray(statistic, dtype=np.float64)
    return values[0] if values.ndim == ids.ndim + 1 else values
