"""Numbers that are looked up in a table, and must be such as it has."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.answers.inputs.wanted import Wanted
from queries.answers.model import Model
from queries.core.layer import Layer

_TOKENS: Final = "isin"
"""What a neuron of a token applies to what it reads, minus its own number."""

_WHOLE: Final = "trunc"
"""What leaves the decimals out, where an input may have some."""


def require_tokens(layer: Layer, values: NDArray[np.floating[Any]], wanted: Wanted) -> None:
    """Raise ParameterError where an input has a number that a table does not have.

    Parameters
    ----------
    layer
        The input.
    values
        What it is to get.
    """
    for size, table in tables_of(layer, wanted.model):
        whole = values == np.trunc(values)
        if not whole.all():
            raise wanted.error(
                f"the input {layer.name!r} gets {values[~whole][0]:g}, and takes numbers of "
                f"tokens, which are whole: {table!r} has 0 to {size - 1:,}"
            )
        least, most = values.min(), values.max()
        if least < -size or most >= size:
            raise wanted.error(
                f"the input {layer.name!r} gets tokens from {least:.0f} to {most:.0f}, but "
                f"{table!r} has 0 to {size - 1:,} (and -{size:,} to -1, from its end)"
            )


def tables_of(layer: Layer, model: Model) -> Iterator[tuple[int, str]]:
    """Yield how many tokens each table has in which an input is looked up, and its name."""
    readers = {layer.index}
    for each in model.layers:
        if not readers.intersection(each.inputs):
            continue
        if each.activation == _WHOLE:
            readers.add(each.index)
        elif each.activation == _TOKENS:
            # 0, and minus the size of a table that is read from its end as well.
            ends = [float(end) for end in each.activation_config.get("x2", [])]
            if size := -int(min(ends, default=0)):
                yield size, each.name.rpartition("/")[0]
