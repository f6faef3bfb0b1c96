"""Properties that were written to neurons, kept where their model is written anew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd

from queries import NeuronGraph
from queries.core.log import logger
from queries.core.neuron_filter import NeuronFilter
from queries.core.properties import WrittenProperty
from queries.errors import NeurongraphError, listed
from queries.library.queries import query
from queries.stores import Location, open_store
from queries.stores.models import find_model


@contextmanager
def kept_properties(location: Location, model: str) -> Iterator[None]:
    """Within this block a damaged model is written anew; give it the properties that it has.

    Parameters
    ----------
    location
        Where the graph is.
    model
        The name of the model.
    """
    try:
        properties, frame = _read(location, model)
    except NeurongraphError as error:
        logger.warning("properties that were written to %r cannot be kept: %s", model, error)
        yield
        return
    yield
    if not properties:
        return
    try:
        with NeuronGraph(location.place, model=model) as graph:
            for each in properties:
                graph.write_property(frame, each.name, index=each.index)
    except NeurongraphError as error:
        names = listed([each.name for each in properties])
        logger.warning("not all of %s could be kept of %r: %s", names, model, error)


def _read(location: Location, model: str) -> tuple[Sequence[WrittenProperty], pd.DataFrame]:
    """Return the properties that are whole, and a frame of the neurons with a column for each."""
    with open_store(location.place) as store, store.uncompared():
        about = find_model(store, model)
        whole = [each for each in store.properties(about, indexes=True) if each.finished]
        if not whole:
            return [], pd.DataFrame()
        table = store.answer(query("neurons"), {"neurons": NeuronFilter()}, about)
    return whole, table.select(["id", *(each.name for each in whole)]).to_pandas()
