"""Names of layers with slashes, which Keras 3 refuses and older files have."""

from typing import Final

_STAND_IN: Final = ".>."
"""What TensorFlow takes in the name of a scope, and nobody writes into that of a layer."""


def name_for_keras(name: str) -> str:
    """Return a layer's name as Keras 3 accepts it."""
    return name.replace("/", _STAND_IN)


def name_in_file(name: str) -> str:
    """Return a layer's name, or a text with such names in it, as the file has it."""
    return name.replace(_STAND_IN, "/")
