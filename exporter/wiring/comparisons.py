"""Comparisons of ``keras.ops``, whose neurons say 1 for true and 0 for false."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from exporter.wiring.activation import COMPARISONS
from exporter.wiring.elementwise import affine, one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.operands import Operand, constant, is_neurons, number
from exporter.wiring.results import Chain, Computed, Ids, NotWirableError, Stage

_MIRRORED: Final = {
    "greater": "less",
    "greater_equal": "less_equal",
    "less": "greater",
    "less_equal": "greater_equal",
}
"""What is true of the second operand where the first is so."""


@handles(*(f"ops.{name}" for name in COMPARISONS))
def compared(operation: Any, x1: Operand, x2: Operand) -> Computed:
    """Say 1 or 0: of the difference of two tensors, or of a tensor and a constant."""
    name = COMPARISONS[type(operation).__name__]
    if is_neurons(x1) and is_neurons(x2):
        return _of_difference([np.asarray(x1), np.asarray(x2)], name)
    if is_neurons(x1):
        return _with_constant(np.asarray(x1), x2, name)
    return _with_constant(np.asarray(x2), x1, _MIRRORED.get(name, name))


def _of_difference(ids: Sequence[Ids], name: str) -> Computed:
    difference = merged(ids, weights=[1, -1])
    return replace(difference, activation=name, activation_config={"x2": 0.0}, is_exact=True)


def _with_constant(ids: Ids, other: Operand, name: str) -> Computed:
    if np.size(other) == 1 and np.ndim(other) <= ids.ndim + 1:
        return one_to_one(ids, name, x2=number(other))
    return affine(ids, 1.0, -np.asarray(other, dtype=np.float64), name, x2=0.0)


@handles("ops.Heaviside")
def stepped(operation: Any, ids: Operand, at_zero: Operand) -> Computed:
    """Say 0 below 0, 1 above it, and a constant at it."""
    del operation
    if not is_neurons(ids) or is_neurons(at_zero):
        raise NotWirableError("its second argument is no constant")
    return one_to_one(np.asarray(ids), "heaviside", x2=number(at_zero))


@handles("ops.IsIn")
def contained(operation: Any, x1: Operand, x2: Operand) -> Computed | Chain:
    """Say 1 where a neuron is one of the constants, else 0; or the other way round."""
    if not is_neurons(x1) or is_neurons(x2):
        raise NotWirableError("it joins the samples of a batch")
    ids = np.asarray(x1)
    # Keras compares in single precision.
    constants = sorted({float(each) for each in np.asarray(x2, dtype=np.float32).reshape(-1)})

    def wire(each: Ids) -> Computed:
        return one_to_one(each, "isin", x2=constants)

    if not operation.invert:
        return wire(ids)
    said = Stage("contained", wire, output=lambda x: np.isin(x, constants), reads=(ids,))
    return Chain((said, Stage("inverted", is_false)))


@handles("ops.LogicalNot")
def negated(operation: Any, ids: Ids) -> Computed:
    """Say 1 where a neuron is 0, else 0."""
    del operation
    return is_false(ids)


@handles("ops.LogicalAnd")
def both(operation: Any, x1: Operand, x2: Operand) -> Chain:
    """Take the smaller of two tensors, once each says 1 or 0; a constant becomes weights."""
    del operation
    return _joined(np.logical_and, lambda *ids: merged(ids, "min"), x1, x2)


@handles("ops.LogicalOr")
def either(operation: Any, x1: Operand, x2: Operand) -> Chain:
    """Take the larger of two tensors, once each says 1 or 0; a constant becomes weights."""
    del operation
    return _joined(np.logical_or, lambda *ids: merged(ids, "max"), x1, x2)


@handles("ops.LogicalXor")
def one_alone(operation: Any, x1: Operand, x2: Operand) -> Chain:
    """Say 1 where two tensors differ, once each says 1 or 0; a constant becomes weights."""
    del operation
    return _joined(np.logical_xor, lambda *ids: _of_difference(ids, "not_equal"), x1, x2)


def _joined(function: np.ufunc, join: Callable[..., Computed], x1: Operand, x2: Operand) -> Chain:
    if is_neurons(x1) and is_neurons(x2):
        each = truth("first", np.asarray(x1)), truth("second", np.asarray(x2))
        return Chain((*each, Stage("joined", join, reads=("first", "second"))))
    ids, other = (np.asarray(x1), x2) if is_neurons(x1) else (np.asarray(x2), x1)
    said = constant(other, ids.ndim)
    low, high = (function(value, said).astype(np.float64) for value in (False, True))

    def shared(each: Ids) -> Computed:
        return affine(each, high - low, low, "not_equal", x2=0.0)

    return Chain((truth("first", ids), Stage("joined", shared)))


def truth(name: str, ids: Ids) -> Stage:
    """Return a step that says 1 where a tensor is not 0, else 0."""
    return Stage(name, is_true, output=lambda x: x != 0, reads=(ids,))


def is_true(ids: Ids) -> Computed:
    """Say 1 where a neuron is not 0, else 0."""
    return one_to_one(ids, "not_equal", x2=0.0)


def is_false(ids: Ids) -> Computed:
    """Say 1 where a neuron is 0, else 0."""
    return one_to_one(ids, "equal", x2=0.0)
