"""Reductions of ONNX over axes, which are an attribute, or in later versions an input."""

from typing import Any, Final

import numpy as np

from exporter.wiring.axes import over_axes
from exporter.wiring.cumulative import cumulated_where
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.means import shares
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.onnx.pooling import powers, root
from exporter.wiring.results import (
    Chain,
    Computed,
    Ids,
    Moved,
    NotWirableError,
    Reduce,
    Stage,
    Weights,
)
from exporter.wiring.zeros import with_zeros_joined

_ONE: Final[Weights] = np.ones((), dtype=np.float32)

_REDUCED: Final[dict[str, Reduce]] = {
    "ReduceMax": "max",
    "ReduceMean": "sum",
    "ReduceMin": "min",
    "ReduceProd": "product",
    "ReduceSum": "sum",
}


@onnx_handles(*_REDUCED)
def reduced(node: OnnxNode, ids: Ids, axes: Any = None) -> Moved | Computed:
    """Take the mean, sum, maximum, minimum or product over axes."""
    del axes
    over = _axes(node)
    if over is None:
        return Moved(ids)
    sources, rank = _read(node, ids, over)
    weights = shares(sources.shape[rank:]) if node.op == "ReduceMean" else _ONE
    return with_zeros_joined(Computed(sources, weights, rank, reduce=_REDUCED[node.op]))


@onnx_handles("ReduceL1", "ReduceL2", "ReduceSumSquare")
def norm(node: OnnxNode, ids: Ids, axes: Any = None) -> Chain:
    """Add up absolute values or squares over axes; of a norm the root is taken."""
    del axes
    order = 1 if node.op == "ReduceL1" else 2

    def wire(each: Ids) -> Computed:
        sources, rank = _read(node, each, _axes(node) or [])
        made = Computed(sources, _ONE, rank)
        return made if node.op == "ReduceSumSquare" else root(made, order)

    return Chain((*powers(ids, order), Stage("sum", wire)))


@onnx_handles("ReduceLogSum")
def log_of_sum(node: OnnxNode, ids: Ids, axes: Any = None) -> Computed:
    """Add up over axes, and take the logarithm."""
    del axes
    sources, rank = _read(node, ids, _axes(node) or [])
    return Computed(sources, _ONE, rank, activation="log")


@onnx_handles("ReduceLogSumExp")
def log_of_sum_of_powers(node: OnnxNode, ids: Ids, axes: Any = None) -> Chain:
    """Apply the exponential function, add up over axes, and take the logarithm."""
    apart = Stage("exp", lambda each: one_to_one(each, "exp"), output=np.exp, reads=(ids,))
    return Chain((apart, Stage("sum", lambda each: log_of_sum(node, each, axes))))


@onnx_handles("CumSum", "CumProd")
def cumulated(node: OnnxNode, ids: Ids, axis: Any = None) -> Computed:
    """Add up, or multiply, what stands up to each place of an axis, or from there on."""
    del axis
    along = (node.numbers(1) or [0])[0]
    own = node.tensor().axis(along) - 1
    if own < 0:
        raise NotWirableError("it goes over the samples of a batch")
    exclusive, reverse = (int(node.attributes.get(name, 0)) for name in ("exclusive", "reverse"))
    before = np.tri(ids.shape[own], k=-exclusive, dtype=bool)
    reduce: Reduce = "sum" if node.op == "CumSum" else "product"
    return cumulated_where(before.T if reverse else before, ids, own, reduce)


def _axes(node: OnnxNode) -> list[int] | None:
    """Return the axes, the batch counted; all where none are named, None where that means none."""
    given = node.numbers(1, "axes")
    tensor = node.tensor()
    if given:
        return [tensor.axis(axis) for axis in given]
    if node.attributes.get("noop_with_empty_axes", 0):
        return None
    return [tensor.axis(axis) for axis in range(tensor.rank)]


def _read(node: OnnxNode, ids: Ids, axes: list[int]) -> tuple[Ids, int]:
    """Return what each output reads, the axes of the reduction last, and the output's rank."""
    # A batch of one is what is left of it when it is reduced.
    own = [axis for axis in axes if axis]
    if not own:
        return ids[..., np.newaxis], ids.ndim
    return over_axes(own, ids, keepdims=bool(node.attributes.get("keepdims", 1)))
