"""What a file or a folder is, where it holds a model that is not read."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from exporter.reading.foreign.archives import archive_text
from exporter.reading.foreign.folders import folder_text
from exporter.reading.foreign.heads import head_text
from exporter.reading.foreign.pickles import pickle_file_text
from exporter.reading.foreign.protobuf import protobuf_text

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_HEAD: Final = 1 << 16
"""Bytes of a file that are looked into."""

_OF_FILES: Final[tuple[Callable[[Path, bytes], str | None], ...]] = (
    head_text,
    pickle_file_text,
    protobuf_text,
)


def foreign_text(path: Path) -> str | None:
    """Say what a model of a format that is not read is, and the line that exports it.

    Parameters
    ----------
    path
        A file or a folder, which exists.

    Returns
    -------
    str or None
        What follows the path in an error; None where no such format is recognised, or nothing
        can be read.
    """
    try:
        return folder_text(path) if path.is_dir() else _file_text(path)
    except OSError:
        return None


def _file_text(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_HDF5):
        return None
    if zipfile.is_zipfile(path):
        return archive_text(path)
    return next((text for each in _OF_FILES if (text := each(path, head))), None)
