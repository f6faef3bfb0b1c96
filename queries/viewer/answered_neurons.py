"""Which neurons an answer to Cypher has: nodes, in whatever they are, and names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids
from queries.viewer.page_graph import PageModel


def answered_neurons(model: PageModel, frame: pd.DataFrame) -> Ids:
    """Return the neurons of a model that stand in an answer, counted from its first.

    A neuron is found by its name, which stands in a column or in a node, a list or a path of the
    answer. A node of another model is none of this one.

    Parameters
    ----------
    model
        The model.
    frame
        The rows of the answer.
    """
    found = {name for row in _rows(frame) for name in _names(row, model.about.key)}
    return np.flatnonzero(model.neurons["name"].isin(found).to_numpy())


def _rows(frame: pd.DataFrame) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows; what was taken out of a node is a node again."""
    for row in frame.to_dict("records"):
        nodes: dict[str, dict[str, Any]] = {}
        for name, value in row.items():
            node, _, part = str(name).rpartition(".")
            nodes.setdefault(node, {})[part] = value
        yield list(nodes.values())


def _names(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if value.get("model", key) == key:
            for part in value.values():
                yield from _names(part, key)
    elif isinstance(value, Iterable):
        for part in value:
            yield from _names(part, key)
