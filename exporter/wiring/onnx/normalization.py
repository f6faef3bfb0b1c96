"""Normalizations of ONNX: by fixed statistics, or by those of the input, step by step."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from exporter.wiring.layout import by_channel
from exporter.wiring.means import Means
from exporter.wiring.normalization import folded
from exporter.wiring.norms import normalize
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.onnx.space import channel_axis
from exporter.wiring.operands import is_neurons
from exporter.wiring.results import Chain, Computed, Ids, NotWirableError, Wiring
from exporter.wiring.standardization import layer_norm, rms_norm, standardized


@onnx_handles("BatchNormalization")
def batch_normalization(
    node: OnnxNode, ids: Ids, scale: Any, offset: Any, mean: Any, variance: Any
) -> Computed:
    """Fold the moving statistics into a weight and a bias a channel."""
    if any(map(is_neurons, (scale, offset, mean, variance))):
        raise NotWirableError("its statistics are tensors")
    node.require(training_mode=0, spatial=1)
    tensor = node.tensor()
    axis = tensor.axis(1 if tensor.rank > 1 else 0)
    settings = SimpleNamespace(axis=axis, epsilon=float(node.attributes.get("epsilon", 1e-5)))
    return folded(settings, ids, mean, variance, offset=offset, scale=scale)


@onnx_handles("LayerNormalization")
def layer_normalization(node: OnnxNode, ids: Ids, scale: Any, offset: Any = None) -> Wiring:
    """Subtract the mean over axes and divide by the deviation, all in steps of their own."""
    settings = SimpleNamespace(axis=_axes(node), epsilon=_epsilon(node), rms_scaling=False)
    return layer_norm(settings, ids, scale, offset)


@onnx_handles("RMSNormalization")
def rms_normalization(node: OnnxNode, ids: Ids, scale: Any) -> Wiring:
    """Divide by the root of the mean of the squares over axes, all in steps of their own."""
    settings = SimpleNamespace(axis=_axes(node), epsilon=_epsilon(node))
    return rms_norm(settings, ids, scale)


@onnx_handles("InstanceNormalization")
def instance_normalization(node: OnnxNode, ids: Ids, scale: Any, offset: Any) -> Chain:
    """Standardize each channel over its positions, all in steps of their own."""
    return _by_groups(node, ids, scale, offset, ids.shape[channel_axis(node)])


@onnx_handles("GroupNormalization")
def group_normalization(node: OnnxNode, ids: Ids, scale: Any, offset: Any) -> Chain:
    """Standardize groups of channels over all positions, all in steps of their own."""
    groups = int(node.attributes["num_groups"])
    # Before opset 21 there is one number a group.
    channels = ids.shape[channel_axis(node)]
    gamma, beta = (np.repeat(each, channels // len(each)) for each in (scale, offset))
    return _by_groups(node, ids, gamma, beta, groups)


def _by_groups(node: OnnxNode, ids: Ids, scale: Any, offset: Any, groups: int) -> Chain:
    if is_neurons(scale) or is_neurons(offset):
        raise NotWirableError("its scale or offset is a tensor")
    axis = channel_axis(node)
    gamma, beta = (
        by_channel(np.asarray(each, dtype=np.float64), axis, ids.ndim) for each in (scale, offset)
    )
    means = Means(ids.shape, tuple(range(axis, ids.ndim)), axis, groups)
    return Chain(standardized(ids, means, _epsilon(node), scale=gamma, offset=beta))


@onnx_handles("LpNormalization")
def norm_normalization(node: OnnxNode, ids: Ids) -> Wiring:
    """Divide by a norm over an axis, in steps."""
    axis = node.tensor().axis(int(node.attributes.get("axis", -1)))
    order = int(node.attributes.get("p", 2))
    return normalize(SimpleNamespace(axis=axis, order=order, epsilon=1e-12), ids)


def _axes(node: OnnxNode) -> list[int]:
    """Return the axes from that of the node on, the batch counted."""
    tensor = node.tensor()
    first = int(node.attributes.get("axis", -1)) % tensor.rank
    return [tensor.axis(axis) for axis in range(first, tensor.rank)]


def _epsilon(node: OnnxNode) -> float:
    return float(node.attributes.get("epsilon", 1e-5))
