"""Where the blocks of a load go."""

import os

from exporter.sinks.base import STAGED, Sink, exists_error
from queries.stores.location import locate

__all__ = ["STAGED", "Sink", "exists_error", "open_sink"]


def open_sink(graph: str | os.PathLike[str] | None = None) -> Sink:
    """Open a graph for writing.

    Parameters
    ----------
    graph
        As in ``queries.stores.open_store``. The folder of an embedded graph is made if
        missing.

    Returns
    -------
    Sink
        The sink; use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    """
    location = locate(graph)
    if location.is_server:
        from exporter.sinks.bolt import BoltSink

        return BoltSink(location.text)
    from exporter.sinks.embedded import EmbeddedSink

    return EmbeddedSink(location.path)
