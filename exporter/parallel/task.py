"""What a worker does: build the relationships of one file, write it, and read it back."""

import socket
from dataclasses import dataclass

from exporter.parallel.source import Content, ModelSource, plan_of
from exporter.sinks.dataset.folder import ModelFolder, WrittenTable
from exporter.sinks.dataset.parts import FilePart
from queries.core.checksum import Checksum
from queries.errors import GraphError


@dataclass(frozen=True)
class FileResult:
    """What stands in a file, without the relationships themselves.

    Parameters
    ----------
    part
        Which file it is.
    expected, actual
        The relationships that the model has, and those that were read back.
    table
        The file; None where there are no relationships, and so no file.
    """

    part: FilePart
    expected: Checksum
    actual: Checksum
    table: WrittenTable | None


def write_part(
    source: ModelSource, folder: ModelFolder, part: FilePart, content: Content | None
) -> FileResult:
    """Write a file of relationships, unless the very same is there, and read it back.

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
        As in ``source.plan_of``.

    Raises
    ------
    GraphLockedError
        If another load has taken over.
    GraphError
        If the folder is not seen or cannot be written.
    """
    _require_folder(folder)
    layer = next(each for each in plan_of(source, content).layers if each.index == part.layer)
    expected, actual, blocks = Checksum(), Checksum(), []
    for start, stop in part.ranges:
        columns = layer.block(start, stop).columns
        expected.add(columns)
        blocks.append(columns)
    if not expected.rows:
        return FileResult(part, expected, actual, None)
    table = folder.write_edges(part.name, blocks)
    for columns in folder.read_edges(folder.file(part.name)):
        actual.add(columns)
    return FileResult(part, expected, actual, table)


def _require_folder(folder: ModelFolder) -> None:
    dataset = folder.path.parent
    if not dataset.is_dir():
        raise GraphError(
            f"a worker on {socket.gethostname()} does not see {dataset}; write to a folder that "
            "all workers share"
        )
