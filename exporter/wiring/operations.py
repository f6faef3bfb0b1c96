"""Operations of ``keras.ops``, as ``x * 2 + y`` stores them in a functional model.

Their handlers get the arguments of the call: neuron ids where a tensor stood, and arrays of
float64 where a constant stood.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from exporter.wiring.activation import ELEMENTWISE
from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.wiring import (
    ZERO,
    Computed,
    Floats,
    Ids,
    Moved,
    NotWirableError,
    Reduce,
    Wiring,
)
from exporter.wiring.zeros import with_zeros_joined

Operand = Ids | Floats | float


def _is_neurons(operand: Operand) -> bool:
    return isinstance(operand, np.ndarray) and operand.dtype == np.int64


def _affine(ids: Ids, weight: Operand, bias: Operand) -> Computed:
    """Multiply by a constant and add another, of which either may widen the output."""
    by, plus = (_constant(value, ids.ndim) for value in (weight, bias))
    shape = np.broadcast_shapes(ids.shape, by.shape, plus.shape)
    return one_to_one(np.broadcast_to(ids, shape), weight=by, bias=plus if plus.any() else None)


def _constant(value: Operand, rank: int) -> Floats:
    """Return a constant without the axis of the batch."""
    values: Floats = np.asarray(value, dtype=np.float64)
    if values.ndim <= rank:
        return values
    if values.shape[0] != 1:
        raise NotWirableError("a constant of it differs between the samples of a batch")
    first: Floats = values[0]
    return first


@handles("ops.Add")
def add(operation: Any, first: Operand, second: Operand) -> Computed:
    """Add up two tensors; a constant becomes the bias."""
    del operation
    if _is_neurons(first) and _is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)])
    ids, constant = (first, second) if _is_neurons(first) else (second, first)
    return _affine(np.asarray(ids), 1.0, constant)


@handles("ops.Subtract")
def subtract(operation: Any, first: Operand, second: Operand) -> Computed:
    """Subtract: edges from the second tensor have weight -1, a constant becomes the bias."""
    del operation
    if _is_neurons(first) and _is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], weights=[1, -1])
    if _is_neurons(first):
        return _affine(np.asarray(first), 1.0, -np.asarray(second))
    return _affine(np.asarray(second), -1.0, first)


@handles("ops.Multiply")
def multiply(operation: Any, first: Operand, second: Operand) -> Computed:
    """Multiply two tensors; a constant becomes the weight."""
    del operation
    if _is_neurons(first) and _is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], "product")
    ids, constant = (first, second) if _is_neurons(first) else (second, first)
    return _affine(np.asarray(ids), constant, 0.0)


@handles("ops.Divide", "ops.TrueDivide")
def divide(operation: Any, first: Operand, second: Operand) -> Computed:
    """Divide by a constant, whose reciprocal becomes the weight."""
    del operation
    if _is_neurons(second):
        raise NotWirableError("it divides by a tensor")
    return _affine(np.asarray(first), 1.0 / np.asarray(second, dtype=np.float64), 0.0)


@handles("ops.Negative")
def negative(operation: Any, ids: Ids) -> Computed:
    """Change the sign: each edge has weight -1."""
    del operation
    return one_to_one(ids, weight=-1.0)


@handles("ops.Maximum", "ops.Minimum")
def extreme(operation: Any, first: Operand, second: Operand) -> Computed:
    """Take the larger, or the smaller, of two tensors, or of a tensor and 0."""
    reduce: Reduce = "max" if type(operation).__name__ == "Maximum" else "min"
    if _is_neurons(first) and _is_neurons(second):
        return merged([np.asarray(first), np.asarray(second)], reduce)
    ids, constant = (first, second) if _is_neurons(first) else (second, first)
    if np.any(constant):
        raise NotWirableError("it compares with a constant other than 0")
    neurons = np.asarray(ids)
    return merged([neurons, np.full(neurons.shape, ZERO)], reduce)


_REDUCED: dict[str, Reduce] = {
    "Mean": "sum",
    "Sum": "sum",
    "Max": "max",
    "Min": "min",
    "Prod": "product",
}


@handles(*(f"ops.{name}" for name in _REDUCED))
def reduced(operation: Any, ids: Ids) -> Computed:
    """Take the mean, sum, maximum, minimum or product over axes."""
    kind = type(operation).__name__
    rank = ids.ndim + 1
    given = operation.axis
    axes = range(rank) if given is None else given if isinstance(given, Sequence) else [given]
    over = sorted({int(axis) % rank - 1 for axis in axes})
    if over and over[0] < 0:
        raise NotWirableError("it reduces over the samples of a batch")
    sources = np.moveaxis(ids, over, range(ids.ndim - len(over), ids.ndim))
    if operation.keepdims:
        sources = np.expand_dims(sources, over)
    left = ids.ndim if operation.keepdims else ids.ndim - len(over)
    weights = np.ones((), dtype=np.float32)
    if kind == "Mean":
        weights /= np.float32(np.prod([ids.shape[axis] for axis in over]))
    if _REDUCED[kind] != "sum":
        sources, weights = with_zeros_joined(sources, weights, left)
    return Computed(sources, weights, left, reduce=_REDUCED[kind])


def _activation(name: str, *arguments: str) -> Callable[..., Wiring]:
    def activation(operation: Any, ids: Ids) -> Computed:
        """Apply the function to each neuron."""
        config = {argument: getattr(operation, argument) for argument in arguments}
        return one_to_one(ids, name, **config)

    return activation


_ACTIVATIONS = {
    "Celu": ("celu", "alpha"),
    "Elu": ("elu", "alpha"),
    "Gelu": ("gelu", "approximate"),
    "HardShrink": ("hard_shrink", "threshold"),
    "HardSigmoid": ("hard_sigmoid",),
    "HardSilu": ("hard_silu",),
    "HardTanh": ("hard_tanh",),
    "LeakyRelu": ("leaky_relu", "negative_slope"),
    "LogSigmoid": ("log_sigmoid",),
    "LogSoftmax": ("log_softmax", "axis"),
    "Relu": ("relu",),
    "Relu6": ("relu6",),
    "Selu": ("selu",),
    "Sigmoid": ("sigmoid",),
    "Silu": ("silu",),
    "SoftShrink": ("soft_shrink", "threshold"),
    "Softmax": ("softmax", "axis"),
    "Softplus": ("softplus",),
    "Softsign": ("softsign",),
    "SparsePlus": ("sparse_plus",),
    "SparseSigmoid": ("sparse_sigmoid",),
    "Squareplus": ("squareplus", "b"),
    "Tanh": ("tanh",),
    "TanhShrink": ("tanh_shrink",),
    "Threshold": ("threshold", "threshold", "default_value"),
    **{name.capitalize(): (name,) for name in ELEMENTWISE},
}
for _class_name, _function in _ACTIVATIONS.items():
    handles(f"ops.{_class_name}")(_activation(*_function))


@handles(
    "ops.ExpandDims",
    "ops.Flip",
    "ops.GetItem",
    "ops.Moveaxis",
    "ops.Repeat",
    "ops.Reshape",
    "ops.Roll",
    "ops.Squeeze",
    "ops.Swapaxes",
    "ops.Tile",
    "ops.Transpose",
)
def moved(operation: Any, ids: Ids, *arguments: Any) -> Moved:
    """Read the same neurons in another place."""
    # Keras moves the ids themselves, as a batch of one, since the arguments count its axis.
    return _without_batch(operation(ids[np.newaxis], *arguments))


@handles("ops.Concatenate", "ops.Stack")
def joined(operation: Any, inputs: Sequence[Ids]) -> Moved:
    """Read several tensors one behind the other, or side by side along a new axis."""
    return _without_batch(operation([ids[np.newaxis] for ids in inputs]))


def _without_batch(result: Any) -> Moved:
    batch = np.asarray(result)
    if batch.ndim == 0 or batch.shape[0] != 1:
        raise NotWirableError("it mixes the samples of a batch with their neurons")
    return Moved(batch[0])
