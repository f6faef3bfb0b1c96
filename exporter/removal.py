"""Remove a model from a graph."""

import os
import time

from exporter.sinks.kinds import sink_kind
from exporter.sinks.opening import open_ledger
from queries.core.arguments import require_text
from queries.core.log import logger
from queries.core.progress import Progress, shown
from queries.core.wording import command
from queries.neurongraph import NeuronGraph
from queries.stores.location import locate, require_no_swap


def drop(
    name: str,
    graph: str | os.PathLike[str] | None = None,
    *,
    progress: Progress | bool = True,
) -> int:
    """Remove a model, complete or not, from a graph.

    Parameters
    ----------
    name
        The model's name in the graph.
    graph
        Where the graph is, as in ``load``.
    progress
        True for a bar where there is a display, a notebook or a terminal at stderr; False for none.
        A function is called with a phase (``relationships``), how many went, and how many
        there were.

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
    ParameterError
        If an argument is of a wrong kind, or ``graph`` stands in the place of the name.
    """
    require_text("name", name, "the name of a model of the graph")
    require_no_swap(name, graph, command("drop", str(graph), graph=name))
    location = locate(graph)
    # What is not written is refused before it is read, which takes seconds for a model file.
    sink_kind(location)
    # Opened for reading first: to open a graph for writing would make a missing one.
    with NeuronGraph(graph) as session:
        models = session.models()
    # Arrow compares no text that is no UTF-8.
    names, edges_of = models["name"].tolist(), models["edges"].tolist()
    total = sum(edges for each, edges in zip(names, edges_of, strict=True) if each == name)
    begun, removed = time.perf_counter(), 0
    with shown(progress, f"Removing {name}") as told, open_ledger(location) as ledger:

        def count(more: int) -> None:
            nonlocal removed
            removed += more
            told("relationships", removed, total)

        edges = ledger.drop(name, count)
    seconds = time.perf_counter() - begun
    logger.info("removed %r with %d relationships in %.1f s", name, edges, seconds)
    return edges
