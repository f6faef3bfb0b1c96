"""What workers send back, checked against what the plan has them send.

They may run another release, read another file, or be broken. None of it is a defence against a
worker that means harm: what comes from there is unpickled, which runs code.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.model_graph.pieces import Result
from exporter.model_graph.reductions import Sum
from exporter.model_graph.wired_layer import WiredLayer
from exporter.parallel.batches import Batch
from exporter.parallel.share import Share
from exporter.parallel.task import FileResult
from exporter.planning.plan import Plan
from exporter.sinks.dataset.folder import WrittenTable
from exporter.sinks.dataset.parts import FilePart
from queries.core.checksum import Checksum
from queries.stores.dataset.manifest import WrittenFile

_LARGEST_CRC32: Final = (1 << 32) - 1


class Unexpected(Exception):  # noqa: N818 - becomes an error that says what to do.
    """A worker sent back something else than it was to send; the message says what."""


def checked_file(plan: Plan, part: FilePart, reply: object) -> FileResult:
    """Return what came back for a file, if it may have come of it.

    Parameters
    ----------
    plan
        The plan of this process.
    part
        Which file was to be written.
    reply
        What came back.

    Raises
    ------
    Unexpected
        If it is of another file or type, has a number that cannot be, or names another file.
    """
    if type(reply) is not FileResult:
        raise Unexpected(f"{_kind(reply)} instead of what it wrote")
    if type(reply.part) is not FilePart or reply.part != part:
        raise Unexpected(f"another file than {part.name}")
    layer = next(each for each in plan.layers if each.index == part.layer)
    most = sum(stop - start for start, stop in part.ranges) * layer.most_edges
    for sums in (reply.expected, reply.actual):
        if type(sums) is not Checksum or not sums.is_sound or sums.rows > most:
            raise Unexpected(f"no checksum of {part.name}")
    _check_table(part, reply.actual.rows, reply.table)
    return reply


def _check_table(part: FilePart, rows: int, table: object) -> None:
    if table is None:
        if rows:
            raise Unexpected(f"relationships of {part.name}, but no file")
        return
    if (
        not isinstance(table, WrittenTable)
        or table.name != part.name
        or (type(table.there), type(table.file)) != (bool, WrittenFile)
    ):
        raise Unexpected(f"another file than {part.name}")
    file = table.file
    whole = all(type(number) is int for number in (file.rows, file.size, file.crc32))
    if not whole or file.rows != rows or file.size <= 0:
        raise Unexpected(f"a file {part.name} of another length than its relationships")
    if not 0 <= file.crc32 <= _LARGEST_CRC32:
        raise Unexpected(f"no CRC-32 of {part.name}")


def checked_share(layer: WiredLayer, share: Share, reply: object) -> list[Result]:
    """Return the results of a share, if they may have come of it.

    Parameters
    ----------
    layer
        The layer, as this process has it.
    share
        What was to be computed.
    reply
        What came back: the number of the share, and a result for each of its pieces.

    Raises
    ------
    Unexpected
        If it is of another share or type, has other places or shapes, or has numbers that finite
        weights and scores cannot make.
    """
    match reply:
        case (int(number), list(results)) if number == share.number:
            pass
        case _:
            raise Unexpected(f"{_kind(reply)} instead of share {share.number}")
    if len(results) != len(share.pieces):
        raise Unexpected(f"{len(results)} results of {len(share.pieces)} pieces")
    for piece, (where, values) in zip(share.pieces, results, strict=True):
        place = layer.result_section(share.work, piece.section)
        if where != place:
            raise Unexpected("the result of another piece")
        slices = place if isinstance(place, tuple) else (place,)
        shape = tuple(each.stop - each.start for each in slices)
        if type(values) is not np.ndarray or values.dtype != np.float64 or values.shape != shape:
            raise Unexpected(f"no array of {shape} floats")
        if not _possible(values, layer, share, piece.scores):
            raise Unexpected("numbers that are not finite, of weights and scores that are")
    return results


def checked_batch(batch: Batch, reply: object) -> tuple[int, Any]:
    """Return the number of a batch, and what was made of it.

    Parameters
    ----------
    batch
        What something was to be made of.
    reply
        What came back: the same two.

    Raises
    ------
    Unexpected
        If it is of another batch or type.
    """
    match reply:
        case (int(number), made) if number == batch.number:
            return number, made
    raise Unexpected(f"{_kind(reply)} instead of what it made of batch {batch.number}")


def _possible(
    values: NDArray[np.float64], layer: WiredLayer, share: Share, scores: NDArray[np.float64]
) -> bool:
    """Tell whether results are finite where they have to be."""
    summed = isinstance(share.work.reduction, Sum)
    odd = ~np.isfinite(values) if summed else np.isnan(values)
    if not odd.any():
        return True
    sound = np.isfinite(scores) if summed else ~np.isnan(scores)
    return not (sound.all() and np.isfinite(layer.at.kernel).all())


def _kind(reply: object) -> str:
    return f"a {type(reply).__name__}"
