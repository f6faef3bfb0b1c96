"""What changes from the model that is shown to the one beside it."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from queries.viewer.page_graph import PageGraph
from queries.viewer.view import View

_OF_LAYERS: Final = {
    "layer": "name",
    "changed": "changed",
    "flips": "flips",
    "relative_change": "relative",
}
_OF_EDGES: Final = {"source_name": "name", "weight": "weight", "other_weight": "beside"}


@dataclass(frozen=True, eq=False)
class Changes:
    """What changes from a model to another one of its architecture.

    Parameters
    ----------
    layers
        By layer, most changed first: name, weights that differ, those of another sign, relative
        change.
    inputs
        The weights into the pick that change most: name, weight, that of the model beside.
    """

    layers: pd.DataFrame
    inputs: pd.DataFrame


def changes_of(graph: PageGraph, view: View) -> Changes:
    """Return what changes from the model of a view to the one beside it.

    Raises
    ------
    ParameterError
        If they are not of one architecture.
    """
    layers = graph.compare_layers(view.other, by=view.by, model=view.model)
    inputs = pd.DataFrame(columns=[*_OF_EDGES])
    if view.pick and view.lines:
        inputs = graph.compare_edges(
            view.other, target=view.pick, k=view.lines, by=view.by, model=view.model
        )
        inputs = inputs[inputs["change"] != 0]
    return Changes(_renamed(layers, _OF_LAYERS), _renamed(inputs, _OF_EDGES))


def _renamed(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    return frame[list(names)].rename(columns=names)
