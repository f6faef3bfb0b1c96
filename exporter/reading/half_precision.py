"""Half precision: what it means that a model of it is read as one of single precision."""

from collections.abc import Sequence
from typing import Final

from queries.errors import listed

# Significant decimal digits that a number keeps: it has 11 bits, or 8.
_DIGITS: Final = {"bfloat16": 2, "float16": 3}


def precision_note(names: Sequence[str]) -> str:
    """Say what it means that a model of half precision is read as one of single precision.

    Parameters
    ----------
    names
        The ``half_precisions`` of an opened model; not empty.
    """
    digits = min(_DIGITS[name.removeprefix("mixed_")] for name in names)
    return (
        f"The model computes in {listed(names)} and is read as float32: model.predict rounds to "
        f"about {digits} significant digits at each layer, the graph does not."
    )
