"""Dense layers: every unit reads whole axes of its input."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.activation import activation_of
from exporter.wiring.handlers import handles
from exporter.wiring.variables import bias_of, float_weights
from exporter.wiring.wiring import Computed, Ids, NotWirableError


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
    kernel = float_weights(layer.kernel)
    read, held, written = _letters(layer.equation, ids.ndim)
    summed = [letter for letter in read if letter not in written]
    if not set(held) <= {*written, *summed}:
        raise NotWirableError(f"its equation {layer.equation!r} adds up its kernel by itself")
    axes = [*written, *summed]
    sizes = dict(zip(held, kernel.shape, strict=True)) | dict(zip(read, ids.shape, strict=True))
    sources = _spread(ids, read, axes)
    name, config = activation_of(layer.activation)
    return Computed(
        sources=np.broadcast_to(sources, [sizes[letter] for letter in axes]),
        weights=_spread(kernel, held, axes),
        rank=len(written),
        bias=bias_of(layer),
        activation=name,
        activation_config=config,
        channel_axis=-1,
    )


def _letters(equation: str, rank: int) -> tuple[list[str], list[str], list[str]]:
    """Return the letters of the input, kernel and output without the batch.

    The axes that an ellipsis stands for are named ``0``, ``1`` and so on.
    """
    inputs, _, output = equation.replace(" ", "").partition("->")
    read, _, held = inputs.partition(",")
    named = len(read.replace("...", ""))
    # The batch is one of the ellipsis's axes, or else the first letter.
    hidden = "".join(str(axis) for axis in range(rank + 1 - named))
    read, held, output = (text.replace("...", hidden) for text in (read, held, output))
    if read[0] != output[0] or read[0] in held:
        raise NotWirableError(f"its equation {equation!r} joins the samples of a batch")
    for text in (read, held, output):
        if len(set(text)) < len(text):
            raise NotWirableError(f"its equation {equation!r} takes a diagonal")
    return list(read[1:]), list(held), list(output[1:])


def _spread(values: NDArray[Any], letters: list[str], axes: list[str]) -> NDArray[Any]:
    """Return a view with one axis for each of ``axes``, of length 1 where there is none."""
    order = [letters.index(letter) for letter in axes if letter in letters]
    missing = tuple(position for position, letter in enumerate(axes) if letter not in letters)
    return np.expand_dims(values.transpose(order), missing)
