"""Compare what a statement answers in the store with the answer that is computed by default."""

import pandas as pd

from queries import NeuronGraph


def assert_same(graph: NeuronGraph, name: str, **values: object) -> None:
    """Assert that a query's answers are the same, as frames: rows, order, columns and types.

    Sums may differ by the order in which a store adds.

    Parameters
    ----------
    graph
        The graph, and the model in it.
    name
        The query.
    **values
        Values of its parameters.
    """
    ask = getattr(graph, name)
    expected = ask(**values)
    frame = ask(**values, in_store=True)
    pd.testing.assert_frame_equal(frame, expected, rtol=1e-6, atol=1e-9, obj=f"{name} {values}")
    assert frame.attrs == expected.attrs
