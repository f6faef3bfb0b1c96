"""Constants that repeat a smaller one: views of it, which take no memory."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def repeated(
    op: str, attributes: Mapping[str, Any], values: Sequence[NDArray[Any]]
) -> NDArray[Any] | None:
    """Return what an operation makes of constants, where it only repeats the first.

    Parameters
    ----------
    op, attributes
        The operation, and its attributes by their names.
    values
        What it reads.

    Returns
    -------
    numpy.ndarray or None
        A view; None where the operation is another one, or does not fit what it reads.
    """
    if op not in {"ConstantOfShape", "Expand", "Tile"} or not values:
        return None
    lengths = tuple(int(each) for each in values[-1].reshape(-1))
    if any(length < 0 for length in lengths):
        return None
    try:
        if op == "ConstantOfShape":
            value = np.asarray(attributes.get("value", np.zeros(1, np.float32)))
            return np.broadcast_to(value.reshape(()), lengths)
        if op == "Expand":
            return np.broadcast_to(values[0], np.broadcast_shapes(values[0].shape, lengths))
    except ValueError:
        return None
    first = values[0]
    return np.broadcast_to(first, lengths) if first.shape == (1,) * len(lengths) else None
