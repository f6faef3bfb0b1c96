"""Products of matrices and tensors: with a constant, or of two tensors."""

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from exporter.wiring.contraction import Contraction
from exporter.wiring.handlers import handles
from exporter.wiring.operands import Operand, is_neurons
from exporter.wiring.results import Wiring


@handles("ops.Einsum")
def einsum(operation: Any, *operands: Operand) -> Wiring:
    """Add up what its equation says: products of tensors are neurons, constants are weights."""
    return Contraction.of(operation.subscripts, *operands).wiring


@handles("ops.Matmul")
def matrix_product(operation: Any, x1: Operand, x2: Operand) -> Wiring:
    """Multiply matrices: products of two tensors are neurons, which are added up."""
    del operation
    first = "j" if _rank(x1) == 1 else "...ij"
    second = "j" if _rank(x2) == 1 else "...jk"
    output = "i" * (_rank(x1) > 1) + "k" * (_rank(x2) > 1)
    return Contraction.of(f"{first},{second}->...{output}", x1, x2).wiring


@handles("ops.Dot")
def dot(operation: Any, x1: Operand, x2: Operand) -> Wiring:
    """Add up the products with a constant along an axis of both."""
    del operation
    if not _rank(x1) or not _rank(x2):
        return Contraction.of("...,...->...", x1, x2).wiring
    return tensor_product(x1, x2, [-1], [-1 if _rank(x2) == 1 else -2])


@handles("ops.Inner")
def inner(operation: Any, x1: Operand, x2: Operand) -> Wiring:
    """Add up the products with a constant along the last axis of both."""
    del operation
    return tensor_product(x1, x2, [-1], [-1])


@handles("ops.Tensordot")
def tensordot(operation: Any, x1: Operand, x2: Operand) -> Wiring:
    """Add up the products with a constant along axes of both."""
    axes = operation.axes
    if isinstance(axes, int):
        axes = [[*range(-axes, 0)], [*range(axes)]]
    over, with_ = ([axis] if isinstance(axis, int) else list(axis) for axis in axes)
    return tensor_product(x1, x2, over, with_)


def tensor_product(x1: Operand, x2: Operand, over: Sequence[int], with_: Sequence[int]) -> Wiring:
    """Add up products along pairs of axes; the other axes of both follow one another."""
    first = list(ascii_letters[: _rank(x1)])
    second = list(ascii_letters[_rank(x1) : _rank(x1) + _rank(x2)])
    for one, other in zip(over, with_, strict=True):
        second[other] = first[one]
    summed = {first[axis] for axis in over}
    output = [letter for letter in [*first, *second] if letter not in summed]
    equation = f"{''.join(first)},{''.join(second)}->{''.join(output)}"
    return Contraction.of(equation, x1, x2).wiring


def _rank(operand: Operand) -> int:
    """Return how many axes an operand has, that of the batch counted."""
    return np.ndim(operand) + is_neurons(operand)
