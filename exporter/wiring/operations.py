"""Arithmetic of ``keras.ops``, as ``x * 2 + y`` stores it in a functional model.

The handlers of operations get the arguments of the call: neuron ids where a tensor stood, and
arrays of float64 or int32 where a constant stood.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from exporter.wiring.comparisons import is_false, truth
from exporter.wiring.constants import saying
from exporter.wiring.elementwise import affine, one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.layout import by_channel
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons, number
from exporter.wiring.powers import by_numbers, power_of_tensors
from exporter.wiring.results import (
    Chain,
    Computed,
    Ids,
    NotWirableError,
    Reduce,
    Stage,
)


@handles("ops.Add")
def add_by_keras(operation: Any, first: Operand, second: Operand) -> Computed:
    """Add up two tensors; a constant becomes the bias."""
    if is_neurons(first) and not is_neurons(second):
        second = _as_bias(np.asarray(first), second)
    return add(operation, first, second)


def _as_bias(ids: Ids, other: Operand) -> Operand:
    """Return a constant along the axis along which Keras adds it for TensorFlow.

    A vector as long as the last axis, or else the first, it takes for a bias of that axis, whatever
    axes of length 1 the constant has besides.
    """
    sizes = [size for size in np.shape(other) if size > 1]
    if len(sizes) != 1 or not ids.ndim or sizes[0] not in (ids.shape[0], ids.shape[-1]):
        return other
    axis = ids.ndim - 1 if ids.shape[-1] == sizes[0] else 0
    return by_channel(np.asarray(other).reshape(-1), axis, ids.ndim)


def add(operation: Any, first: Operand, second: Operand) -> Computed:
    """Add up two tensors as NumPy does; a constant becomes the bias."""
    del operation
    if is_neurons(first) and is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)])
    ids, other = (first, second) if is_neurons(first) else (second, first)
    return affine(np.asarray(ids), 1.0, other)


@handles("ops.Subtract")
def subtract(operation: Any, first: Operand, second: Operand) -> Computed:
    """Subtract: edges from the second tensor have weight -1, a constant becomes the bias."""
    del operation
    if is_neurons(first) and is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], weights=[1, -1])
    if is_neurons(first):
        return affine(np.asarray(first), 1.0, -np.asarray(second))
    return affine(np.asarray(second), -1.0, first)


@handles("ops.Multiply")
def multiply(operation: Any, first: Operand, second: Operand) -> Computed:
    """Multiply two tensors; a constant becomes the weight."""
    del operation
    if is_neurons(first) and is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], "product")
    ids, other = (first, second) if is_neurons(first) else (second, first)
    return affine(np.asarray(ids), other, 0.0)


@handles("ops.Divide", "ops.TrueDivide")
def divide(operation: Any, x1: Operand, x2: Operand) -> Computed | Chain:
    """Multiply by the reciprocal: of a constant, or of a tensor in a step of its own."""
    del operation
    if not is_neurons(x2):
        return affine(np.asarray(x1), 1.0 / np.asarray(x2, dtype=np.float64), 0.0)
    divisor = np.asarray(x2)
    if not is_neurons(x1):
        if not np.all(x1):
            raise NotWirableError("it divides 0 by a tensor")
        return affine(divisor, 1.0 / np.asarray(x1, dtype=np.float64), 0.0, "reciprocal")
    dividend = np.asarray(x1)
    return Chain(
        (
            Stage(
                "reciprocal",
                lambda ids: one_to_one(ids, "reciprocal"),
                output=np.reciprocal,
                reads=(divisor,),
            ),
            Stage("product", _product, reads=(dividend, "reciprocal")),
        )
    )


@handles("ops.DivideNoNan")
def divide_or_0(operation: Any, x1: Operand, x2: Operand) -> Computed | Chain:
    """Divide; 0 where the divisor is 0, by 1 added to it there."""
    del operation
    if not is_neurons(x2):
        by = np.asarray(x2, dtype=np.float64)
        return affine(np.asarray(x1), np.divide(1, by, where=by != 0, out=np.zeros_like(by)), 0.0)
    if not is_neurons(x1):
        raise NotWirableError("it divides a constant by a tensor that may be 0")
    divisor = np.asarray(x2)

    def reciprocal(ids: Ids, zero: Ids) -> Computed:
        return replace(merged([ids, zero]), activation="reciprocal")

    return Chain(
        (
            Stage("zero", is_false, output=lambda x: x == 0, reads=(divisor,)),
            truth("true", divisor),
            Stage(
                "reciprocal",
                reciprocal,
                output=lambda x, zero: np.reciprocal(x + zero),
                reads=(divisor, "zero"),
            ),
            Stage("product", _product, reads=(np.asarray(x1), "reciprocal", "true")),
        )
    )


def _product(*factors: Ids) -> Computed:
    return merged(factors, "product")


@handles("ops.Negative")
def negative(operation: Any, ids: Ids) -> Computed:
    """Change the sign: each edge has weight -1."""
    del operation
    return one_to_one(ids, weight=-1.0)


@handles("ops.Power")
def power(operation: Any, base: Operand, exponent: Operand) -> Computed | Chain:
    """Raise a tensor to a constant, or to a tensor in steps: ``exp(log(base) * exponent)``."""
    del operation
    if is_neurons(base) and not is_neurons(exponent):
        return by_numbers(np.asarray(base), exponent, "power", np.power)
    if is_neurons(base):
        return power_of_tensors(np.asarray(base), np.asarray(exponent))
    if np.any(np.asarray(base) <= 0):
        raise NotWirableError("it raises a constant that is not above 0 to a tensor")
    return affine(np.asarray(exponent), np.log(np.asarray(base, dtype=np.float64)), 0.0, "exp")


@handles("ops.Mod", "ops.FloorDivide")
def remainder(operation: Any, dividend: Operand, divisor: Operand) -> Computed | Chain:
    """Divide by a constant, and keep the remainder or the whole part."""
    if not is_neurons(dividend) or is_neurons(divisor):
        raise NotWirableError("it divides by a tensor, with a remainder")
    if type(operation).__name__ == "Mod":
        return by_numbers(np.asarray(dividend), divisor, "mod", np.mod)
    return by_numbers(np.asarray(dividend), divisor, "floor_divide", np.floor_divide)


@handles("ops.Maximum", "ops.Minimum")
def extreme(operation: Any, first: Operand, second: Operand) -> Computed | Chain:
    """Take the larger, or the smaller, of two tensors; constants that differ become neurons."""
    largest = type(operation).__name__ == "Maximum"
    reduce: Reduce = "max" if largest else "min"
    if is_neurons(first) and is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], reduce)
    tensor, other = (first, second) if is_neurons(first) else (second, first)
    ids = np.asarray(tensor)
    if np.size(other) == 1 and np.ndim(other) <= ids.ndim + 1:
        name = "maximum" if largest else "minimum"
        return replace(one_to_one(ids, name, x2=number(other)), is_exact=True)
    return Chain(
        (
            saying("constant", constant(other, ids.ndim), ids),
            Stage("extreme", lambda *each: merged(each, reduce), reads=(ids, "constant")),
        )
    )


@handles("ops.Glu")
def gated(operation: Any, ids: Ids) -> Chain:
    """Multiply one half by the sigmoid of the other, in a step of its own."""
    axis = operation.axis % (ids.ndim + 1) - 1
    if axis < 0:
        raise NotWirableError("it halves the batch")
    half, gate = np.split(ids, 2, axis=axis)
    return Chain(
        (
            Stage(
                "gate",
                lambda ids: one_to_one(ids, "sigmoid"),
                output=lambda x: 1 / (1 + np.exp(-x)),
                reads=(gate,),
            ),
            Stage("product", _product, reads=(half, "gate")),
        )
    )
