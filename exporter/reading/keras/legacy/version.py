"""Which Keras wrote a file."""

import re
from typing import Final

_KERAS_3: Final = 3


def major(version: str) -> int:
    """Return the major version of a Keras version such as ``2.2.4-tf``.

    Keras before 1.2 did not write its version, so that none is 1.
    """
    number = re.match(r"\d{1,9}", version)
    return int(number[0]) if number else 1


def is_old(version: str) -> bool:
    """Tell whether a version is one before Keras 3."""
    return major(version) < _KERAS_3
