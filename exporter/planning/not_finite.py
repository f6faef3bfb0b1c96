"""Weights and biases that are not a number, or infinite: whether a file has any, and where."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from exporter.planning.counted_weights import are_finite
from exporter.reading.bounds import require_weights
from exporter.reading.keras.heaps import require_sound_heaps
from exporter.reading.keras.weights import declared_bytes, weights_file

_NUMBERS: Final = 1 << 20
"""Numbers of an array that are read at once."""


def may_hold_not_finite(path: Path) -> bool:
    """Tell whether the arrays of a model file hold a number that is not finite.

    They are read piece by piece. What only training needs, such as the state of an optimizer, is
    among them.

    Parameters
    ----------
    path
        The model file.

    Raises
    ------
    ModelFileError
        If the file declares more weights than one of its size can hold.
    """
    import h5py

    with weights_file(path) as file:
        require_sound_heaps(path, file)
        require_weights(path, declared_bytes(file), "its datasets declare")
        with h5py.File(file, "r") as opened:
            # Ends at the first that is found.
            return bool(opened.visititems(_found))


def _found(_: str, dataset: Any) -> bool | None:
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


def not_finite_text(weights: Mapping[str, int], biases: Mapping[str, int]) -> str:
    """Say how many weights and biases are not finite, and in which layers; empty for none.

    Parameters
    ----------
    weights
        By layer the number of relationships into it whose weight is not finite.
    biases
        By layer the number of its neurons whose bias or slope is not finite.
    """
    said = [
        _counted(weights, "relationship has a weight", "relationships have a weight"),
        _counted(biases, "neuron has a bias", "neurons have a bias"),
    ]
    parts = [part for part in said if part]
    return f"Not finite (NaN or infinite): {'; '.join(parts)}." if parts else ""


def _counted(counts: Mapping[str, int], one: str, several: str) -> str:
    some = {layer: count for layer, count in counts.items() if count}
    if not some:
        return ""
    total = sum(some.values())
    where = ", ".join(f"{layer} {count:,}" for layer, count in some.items())
    return f"{total:,} {one if total == 1 else several} ({where})"
