"""What is made of other operations, though its backend computes it at once.

Each function gets the operation, or the layer, and the arguments of its call for a batch of one.
It raises ``NotWirableError`` where it cannot do as Keras does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from exporter.reading.keras.composing.arithmetic import ARITHMETIC
from exporter.reading.keras.composing.images import IMAGES
from exporter.reading.keras.composing.layers import LAYERS
from exporter.reading.keras.composing.matrices import MATRICES
from exporter.reading.keras.composing.missing import MISSING
from exporter.reading.keras.composing.places import PLACES
from exporter.reading.keras.composing.ranges import RANGES
from exporter.reading.keras.composing.sorting import SORTING
from exporter.reading.keras.composing.spectra import SPECTRA


@dataclass(frozen=True, eq=False)
class Composed:
    """An operation, or a layer, that is taken apart by other means than its own ``call``.

    Parameters
    ----------
    operation
        The operation, or the layer, of Keras.
    by
        What stands for it.
    """

    operation: Any
    by: Callable[..., Any]

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the operation does, by others."""
        return self.by(self.operation, *args, **kwargs)


COMPOSED: Final[Mapping[str, Callable[..., Any]]] = {
    **ARITHMETIC,
    **IMAGES,
    **MATRICES,
    **MISSING,
    **PLACES,
    **RANGES,
    **SORTING,
    **SPECTRA,
}
"""What stands for each operation, by its class."""

__all__ = ["COMPOSED", "LAYERS", "Composed"]
