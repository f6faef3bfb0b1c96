"""Open a graph by its URI or path: a server, the embedded store, a dataset, or a model file."""

import os
from typing import Final

from queries.errors import GraphError
from queries.stores.base import Store
from queries.stores.location import Location, locate

__all__ = ["Location", "Store", "locate", "open_store"]

_PLUGINS: Final = "neurongraph.stores"
"""The group of entry points by which packages give stores of other kinds of location."""


def open_store(graph: str | os.PathLike[str] | None = None) -> Store:
    """Open a graph for reading.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, a ``bolt://`` or ``neo4j://`` URI, a dataset, which is a
        folder that exists or ends in a slash, or a model file. By default the environment's
        NEURONGRAPH_GRAPH, else ``neurons.lbug`` in this folder.

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
    if location.kind == "embedded":
        from queries.stores.embedded import EmbeddedStore

        return EmbeddedStore(location.path)
    return _plugged_in(location)


def _plugged_in(location: Location) -> Store:
    """Open a graph by what an installed package has for its kind."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=_PLUGINS, name=location.kind):
        store: Store = entry.load()(location.path)
        return store
    raise GraphError(
        f"graph {location.text}: nothing that is installed reads a {location.kind}; install "
        "neurongraph again"
    )
