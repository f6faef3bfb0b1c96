"""Arrays as somebody gives them."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from queries.core.layer import Layer
from queries.errors import ParameterError


def numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return an array of numbers.

    Parameters
    ----------
    name
        What errors call it.
    values
        What may be one.

    Raises
    ------
    ParameterError
        If it is none.
    """
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"{name} is no array of numbers: {error}") from None
    if np.ma.is_masked(values):
        raise ParameterError(f"{name} is an array of which some values are masked; fill them in")
    if array.dtype.kind not in "buif":
        raise ParameterError(f"{name} is an array of {array.dtype}, and no numbers")
    return array


def one_or_more(array: NDArray[Any], layer: Layer) -> NDArray[Any]:
    """Return an array whose first axis counts samples; one of the input's own shape is one."""
    return array[np.newaxis] if array.shape == layer.shape else array


def decoded(classes: NDArray[Any]) -> NDArray[Any]:
    """Return classes of samples, as texts where they are bytes."""
    if classes.dtype.kind not in "SO":
        return classes
    texts = [
        each.decode(errors="replace") if isinstance(each, bytes) else each
        for each in classes.reshape(-1).tolist()
    ]
    return np.array(texts, dtype=object).reshape(classes.shape)
