"""Where the blocks of a load go."""

import os

from exporter.sinks.base import REPLACED, STAGED, Progress, Sink, exists_error
from queries.errors import ParameterError
from queries.stores.location import locate

__all__ = ["REPLACED", "STAGED", "Progress", "Sink", "exists_error", "open_sink"]


def open_sink(
    graph: str | os.PathLike[str] | None = None,
    *,
    batch_size: int | None = None,
    writers: int | None = None,
) -> Sink:
    """Open a graph for writing.

    Parameters
    ----------
    graph
        As in ``queries.stores.open_store``. The folder of an embedded graph is made if
        missing.
    batch_size
        Relationships a transaction; by default what suits the store.
    writers
        Transactions at once, on a server; by default what it takes.

    Returns
    -------
    Sink
        The sink; use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    ParameterError
        If ``batch_size`` or ``writers`` is wrong.
    """
    for name, value in {"batch_size": batch_size, "writers": writers}.items():
        if value is not None and value < 1:
            raise ParameterError(f"{name} is {value}; it must be at least 1")
    location = locate(graph)
    if location.is_server:
        from exporter.sinks.bolt import BoltSink

        return BoltSink(location.text, batch_size=batch_size, writers=writers)
    from exporter.sinks.embedded import EmbeddedSink

    if writers is not None:
        raise ParameterError("writers: an embedded graph has one writer alone; leave it out")
    return EmbeddedSink(location.path, batch_size=batch_size)
