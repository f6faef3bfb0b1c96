"""Hold the relationships of a layer against what its load wrote, when they are first read."""

from collections.abc import Callable

import pyarrow as pa

from queries.core.checksum import Checksum
from queries.core.layer import Layer
from queries.core.schema import connects_to
from queries.stores.whole import Whole

Read = Callable[[Layer, int, int], pa.Table]
"""Reads all relationships into the neurons of a layer from one id to another."""


class FirstPass:
    """Reads relationships, and compares each layer once with what its load wrote.

    A pass begins with the first neuron of a layer and goes on in order; it may be left before
    the last. The comparison is made where it comes to the end.

    Parameters
    ----------
    whole
        The layers as the load wrote them.
    granularity
        That of the model.
    read
        Reads the relationships.
    sums
        Whether the checksum is compared, or the count alone.
    """

    def __init__(self, whole: Whole, granularity: str, read: Read, *, sums: bool) -> None:
        self._wrote, self._names = whole, connects_to(granularity).names
        self._read, self._sums = read, sums
        self._compared: set[int] = set()
        self._next, self._sums_of_pass = -1, Checksum()

    def __call__(self, layer: Layer, first: int, last: int) -> pa.Table:
        """Read all relationships into some neurons of a layer.

        Raises
        ------
        GraphDamagedError
            If these are the last of a layer that has not what its load wrote.
        """
        edges = self._read(layer, first, last)
        if layer.index not in self._compared:
            self._compare(layer, first, last, edges)
        return edges

    def _compare(self, layer: Layer, first: int, last: int, edges: pa.Table) -> None:
        if first == layer.first:
            self._next, self._sums_of_pass = first, Checksum()
        if first != self._next:
            return
        self._next = last + 1
        if self._sums:
            self._sums_of_pass.add({name: edges[name].to_numpy() for name in self._names})
        else:
            self._sums_of_pass.rows += len(edges)
        if last == layer.last:
            self._wrote.require_relationships(layer, self._sums_of_pass, sums=self._sums)
            self._compared.add(layer.index)
