"""Open a graph by its URI or path: Neo4j by Bolt, the embedded store, or a dataset."""

import os

from queries.stores.base import Store
from queries.stores.location import Location, locate

__all__ = ["Location", "Store", "locate", "open_store"]


def open_store(graph: str | os.PathLike[str] | None = None) -> Store:
    """Open a graph for reading.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, or a ``bolt://`` or ``neo4j://`` URI. By default the
        environment's NEURONGRAPH_GRAPH, else ``neurons.lbug`` in this folder. Of a dataset, a
        folder that exists or ends in a slash, only the models can be listed.

    Returns
    -------
    Store
        The open store; close it, or use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    ParameterError
        If ``graph`` is none of these.
    """
    location = locate(graph)
    if location.kind == "server":
        from queries.stores.bolt import BoltStore

        return BoltStore(location.text)
    if location.kind == "dataset":
        from queries.stores.dataset.store import DatasetStore

        return DatasetStore(location.path)
    from queries.stores.embedded import EmbeddedStore

    return EmbeddedStore(location.path)
