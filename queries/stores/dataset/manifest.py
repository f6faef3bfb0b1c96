"""Which files a load wrote for a model.

A file is known by its size and its CRC-32, which zlib computes several times faster than the files
are read as tables.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import pyarrow as pa

MANIFEST: Final = "files.json"
_CHUNK: Final = 1 << 18


@dataclass(frozen=True)
class WrittenFile:
    """A file as it was written.

    Parameters
    ----------
    rows
        How many rows it has.
    size
        How many bytes.
    crc32
        Their CRC-32.
    """

    rows: int
    size: int
    crc32: int


@dataclass(frozen=True)
class Manifest:
    """What a load wrote.

    Parameters
    ----------
    files
        The files, by name without suffix.
    layers
        The names of layers, by index.
    """

    files: Mapping[str, WrittenFile]
    layers: Mapping[int, str]

    def tables_of(self, kind: str, layer: int) -> list[str]:
        """Return the names of files of a layer, in the order of its neurons.

        Parameters
        ----------
        kind
            ``neurons`` or ``edges``.
        layer
            The index of the layer.
        """
        return self._names.get(f"{kind}-{layer:05d}", [])

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for name in sorted(self.files):
            names.setdefault(name.rpartition("-")[0], []).append(name)
        return names

    @property
    def text(self) -> str:
        """All of it as JSON."""
        files = {name: asdict(file) for name, file in sorted(self.files.items())}
        return json.dumps({"files": files, "layers": self.layers}, indent=0)

    @classmethod
    def of_text(cls, text: str) -> "Manifest":
        """Return what has been made such a text of."""
        content = json.loads(text)
        files = {name: WrittenFile(**file) for name, file in content["files"].items()}
        return cls(files, {int(index): name for index, name in content["layers"].items()})


def file_entry(rows: int, content: pa.Buffer) -> WrittenFile:
    """Return what a file of some rows and a content is known by."""
    return WrittenFile(rows, content.size, zlib.crc32(content))


def crc32_of(path: Path) -> int:
    """Return the CRC-32 of a file."""
    crc32, chunk = 0, bytearray(_CHUNK)
    view = memoryview(chunk)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(chunk):
            crc32 = zlib.crc32(view[:size], crc32)
    return crc32
