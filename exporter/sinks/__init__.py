"""Where the blocks of a load go."""

import os

from exporter.sinks.base import REPLACED, STAGED, Sink, exists_error
from exporter.sinks.file_format import chosen_format
from queries.core.file_format import FILE_FORMATS, FileFormat
from queries.core.location import Location, locate
from queries.errors import GraphError, ParameterError, listed
from queries.library.checks import require_count

__all__ = [
    "REPLACED",
    "STAGED",
    "Sink",
    "check_options",
    "exists_error",
    "open_sink",
    "require_store",
]


def open_sink(
    graph: str | os.PathLike[str] | None = None,
    *,
    batch_size: int | None = None,
    writers: int | None = None,
    file_format: FileFormat | None = None,
) -> Sink:
    """Open a graph for writing.

    Parameters
    ----------
    graph
        As in ``queries.stores.open_store``. The folder of an embedded graph or a dataset is made
        if missing.
    batch_size
        Relationships a transaction; by default what suits the store.
    writers
        Transactions at once, on a server; by default what it takes.
    file_format
        Of a dataset; by default what it has already, else Parquet.

    Returns
    -------
    Sink
        The sink; use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened, or is a model file; the subclass tells why.
    ParameterError
        If ``batch_size``, ``writers`` or ``file_format`` is wrong.
    """
    location = locate(graph)
    check_options(location, batch_size=batch_size, writers=writers, file_format=file_format)
    if location.kind == "server":
        from exporter.sinks.neo4j import BoltSink

        return BoltSink(location.text, batch_size=batch_size, writers=writers)
    if location.kind == "dataset":
        from exporter.sinks.dataset import FilesSink

        return FilesSink(location.path, file_format=file_format, batch_size=batch_size)
    from exporter.sinks.embedded import EmbeddedSink

    return EmbeddedSink(location.path, batch_size=batch_size)


def check_options(
    location: Location,
    *,
    batch_size: int | None = None,
    writers: int | None = None,
    file_format: FileFormat | None = None,
) -> None:
    """Raise an error for what ``open_sink`` would refuse, before anything is opened.

    Parameters
    ----------
    location
        Where the graph is.
    batch_size, writers, file_format
        As in ``open_sink``.

    Raises
    ------
    GraphError
        If the graph is a model file.
    ParameterError
        If another argument is wrong.
    """
    require_store(location)
    for name, value in {"batch_size": batch_size, "writers": writers}.items():
        if value is not None:
            require_count(name, value)
    if file_format not in (None, *FILE_FORMATS):
        raise ParameterError(f"file_format {file_format!r} is not one of {listed(FILE_FORMATS)}")
    if file_format is not None and location.kind != "dataset":
        raise ParameterError(
            f"file_format: {location.text} is no folder of files for Neo4j; end such a folder in /"
        )
    if location.kind == "dataset":
        chosen_format(location.path, file_format)
    if writers is not None and location.kind != "server":
        raise ParameterError("writers: only a server takes several at once; leave it out")


def require_store(location: Location) -> None:
    """Raise GraphError for a graph that is a model file, which nothing is written into."""
    if location.kind == "file":
        raise GraphError(
            f"graph {location.text} is a model file, which can be asked as it is, but nothing is "
            "loaded into it or dropped from it; give a path that ends in .lbug, a bolt:// or "
            "neo4j:// URI, or a folder that ends in /"
        )
