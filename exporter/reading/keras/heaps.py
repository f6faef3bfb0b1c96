"""Refuse HDF5 files on which the HDF5 library would never return.

It walks through a heap of texts by the sizes of the objects in it. HDF5 1.14 does not notice a
free space of size 0, as zeros in a damaged file say, and walks on the spot; no signal ends that.
See "Level 1E: Global Heap" in the HDF5 File Format Specification.
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from queries.errors import ModelFileError

_HEAP: Final = struct.Struct("<4sB3xQ")
_OBJECT: Final = struct.Struct("<HH4xQ")
_SIGNATURE: Final = b"GCOL\1"


def require_sound_heaps(file: Path) -> None:
    """Raise ModelFileError where a heap holds a free space of size 0.

    Parameters
    ----------
    file
        The HDF5 file.
    """
    with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(_SIGNATURE)
        while at >= 0:
            if any(index == size == 0 for index, size in _objects(data, at)):
                raise ModelFileError("it is damaged: a heap of its HDF5 has no end")
            at = data.find(_SIGNATURE, at + 1)


def _objects(data: mmap.mmap, at: int) -> Iterator[tuple[int, int]]:
    """Yield the index and the size of each object of a heap as the library walks through it."""
    if at + _HEAP.size > len(data):
        return
    end = min(at + _HEAP.unpack_from(data, at)[2], len(data))
    at += _HEAP.size
    while at + _OBJECT.size <= end:
        index, _, size = _OBJECT.unpack_from(data, at)
        yield index, size
        if not size and not index:
            return
        # The size of a free space counts its own head, that of a text does not.
        at += _OBJECT.size + -(-size // 8) * 8 if index else size
