"""Read the relationships into small layers together, and hand them out layer by layer."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

import numpy as np
import pyarrow as pa

from queries.core.layer import Layer, runs_of
from queries.stores.first_pass import Read

_MOST: Final = 1 << 14
"""Relationships of layers that are read together; they take as long as one statement does."""

ReadAll = Callable[[Sequence[Layer]], pa.Table]
"""Reads all relationships into layers that follow each other, in any order."""


class Together:
    """Reads relationships; those into layers beside the one that is meant are kept.

    Parameters
    ----------
    layers
        The layers of a model, in the order of their ids.
    read, read_all
        Read those into a part of one layer, and those into several layers.
    """

    def __init__(self, layers: Sequence[Layer], read: Read, read_all: ReadAll) -> None:
        runs = runs_of(layers, _MOST, attrgetter("edges"))
        self._runs = {layer.index: run for run in runs for layer in run if len(run) > 1}
        self._read, self._read_all = read, read_all
        self._kept: dict[int, pa.Table] = {}

    def __call__(self, layer: Layer, first: int, last: int) -> pa.Table:
        """Read all relationships into some neurons of a layer."""
        if (first, last) != (layer.first, layer.last) or layer.index not in self._runs:
            return self._read(layer, first, last)
        if layer.index not in self._kept:
            self._kept = self._by_layer(self._runs[layer.index])
        # A layer that is read again is compared again.
        return self._kept.pop(layer.index)

    def _by_layer(self, layers: Sequence[Layer]) -> dict[int, pa.Table]:
        edges = self._read_all(layers)
        targets = edges["target"].to_numpy()
        order = np.argsort(targets, kind="stable")
        edges = edges.take(order).combine_chunks()
        firsts = [layer.first for layer in layers]
        starts = [*np.searchsorted(targets[order], firsts).tolist(), len(targets)]
        return {
            layer.index: edges.slice(start, stop - start)
            for layer, start, stop in zip(layers, starts[:-1], starts[1:], strict=True)
        }
