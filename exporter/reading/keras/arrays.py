"""Look through the arrays of a Keras file without a model for them."""

from typing import Any, Final

import numpy as np

from exporter.reading.finite import are_finite
from exporter.reading.keras.saved import Saved
from exporter.reading.keras.weights import sound_weights

_NUMBERS: Final = 1 << 20
"""Numbers of an array that are read at once."""


def may_hold_not_finite(saved: Saved) -> bool:
    """Tell whether the arrays of a model file hold a number that is not finite.

    They are read piece by piece. What only training needs, such as the state of an optimizer, is
    among them.

    Parameters
    ----------
    saved
        What the file says.

    Raises
    ------
    ModelFileError
        If the file declares more weights than one of its size can hold.
    """
    import h5py

    with sound_weights(saved) as file, h5py.File(file, "r") as weights:
        # Ends at the first that is found.
        return bool(weights.visititems(_is_not_finite))


def _is_not_finite(_: str, dataset: Any) -> bool | None:
    """Return True for an array that holds a number that is not finite, else None."""
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f" or not dataset.size:
        return None
    if dataset.ndim == 0:
        pieces = iter([np.asarray(dataset[()])])
    else:
        rows = max(1, _NUMBERS * len(dataset) // dataset.size)
        pieces = (dataset[start : start + rows] for start in range(0, len(dataset), rows))
    return None if all(map(are_finite, pieces)) else True
