"""Arithmetic of ONNX: of tensors and constants, which broadcast as those of NumPy do."""

from dataclasses import replace
from functools import reduce
from typing import Any, Final

import numpy as np

from exporter.wiring import choices, comparisons, operations
from exporter.wiring.constants import saying
from exporter.wiring.elementwise import affine, one_to_one
from exporter.wiring.handlers import handler_of
from exporter.wiring.merge import merged
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.operands import constant, is_neurons, number
from exporter.wiring.powers import by_numbers
from exporter.wiring.results import Chain, Computed, Floats, NotWirableError, Reduce, Stage, Wiring

LARGEST: Final = float(np.finfo(np.float32).max)
"""The largest number of single precision: what is beyond is infinite."""

_AS_IN_KERAS: Final = {
    "Add": operations.add,
    "Div": operations.divide,
    "Mul": operations.multiply,
    "Pow": operations.power,
    "Sub": operations.subtract,
    "Where": choices.where,
}
for _op, _handler in _AS_IN_KERAS.items():
    onnx_handles(_op)(_handler)


@onnx_handles("Mod")
def remainder(node: OnnxNode, dividend: Any, divisor: Any) -> Computed | Chain:
    """Divide by a constant, and keep the remainder, of the sign of either."""
    if not is_neurons(dividend) or is_neurons(divisor):
        raise NotWirableError("it divides by a tensor, with a remainder")
    if not node.attributes.get("fmod", 0):
        return by_numbers(dividend, divisor, "mod", np.mod)
    by = constant(divisor, dividend.ndim)
    return Chain(
        (
            Stage(
                "whole",
                lambda each: affine(each, 1 / by, 0.0, "trunc"),
                output=lambda x: np.trunc(x / by.astype(np.float32)),
                reads=(np.broadcast_to(dividend, np.broadcast_shapes(dividend.shape, by.shape)),),
            ),
            Stage(
                "rest",
                lambda each, whole: merged([each, whole], weights=[1, -by]),
                reads=(dividend, "whole"),
            ),
        )
    )


@onnx_handles("Sum", "Mean")
def summed(node: OnnxNode, *operands: Any) -> Computed:
    """Add up any number of tensors, or average them; constants become the bias."""
    share = 1 / len(operands) if node.op == "Mean" else 1.0
    tensors = [each for each in operands if is_neurons(each)]
    rank = max(each.ndim for each in tensors)
    constants = [constant(each, rank) for each in operands if not is_neurons(each)]
    if len(tensors) == 1:
        return affine(tensors[0], share, sum(constants, np.float64(0)) * share)
    made = merged(tensors, weights=[share] * len(tensors))
    if not constants:
        return made
    bias: Floats = np.asarray(sum(constants, np.float64(0)) * share)
    if np.broadcast_shapes(bias.shape, made.shape) != made.shape:
        raise NotWirableError("a constant of it is larger than its tensors")
    return replace(made, bias=bias)


@onnx_handles("Max", "Min")
def extreme(node: OnnxNode, *operands: Any) -> Computed | Chain:
    """Take the largest or smallest of tensors and a constant; neurons say one that varies."""
    tensors = [each for each in operands if is_neurons(each)]
    constants = [np.asarray(each) for each in operands if not is_neurons(each)]
    kind: Reduce = "max" if node.op == "Max" else "min"
    function, of_constants = {"max": ("maximum", np.maximum), "min": ("minimum", np.minimum)}[kind]
    made = merged(tensors, kind) if len(tensors) > 1 else one_to_one(tensors[0])
    if not constants:
        return made
    bounds = constant(reduce(of_constants, constants), made.rank)
    if len(np.unique(bounds)) > 1 or np.broadcast_shapes(bounds.shape, made.shape) != made.shape:
        joined = Stage("extreme", lambda *ids: merged(ids, kind), reads=(*tensors, "constant"))
        return Chain((saying("constant", bounds, tensors[0]), joined))
    return replace(made, activation=function, activation_config={"x2": number(bounds)})


_COMPARED = {
    "Equal": "Equal",
    "Greater": "Greater",
    "GreaterOrEqual": "GreaterEqual",
    "Less": "Less",
    "LessOrEqual": "LessEqual",
}


@onnx_handles(*_COMPARED)
def compared(node: OnnxNode, first: Any, second: Any) -> Wiring:
    """Say 1 or 0: of the difference of two tensors, or of a tensor and a constant."""
    named = type(_COMPARED[node.op], (), {})()
    return comparisons.compared(named, first, second)


_LOGICAL = {"And": "LogicalAnd", "Not": "LogicalNot", "Or": "LogicalOr", "Xor": "LogicalXor"}


@onnx_handles(*_LOGICAL)
def logical(node: OnnxNode, *operands: Any) -> Wiring:
    """Join what says 1 or 0."""
    return handler_of(f"ops.{_LOGICAL[node.op]}")(node, *operands)


@onnx_handles("IsInf")
def is_infinite(node: OnnxNode, ids: Any) -> Computed:
    """Say 1 where a neuron is infinite, of either sign or of one, else 0."""
    above, below = (node.attributes.get(f"detect_{sign}", 1) for sign in ("positive", "negative"))
    if above and below:
        return one_to_one(ids, "isinf")
    if not above and not below:
        raise NotWirableError("it looks for infinity of neither sign")
    return one_to_one(ids, "greater", x2=LARGEST) if above else one_to_one(ids, "less", x2=-LARGEST)
