"""Write a plan into a dataset by many processes, and check what has arrived."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial

from exporter.parallel.checking import checked_file
from exporter.parallel.results import results
from exporter.parallel.source import ModelSource
from exporter.parallel.task import FileResult, write_part
from exporter.parallel.workers import Workers
from exporter.planning.plan import Plan
from exporter.sinks.dataset.folder import WrittenTable
from exporter.sinks.dataset.writer import DatasetWriter
from exporter.sinks.writer import Writer
from exporter.sinks.writing import layer_checksums, require_arrived, write_layers, write_neurons
from queries.core.checksum import Checksum
from queries.core.log import logger
from queries.core.progress import Progress
from queries.core.wording import option
from queries.errors import GraphError
from queries.stores.dataset.files import file_errors

Sums = Mapping[int, tuple[Checksum, Checksum]]
"""The relationships that were sent and those that were found, by the index of their layer."""


def _go_on() -> str:
    return f"what is written stays, and a load with {option('resume', True)} goes on from there"


def write_in_parallel(
    workers: Workers,
    source: ModelSource,
    writer: Writer,
    part: Plan,
    name: str,
    block_edges: int,
    progress: Progress,
) -> dict[str, dict[str, str]]:
    """Do what ``writing.write`` does, by many processes.

    Each writes whole files and reads them back, so that no relationship has to travel.

    Parameters
    ----------
    workers
        The processes.
    source
        What the processes open.
    writer
        Of a dataset. A load has begun or goes on there.
    part
        The plan that the processes make of the source.
    name, block_edges, progress
        As in ``writing.write``.

    Returns
    -------
    dict
        As ``writing.write``.

    Raises
    ------
    GraphUnavailableError
        If the workers, or the connection to them, are lost.
    GraphError
        If a worker fails, or something else stands in the dataset than was sent.
    """
    if not isinstance(writer, DatasetWriter):
        raise TypeError(f"{writer.location} is no dataset")
    write_layers(writer, part, name, progress)
    files = [file for layer in part.layers for file in writer.parts(layer, block_edges)]
    folder, content = writer.folder.absolute(), workers.shipped(source)
    submit = workers.executor.submit
    tasks = {submit(write_part, source, folder, file, content): file for file in files}
    try:
        # Meanwhile the workers open the model.
        neurons = write_neurons(writer, part, name, progress)
        files_written = results(workers, tasks, partial(checked_file, part), _go_on())
        sums = _summed(writer, part, files_written, progress)
    finally:
        # Those that have begun go on, and leave a whole file or none.
        for task in tasks:
            task.cancel()
    _check(writer, part, sums)
    logger.info("wrote and checked %d relationships in %d files", part.edges, len(files))
    return layer_checksums({layer.name: sums[layer.index][0] for layer in part.layers}, neurons)


def _summed(
    writer: DatasetWriter,
    part: Plan,
    files: Iterable[FileResult],
    progress: Progress,
) -> Sums:
    """Add up what came of the files, and take note of them."""
    sums = {layer.index: (Checksum(), Checksum()) for layer in part.layers}
    done = 0
    for result in files:
        expected, actual = sums[result.part.layer]
        expected.update(result.expected)
        actual.update(result.actual)
        if result.table is not None:
            _require_there(writer, result.table)
            writer.note_edges(result.table)
        done += result.actual.rows
        progress("relationships", done, part.edges)
    return sums


def _require_there(writer: DatasetWriter, table: WrittenTable) -> None:
    """Raise GraphError where this process does not see a file as a worker wrote it."""
    path = writer.folder.file(table.name)
    with file_errors(path), suppress(FileNotFoundError):
        if path.stat().st_size == table.file.size:
            return
    # A load that has taken over may have removed it.
    writer.folder.require_ours()
    raise GraphError(
        f"{path} is not there as a worker wrote it; write to a folder that all share; {_go_on()}"
    )


def _check(writer: DatasetWriter, part: Plan, sums: Sums) -> None:
    """Compare what arrived with what was sent, and that with the plan of this process."""
    for layer in part.layers:
        expected, actual = sums[layer.index]
        require_arrived(writer.location, layer, expected, actual)
        if expected.rows != layer.edges:
            raise GraphError(
                f"workers built {expected.rows:,} relationships into layer {layer.name!r}, which "
                f"has {layer.edges:,}; give them the version of neurongraph that loads"
            )
