"""``NeuronGraph.plot``: a method a plot, which asks the graph and draws the answer."""

from typing import TYPE_CHECKING, Literal

import pandas as pd

from queries.errors import ParameterError
from queries.methods.base import Weighing
from queries.neuron_filter import NeuronsLike
from queries.plots import adjacency
from queries.plots.library import plot
from queries.plots.picture import Picture

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph


class Plots:
    """The plots of a graph; each method takes what the query takes whose answer it draws.

    Parameters
    ----------
    graph
        An open graph.
    """

    def __init__(self, graph: "NeuronGraph") -> None:
        self._graph = graph

    def adjacency(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        measure: Literal["mean", "largest"] = "mean",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return the adjacency matrix as a heat map."""
        plot("adjacency").checked({"measure": measure})
        sources, targets = (
            _some(side, self._graph.neurons(neurons, model=model))
            for side, neurons in (("source", source), ("target", target))
        )
        matrix = self._graph.to_scipy(source, target, by=by, model=model)
        title = f"Adjacency matrix of {self._graph._about(model).name}"
        return Picture(adjacency.draw(matrix, sources, targets, title=title, measure=measure))


def _some(name: str, neurons: pd.DataFrame) -> pd.DataFrame:
    if neurons.empty:
        raise ParameterError(f"{name}: there are no such neurons; there is nothing to draw")
    return neurons
