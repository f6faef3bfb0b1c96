"""Put consecutive neurons of a layer together, so that a picture has room for all."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_BINS: Final = 128
_LEAST_OF_A_LAYER: Final = 4


@dataclass(frozen=True)
class Bins:
    """Consecutive neurons in bins, none of which holds neurons of two layers.

    Parameters
    ----------
    of_neuron
        By neuron, in the order of ids: the number of its bin.
    labels
        By bin: the name of its neuron, or of the first and the last.
    layers
        The layers in their order.
    bounds
        The first bin of each layer, and last the number of bins.
    """

    of_neuron: NDArray[np.int64]
    labels: NDArray[np.object_]
    layers: list[str]
    bounds: NDArray[np.int64]

    @property
    def centres(self) -> list[float]:
        """The middle of each layer, on an axis of which a bin is a unit."""
        return [float(middle) for middle in (self.bounds[1:] + self.bounds[:-1]) / 2]


def bins_of(neurons: pd.DataFrame) -> Bins:
    """Return a bin for each neuron, or about ``MOST_BINS`` where there are more of them.

    Layers then share the bins by the square root of their size, so that small ones are seen.

    Parameters
    ----------
    neurons
        Frame with the columns name and layer, in the order of ids.
    """
    codes, layers = pd.factorize(neurons["layer"])
    sizes = np.bincount(codes, minlength=len(layers))
    counts = sizes
    if len(neurons) > MOST_BINS:
        roots = np.sqrt(sizes)
        shares = np.round(MOST_BINS * roots / roots.sum()).astype(np.int64)
        counts = np.minimum(sizes, np.maximum(_LEAST_OF_A_LAYER, shares))
    bounds = np.concatenate([[0], np.cumsum(counts)])
    place = np.arange(len(neurons)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    of_neuron = bounds[codes] + place * counts[codes] // sizes[codes]
    first = np.flatnonzero(np.diff(of_neuron, prepend=-1))
    last = np.append(first[1:], len(neurons)) - 1
    names = neurons["name"].to_numpy(dtype=object)
    ranges = names[first] + " … " + names[last]
    labels = np.where(first == last, names[first], ranges)
    return Bins(of_neuron, labels, [str(layer) for layer in layers], bounds)
