"""Open a graph by its URI or path: a server, the embedded store, a dataset, or a model file."""

import os
from collections.abc import Mapping
from typing import Final

from queries.core.location import Location, locate
from queries.errors import GraphError, ParameterError
from queries.stores.base import Store

__all__ = ["Location", "Store", "locate", "open_store"]

_PLUGINS: Final = "neurongraph.stores"
"""The group of entry points by which packages give stores of other kinds of location."""


def open_store(graph: str | os.PathLike[str] | None = None, *, dask: str | None = None) -> Store:
    """Open a graph for reading.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, a ``bolt://`` or ``neo4j://`` URI, a dataset, which is a
        folder that exists or ends in a slash, or a model file. By default the environment's
        NEURONGRAPH_GRAPH, else ``neurons.lbug`` in this folder.
    dask
        As in ``NeuronGraph``.

    Returns
    -------
    Store
        The open store; close it, or use it as a context manager.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    ParameterError
        If ``graph`` is none of these, or ``dask`` is given and it is no model file.
    """
    location = locate(graph)
    if location.kind == "file":
        return _plugged_in(location, {} if dask is None else {"dask": dask})
    if dask is not None:
        raise ParameterError(
            f"dask: many processes pass over a model file, and {location.text} is none; leave it "
            "out"
        )
    if location.kind == "server":
        from queries.stores.neo4j.bolt import BoltStore

        return BoltStore(location.text)
    if location.kind == "dataset":
        from queries.stores.dataset.store import DatasetStore

        return DatasetStore(location.path)
    from queries.stores.embedded.store import EmbeddedStore

    return EmbeddedStore(location.path)


def _plugged_in(location: Location, options: Mapping[str, str]) -> Store:
    """Open a graph by what an installed package has for its kind."""
    from importlib.metadata import entry_points

    for entry in entry_points(group=_PLUGINS, name=location.kind):
        store: Store = entry.load()(location.path, **options)
        return store
    raise GraphError(
        f"graph {location.text}: nothing that is installed reads a {location.kind}; install "
        "neurongraph again"
    )
