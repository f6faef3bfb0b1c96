"""Pixels in the range that a model takes."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.answers.inputs.wanted import Wanted
from queries.core.wording import option, worded

BYTE: Final = 255
"""The brightest pixel of 8 bits."""

_SCALING: Final = ("Rescaling", "Normalization")
"""Layers of Keras that bring numbers into the range that a model was trained in."""


def in_range(
    values: NDArray[Any], wanted: Wanted, name: str, *, brightest: int = BYTE, are_pixels: bool
) -> NDArray[np.floating[Any]]:
    """Return numbers in the range that was asked for.

    Parameters
    ----------
    values
        The numbers.
    name
        What errors call what they stand in.
    brightest
        The largest number that a pixel may be.
    are_pixels
        Whether they are pixels, so that nobody but the user or the model can say what it takes.

    Raises
    ------
    ParameterError
        If nothing says in which range the model takes pixels, numbers are beyond those that are to
        be scaled, or those of an array are 0 and 1 alone, as of one that was scaled before.
    """
    ends = wanted.how.pixels
    if ends is None:
        if not are_pixels:
            return np.asarray(values)
        if not all(_scales_itself(wanted, index) for index in _indices(wanted)):
            raise wanted.error(
                f"the pixels of {name} are from 0 to {brightest}, and nothing says in which range "
                f"{wanted.model.name!r} takes them; say {worded('--pixels 0..1', 'pixels=(0, 1)')} "
                f"for 0 to 1, or {worded('--pixels 0..255', 'pixels=(0, 255)')}, "
                "as the model was trained"
            )
        ends = (0.0, float(BYTE))
    low, high = ends
    least, most = values.min(initial=0), values.max(initial=0)
    whole = are_pixels or bool((np.floor(values) == values).all())
    if not (whole and least >= 0 and most <= brightest):
        kind = "numbers" if whole else "decimals"
        raise wanted.error(
            f"{name} has {kind} from {least:g} to {most:g}, and pixels are whole numbers from 0 to "
            f"{brightest}; leave {option('pixels')} out to take them as they are"
        )
    if most == 1 and not are_pixels:
        raise wanted.error(
            f"{name} has numbers from 0 to 1, and {option('pixels')} scales those from 0 to "
            f"{brightest} to {low:g} to {high:g}, so that 1 would become "
            f"{low + (high - low) / brightest:g}; leave {option('pixels')} out to take them as "
            f"they are, or give pixels from 0 to {brightest}"
        )
    return np.asarray(values, dtype=np.float64) / brightest * (high - low) + low


def _indices(wanted: Wanted) -> list[int]:
    return [layer.index for layer in wanted.layers]


def _scales_itself(wanted: Wanted, index: int) -> bool:
    """Tell whether each layer that reads an input brings it into a range of its own."""
    readers = [layer for layer in wanted.model.layers if index in layer.inputs]
    return bool(readers) and all(layer.class_name in _SCALING for layer in readers)
