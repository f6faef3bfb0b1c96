"""Checksums of what a load writes, by which a store is compared with it at any time.

The checksum of a layer's relationships and that of its neurons are properties of the layer; the
checksum of all layers' properties is one of the model. So that of the model stands for everything.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from queries.core.schema import LAYER, MODEL, NEURON

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


NEURON_COLUMNS: Final = tuple(name for name in NEURON.names if name != "model")
"""What the checksum of neurons covers; what they have as ``model`` differs from store to store."""

_MISSING: Final = np.iinfo(np.int64).min
_WORD: Final = 8
_BYTES: Final = np.array([(1 << 8 * count) - 1 for count in range(_WORD + 1)], dtype=np.uint64)
"""The bits of so many bytes of a word."""

_COVERED: Final = pa.schema(
    field
    for field in MODEL
    if field.name
    not in {
        *("name", "key", "state", "loaded_at", "load_id", "checksum", "edited"),
        *("fingerprint", "block_edges"),
    }
)
"""What the checksum of a model covers: not what differs from load to load."""


_OF_LAYERS: Final = pa.schema(
    [*(field for field in LAYER if field.name != "model"), ("inputs", pa.list_(pa.int64()))]
)


class Checksum:
    """The sum, modulo 2**64, of a hash of each row: of each relationship, or of each neuron.

    One that is missing, doubled, joined to another neuron, or of another weight changes it; the
    order in which they come does not. Floats are taken as the bits of their float32.

    Attributes
    ----------
    rows
        How many were added.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    @property
    def is_sound(self) -> bool:
        """Whether this can have come of adding rows; one from elsewhere may hold anything."""
        whole = type(self.rows) is int and type(self._sum) is int
        return whole and self.rows >= 0 and 0 <= self._sum < 1 << 64

    def add(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Add rows.

        Parameters
        ----------
        columns
            The columns of ``schema.connects_to`` in that order, or what ``neuron_columns``
            returns; of equal length.
        """
        rows = len(next(iter(columns.values())))
        for start in range(0, rows, _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            hashes = _row_hashes([column[some] for column in columns.values()])
            self._sum += int(hashes.sum(dtype=np.uint64))
        self._sum %= 1 << 64
        self.rows += rows

    @classmethod
    def of(cls, rows: int, total: int) -> "Checksum":
        """Return the checksum of so many rows whose hashes have that sum."""
        made = cls()
        made.rows, made._sum = rows, total
        return made

    def update(self, other: "Checksum") -> None:
        """Add the rows of another sum, wherever that was computed."""
        self.rows += other.rows
        self._sum = (self._sum + other._sum) % (1 << 64)

    def __str__(self) -> str:
        """Return the sum as 16 hexadecimal digits."""
        return f"{self._sum:016x}"


class LayerChecksums:
    """A checksum a layer, of rows of several layers in any order.

    Parameters
    ----------
    firsts
        The id of the first neuron of each layer, ascending.

    Attributes
    ----------
    sums
        The checksum of each.
    """

    def __init__(self, firsts: Sequence[int]) -> None:
        self._firsts = np.array(firsts, dtype=np.int64)
        self.sums = [Checksum() for _ in firsts]

    def add(self, columns: Mapping[str, NDArray[Any]], by: str) -> None:
        """Add rows, each to the layer of the neuron whose id stands in the column ``by``.

        Parameters
        ----------
        columns
            As ``Checksum.add`` takes them.
        by
            ``id`` of neurons, ``target`` of relationships.
        """
        if len(self.sums) == 1:
            self.sums[0].add(columns)
            return
        layers = np.searchsorted(self._firsts, columns[by], side="right") - 1
        totals = np.zeros(len(self.sums), dtype=np.uint64)
        for start in range(0, len(layers), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            np.add.at(totals, layers[some], _row_hashes([each[some] for each in columns.values()]))
        rows = np.bincount(layers, minlength=len(self.sums))
        for checksum, total, count in zip(self.sums, totals.tolist(), rows.tolist(), strict=True):
            checksum.update(Checksum.of(count, total))


def neuron_columns(neurons: pa.Table) -> dict[str, NDArray[Any]]:
    """Return neurons as columns of numbers, for their checksum.

    Parameters
    ----------
    neurons
        The columns of ``schema.NEURON``, any others, or none of ``model``.
    """
    return {name: numbers(neurons[name].cast(NEURON.field(name).type)) for name in NEURON_COLUMNS}


def model_checksum(model: Mapping[str, Any], layers: Iterable[Mapping[str, Any]]) -> str:
    """Return the checksum of the properties of a model and of its layers.

    Parameters
    ----------
    model
        The properties of its node: the names of ``schema.MODEL``.
    layers
        A mapping a layer, inputs first: the names of ``schema.LAYER``, and ``inputs``, the indices
        of the layers that feed it.
    """
    # Arrow's types make of each value what a store would have made of it.
    (own,) = pa.Table.from_pylist([dict(model)], _COVERED).to_pylist()
    rows = pa.Table.from_pylist([dict(layer) for layer in layers], _OF_LAYERS).to_pylist()
    return hashlib.sha256(json.dumps([own, rows]).encode()).hexdigest()[:32]


def numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a number for each value: floats as their bits, texts as their hashes."""
    missing = column.is_null().to_numpy()
    if pa.types.is_string(column.type):
        return np.where(missing, np.uint64(1 << 63), _hashes(column.combine_chunks()))
    if not pa.types.is_floating(column.type):
        return np.where(missing, _MISSING, pc.fill_null(column, 0).to_numpy())
    # A sum with 0 makes one of the two zeros; not every store keeps which of the NaNs it was.
    values = pc.fill_null(column, np.nan).to_numpy() + 0.0
    values[np.isnan(values)] = np.nan
    return np.where(missing, _MISSING, values.view(np.int64))


def _hashes(texts: pa.StringArray) -> _Bits:
    """Return a hash of each text, which takes in eight of its bytes at a time."""
    _, offsets, content = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    begins, sizes = bounds[:-1].astype(np.int64), np.diff(bounds)
    # Behind the last byte is room for the rest of a word.
    padded = np.frombuffer((content.to_pybytes() if content else b"") + bytes(8), np.uint8)
    words: _Bits = np.ndarray(len(padded) - 7, "<u8", padded, strides=(1,))
    hashes = sizes.astype(np.uint64)
    for start in range(0, int(sizes.max(initial=0)), _WORD):
        longer = np.flatnonzero(sizes > start)
        left = np.minimum(sizes[longer] - start, _WORD)
        some = hashes[longer] + (words[begins[longer] + start] & _BYTES[left])
        _mix(some)
        hashes[longer] = some
    return hashes


def _row_hashes(columns: Sequence[NDArray[Any]]) -> _Bits:
    """Return the hash of each row."""
    hashes = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        hashes += _bits(column)
        _mix(hashes)
    return hashes


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
