"""Open a graph by its URI or path: a server, the embedded store, a dataset, or a model file."""

import os
from pkgutil import resolve_name
from typing import Any

from queries.core.input_shapes import InputShapes
from queries.core.live_models import require_no_examples
from queries.core.wording import option
from queries.errors import ParameterError
from queries.stores.base import Store
from queries.stores.location import Location, locate

__all__ = ["Location", "Store", "locate", "open_store"]


def open_store(
    graph: str | os.PathLike[str] | Any | None = None,
    *,
    dask: str | None = None,
    input_shape: InputShapes | None = None,
    example_inputs: Any = None,
) -> Store:
    """Open a graph for reading.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, a ``bolt://`` or ``neo4j://`` URI, a dataset, which is a
        folder that exists or ends in a slash, a model file, or a model in memory. By default the
        environment's NEURONGRAPH_GRAPH, else ``neurons.lbug`` in this folder.
    dask, input_shape, example_inputs
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
        If ``graph`` is none of these, or one of the others is given and does not go with it.
    """
    location = locate(graph)
    if dask is not None and not location.kind.takes_dask:
        raise ParameterError(
            f"{option('dask')}: many processes pass over a model file, and {location.text} is "
            "none; leave it out"
        )
    if input_shape is not None and not location.kind.takes_shapes:
        raise ParameterError(
            f"{option('input_shape')}: only a model file has open axes, and {location.text} is "
            "none; leave it out"
        )
    if not location.kind.takes_examples:
        require_no_examples(example_inputs)
    given = {"dask": dask, "input_shape": input_shape, "example_inputs": example_inputs}
    options = {name: value for name, value in given.items() if value is not None}
    store: Store = resolve_name(location.kind.store)(location.place, **options)
    return store
