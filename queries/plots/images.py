"""The neurons of a layer as images: which image each is in, and where."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Images:
    """The neurons of a layer as images of one size.

    Parameters
    ----------
    across, down
        The axes that run to the right and down; ``down`` is empty where an image is one row.
    names
        What each image shows, such as ``channel 2``; empty where there is one.
    number
        In which image each neuron is: shape (n,).
    x, y
        Where it is there: shape (n,).
    """

    across: str
    down: str
    names: list[str]
    number: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    @property
    def corner(self) -> tuple[float, float]:
        """The first x and the first y."""
        return float(self.x.min()), float(self.y.min())

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in neurons."""
        return float(np.ptp(self.x)) + 1, float(np.ptp(self.y)) + 1


def images_of(neurons: pd.DataFrame) -> Images:
    """Return neurons as images lie, or as an array of fewer axes is printed.

    With x and y there is an image for each channel, and each z. With x alone, x runs down and the
    channels to the right; without positions an image is a row of channels.

    Parameters
    ----------
    neurons
        Some neurons of one layer, at least one: channel, x, y, z.
    """
    if neurons["y"].notna().any():
        number, names = _apart(neurons, ["channel", "z"])
        return Images("x", "y", names, number, _along(neurons, "x"), _along(neurons, "y"))
    down = "x" if neurons["x"].notna().any() else ""
    number = np.zeros(len(neurons), dtype=np.int64)
    return Images("channel", down, [""], number, _along(neurons, "channel"), _along(neurons, down))


def _along(neurons: pd.DataFrame, axis: str) -> NDArray[np.float64]:
    """Return where neurons stand on an axis, 0 where they have no place on it."""
    return neurons[axis].fillna(0).to_numpy(np.float64) if axis else np.zeros(len(neurons))


def _apart(neurons: pd.DataFrame, axes: list[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Return the number of the place of each neuron on some axes, and the names of the places."""
    groups = neurons.groupby(axes, sort=True, dropna=False)
    keys = groups.size().index.to_frame(index=False).astype("Int64")
    parts = [f"{axis} " + keys[axis].astype(str) for axis in axes if keys[axis].nunique() > 1]
    names = [" ".join(texts) for texts in zip(*parts, strict=True)] or [""]
    return groups.ngroup().to_numpy().astype(np.int64), names
