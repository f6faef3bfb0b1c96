"""Remove a model from a graph."""

import os
import time
from collections.abc import Callable

from exporter.sinks.opening import open_ledger
from queries.core.log import logger
from queries.neurongraph import NeuronGraph
from queries.stores.location import locate


def drop(
    name: str,
    graph: str | os.PathLike[str] | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Remove a model, complete or not, from a graph.

    Parameters
    ----------
    name
        The model's name in the graph.
    graph
        Where the graph is, as in ``load``.
    progress
        Called with the number of relationships that went since the last call.

    Returns
    -------
    int
        How many relationships went.

    Raises
    ------
    ModelNotFoundError
        If there is no model of that name.
    GraphError
        If the graph cannot be opened or written.
    """
    # Opened for reading first: to open a graph for writing would make a missing one.
    NeuronGraph(graph).close()
    begun = time.perf_counter()
    with open_ledger(locate(graph)) as ledger:
        edges = ledger.drop(name, progress)
    seconds = time.perf_counter() - begun
    logger.info("removed %r with %d relationships in %.1f s", name, edges, seconds)
    return edges
