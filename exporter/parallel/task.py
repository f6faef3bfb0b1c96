"""What a worker does: build the relationships of one file, write it, and read it back."""

import socket
from dataclasses import dataclass

from exporter.parallel.source import ModelSource, planned
from exporter.sinks.files.folder import ModelFolder
from exporter.sinks.files.parts import FilePart
from queries.checksum import Checksum
from queries.errors import GraphError


@dataclass(frozen=True)
class Written:
    """What stands in a file, without the relationships themselves.

    Parameters
    ----------
    part
        Which file it is.
    sent, found
        The relationships that the model has, and those that were read back.
    """

    part: FilePart
    sent: Checksum
    found: Checksum


def write_part(
    source: ModelSource, folder: ModelFolder, part: FilePart, content: bytes | None
) -> Written:
    """Write a file of relationships, unless it is there, and read it back.

    Done twice, or by two processes at once, it leaves the same file.

    Parameters
    ----------
    source
        The model.
    folder
        Where to.
    part
        Which file.
    content
        As in ``source.planned``.

    Raises
    ------
    GraphLockedError
        If another load has taken over.
    GraphError
        If the folder is not seen, cannot be written, or holds a damaged file.
    """
    _require_folder(folder)
    layer = next(each for each in planned(source, content).layers if each.index == part.layer)
    missing = not folder.file(part.name).exists()
    sent, blocks = Checksum(), []
    for start, stop in part.ranges:
        columns = layer.block(start, stop).columns
        sent.add(columns)
        if missing:
            blocks.append(columns)
    if missing and sent.rows:
        folder.write_edges(part.name, blocks)
    return Written(part, sent, _found(folder, part, sent))


def _found(folder: ModelFolder, part: FilePart, sent: Checksum) -> Checksum:
    found = Checksum()
    path = folder.file(part.name)
    # A file without relationships is not written.
    if sent.rows or path.exists():
        for columns in folder.read_edges(path):
            found.add(columns)
    return found


def _require_folder(folder: ModelFolder) -> None:
    dataset = folder.path.parent
    if not dataset.is_dir():
        raise GraphError(
            f"a worker on {socket.gethostname()} does not see {dataset}; write to a folder that "
            "all workers share"
        )
