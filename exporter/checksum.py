"""A checksum of relationships that does not depend on their order."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_Bits = NDArray[np.uint64]

# The finalizer of SplitMix64: Steele, Lea, Flood (2014), Fast splittable pseudorandom number
# generators, figure 16.
_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)

_ROWS_AT_ONCE: Final = 1 << 13
"""64 KB a column: a core's cache holds them.

The C library asks the system for new memory for each larger array where a process is told to give
memory back, as Dask's workers are, and that is several times slower.
"""


class Checksum:
    """The sum, modulo 2**64, of a hash of each relationship.

    One that is missing, doubled, joined to another neuron, or of another weight changes it; the
    order in which relationships come does not. Weights are taken as the bits of their float32.

    Attributes
    ----------
    edges
        How many relationships were added.
    """

    def __init__(self) -> None:
        self.edges = 0
        self._sum = 0

    def add(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Add relationships.

        Parameters
        ----------
        columns
            The columns of ``schema.connects_to``, in that order and of equal length.
        """
        rows = len(columns["source"])
        for start in range(0, rows, _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            self._sum += _total([column[some] for column in columns.values()])
        self._sum %= 1 << 64
        self.edges += rows

    def update(self, other: "Checksum") -> None:
        """Add the relationships of another sum, wherever that was computed."""
        self.edges += other.edges
        self._sum = (self._sum + other._sum) % (1 << 64)

    def __str__(self) -> str:
        """Return the sum as 16 hexadecimal digits."""
        return f"{self._sum:016x}"


def _total(columns: Sequence[NDArray[Any]]) -> int:
    """Return the sum of the hashes of some rows."""
    hashes = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashes += _bits(column)
        _mix(hashes)
    return int(hashes.sum(dtype=np.uint64))


def _mix(hashes: _Bits) -> None:
    """Replace each number by another that depends on all of its bits."""
    hashes += _GAMMA
    hashes ^= hashes >> np.uint64(30)
    hashes *= _FIRST
    hashes ^= hashes >> np.uint64(27)
    hashes *= _SECOND
    hashes ^= hashes >> np.uint64(31)


def _bits(column: NDArray[Any]) -> _Bits:
    """Return each value as a number of its own: floats as the bits of a float32."""
    if column.dtype.kind != "f":
        return column.astype(np.uint64)
    # A sum with 0 makes one of the two zeros; not every store keeps which of the NaNs it was.
    single = column.astype(np.float32) + np.float32(0)
    single[np.isnan(single)] = np.nan
    return single.view(np.uint32).astype(np.uint64)
