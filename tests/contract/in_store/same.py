"""Compare what a statement answers in the store with the answer that is computed by default."""

import re

import numpy as np
import pandas as pd
import pytest

from queries import NeuronGraph
from queries.core.schema import weight_properties
from queries.errors import NeurongraphError
from queries.library.queries import query


def assert_same(graph: NeuronGraph, name: str, **values: object) -> None:
    """Assert that a query's answers are the same, as frames: rows, order, columns and types.

    Sums may differ by the order in which a store adds. A column that is not stated is null.

    Parameters
    ----------
    graph
        The graph, and the model in it.
    name
        The query.
    **values
        Values of its parameters.
    """
    expected, frame = computed(graph, name, **values), getattr(graph, name)(**values, in_store=True)
    pd.testing.assert_frame_equal(frame, expected, rtol=1e-6, atol=1e-9, obj=f"{name} {values}")
    assert frame.attrs == expected.attrs


def computed(graph: NeuronGraph, name: str, **values: object) -> pd.DataFrame:
    """Return the default answer, of which what is not stated is null.

    The parameters are those of ``assert_same``.
    """
    frame: pd.DataFrame = getattr(graph, name)(**values)
    for column in query(name).columns:
        if column.not_stated:
            frame[column.name] = np.nan
    return frame


def assert_refused_alike(graph: NeuronGraph, name: str, **values: object) -> None:
    """Assert that a query raises the same error, computed or in the store.

    The parameters are those of ``assert_same``.
    """
    ask = getattr(graph, name)
    with pytest.raises(NeurongraphError) as expected:
        ask(**values)
    with pytest.raises(type(expected.value), match=f"^{re.escape(str(expected.value))}$"):
        ask(**values, in_store=True)


def weighings(graph: NeuronGraph) -> list[str]:
    """Return the properties of relationships by which a model can be weighed."""
    return weight_properties(graph.question("layers").model.stored.granularity)
