"""Dense layers: every unit reads whole axes of its input."""

import re
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.results import Computed, Floats, Ids, NotWirableError, Weights
from exporter.wiring.variables import bias_of, float_weights

_PAIR: Final = 2
_MATRIX_RANKS: Final = {1, 2}


@handles("Dense")
def dense(layer: Any, ids: Ids) -> Computed:
    """Join each unit to all inputs at its position."""
    kernel = float_weights(layer.kernel)
    units = kernel.shape[1]
    name, config = activation_of(layer.activation)
    return Computed(
        sources=np.broadcast_to(ids[..., np.newaxis, :], (*ids.shape[:-1], units, ids.shape[-1])),
        weights=kernel.T,
        rank=ids.ndim,
        bias=bias_of(layer),
        activation=name,
        activation_config=config,
        channel_axis=-1,
    )


@handles("EinsumDense")
def einsum_dense(layer: Any, ids: Ids) -> Computed:
    """Join each output to the inputs that its equation adds up."""
    name, config = activation_of(layer.activation)
    return replace(
        contracted(layer.equation, ids, float_weights(layer.kernel)),
        bias=bias_of(layer),
        activation=name,
        activation_config=config,
    )


@handles("ops.Einsum")
def einsum(operation: Any, *operands: Ids | Floats) -> Computed:
    """Join each output to the inputs that its equation adds up with a constant."""
    if len(operands) != _PAIR:
        raise NotWirableError(f"it takes {len(operands)} operands, not a tensor and a constant")
    tensor, kernel, output = re.split(",|->", operation.subscripts.replace(" ", ""))
    return _product(f"{tensor},{kernel}->{output}", f"{kernel},{tensor}->{output}", *operands)


@handles("ops.Dot", "ops.Matmul")
def matrix_product(operation: Any, x1: Ids | Floats, x2: Ids | Floats) -> Computed:
    """Join each output to the inputs that a constant matrix adds up."""
    del operation
    if not {np.ndim(x) for x in (x1, x2) if np.asarray(x).dtype != np.int64} <= _MATRIX_RANKS:
        raise NotWirableError("its constant is no vector and no matrix")
    vector = np.ndim(x2) == 1
    behind = "...i,i->..." if vector else "...i,ij->...j"
    before = "...i,i->..." if np.ndim(x1) == 1 else "...ik,ji->...jk"
    return _product(behind, before, x1, x2)


@handles("ops.Tensordot")
def tensor_product(operation: Any, x1: Ids | Floats, x2: Ids | Floats) -> Computed:
    """Join each output to the inputs that a constant tensor adds up over axes of both."""
    axes = operation.axes
    if isinstance(axes, int):
        axes = [[*range(-axes, 0)], [*range(axes)]]
    over, with_ = ([axis] if isinstance(axis, int) else list(axis) for axis in axes)
    ranks = [np.ndim(x) + (np.asarray(x).dtype == np.int64) for x in (x1, x2)]
    first = list(ascii_lowercase[: ranks[0]])
    second = list(ascii_lowercase[ranks[0] : sum(ranks)])
    for one, other in zip(over, with_, strict=True):
        second[other] = first[one]
    summed = {first[axis] for axis in over}
    output = "".join(letter for letter in [*first, *second] if letter not in summed)
    tensor, kernel = "".join(first), "".join(second)
    return _product(f"{tensor},{kernel}->{output}", f"{kernel},{tensor}->{output}", x1, x2)


def _product(behind: str, before: str, x1: Ids | Floats, x2: Ids | Floats) -> Computed:
    """Contract neurons with a constant, which stands behind them or before them."""
    neurons = [np.asarray(x).dtype == np.int64 for x in (x1, x2)]
    if all(neurons):
        raise NotWirableError("it multiplies two tensors, so that its weights depend on its input")
    equation, ids, constant = (behind, x1, x2) if neurons[0] else (before, x2, x1)
    return contracted(equation, np.asarray(ids), np.asarray(constant, dtype=np.float32))


def contracted(equation: str, ids: Ids, kernel: Weights) -> Computed:
    """Join each output to the inputs that an equation of ``einsum`` adds up with a kernel."""
    inputs, constant, outputs = _letters(equation, ids.ndim)
    summed = [letter for letter in inputs if letter not in outputs]
    if not set(constant) <= {*outputs, *summed}:
        raise NotWirableError(f"its equation {equation!r} adds up its kernel by itself")
    axes = [*outputs, *summed]
    sizes = dict(zip(constant, kernel.shape, strict=True)) | dict(
        zip(inputs, ids.shape, strict=True)
    )
    return Computed(
        sources=np.broadcast_to(_spread(ids, inputs, axes), [sizes[letter] for letter in axes]),
        weights=_spread(kernel, constant, axes),
        rank=len(outputs),
        channel_axis=-1,
    )


def _letters(equation: str, rank: int) -> tuple[list[str], list[str], list[str]]:
    """Return the letters of the input, kernel and output without the batch.

    The axes that an ellipsis stands for are named ``0``, ``1`` and so on.
    """
    inputs, _, output = equation.replace(" ", "").partition("->")
    tensor, _, kernel = inputs.partition(",")
    letters = len(tensor.replace("...", ""))
    # The batch is one of the ellipsis's axes, or else the first letter.
    hidden = "".join(str(axis) for axis in range(rank + 1 - letters))
    tensor, kernel, output = (text.replace("...", hidden) for text in (tensor, kernel, output))
    if tensor[0] != output[0] or tensor[0] in kernel:
        raise NotWirableError(f"its equation {equation!r} joins the samples of a batch")
    for text in (tensor, kernel, output):
        if len(set(text)) < len(text):
            raise NotWirableError(f"its equation {equation!r} takes a diagonal")
    return list(tensor[1:]), list(kernel), list(output[1:])


def _spread(values: NDArray[Any], letters: list[str], axes: list[str]) -> NDArray[Any]:
    """Return a view with one axis for each of ``axes``, of length 1 where there is none."""
    order = [letters.index(letter) for letter in axes if letter in letters]
    missing = tuple(position for position, letter in enumerate(axes) if letter not in letters)
    return np.expand_dims(values.transpose(order), missing)
