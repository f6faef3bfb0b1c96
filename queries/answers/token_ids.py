"""Which token stands at each position of an input of token ids."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.core.layer import Layer

_TOKENS: Final = "channel: token"
"""The axis of a layer that says which token of a table stands at each position."""

_WHOLE: Final = "trunc"
"""What leaves the decimals out, where an input may have some."""


def token_layers(layers: Sequence[Layer]) -> list[tuple[Layer, Layer]]:
    """Return the inputs whose numbers are tokens, each with a layer that says which stand there.

    Parameters
    ----------
    layers
        Those of a model, inputs first.
    """
    by_index = {layer.index: layer for layer in layers}
    found = []
    for layer in layers:
        axes = (layer.axes or "").split(", ")
        if _TOKENS not in axes:
            continue
        read = by_index[layer.inputs[0]]
        if read.activation == _WHOLE:
            read = by_index[read.inputs[0]]
        if read.is_input and read.neurons * layer.shape[axes.index(_TOKENS)] == layer.neurons:
            found.append((read, layer))
    return found


def token_inputs(layers: Sequence[Layer]) -> dict[int, str]:
    """Return by length the input whose numbers are tokens, where one alone has that length.

    Parameters
    ----------
    layers
        Those of a model, inputs first.
    """
    found: dict[int, set[str]] = {}
    for read, _ in token_layers(layers):
        found.setdefault(read.neurons, set()).add(read.name)
    return {length: names.pop() for length, names in found.items() if len(names) == 1}


def tokens_at(
    inputs: Mapping[str, NDArray[Any]], names: Mapping[int, str], length: int
) -> NDArray[np.float64]:
    """Return the tokens at so many positions of a sample, NaN where no input says them.

    Parameters
    ----------
    inputs
        The values of a sample by the names of inputs.
    names
        As ``token_inputs`` returns them.
    length
        How many positions there are.
    """
    if length not in names:
        return np.full(length, np.nan)
    return inputs[names[length]].reshape(-1).astype(np.float64)
