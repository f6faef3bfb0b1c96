"""``NeuronGraph.plot``: a method a plot, which asks the graph and draws the answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from queries.core.neuron_filter import NeuronFilter, NeuronsLike
from queries.errors import ParameterError, listed
from queries.library.declaration import Weighing
from queries.library.plots import plot
from queries.library.queries import query
from queries.plots import (
    adjacency,
    centrality,
    comparison,
    field,
    strongest_paths,
    weight_distribution,
)
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
            _require_any(side, self._graph.neurons(neurons, model=model))
            for side, neurons in (("source", source), ("target", target))
        )
        matrix = self._graph.to_scipy(source, target, by=by, model=model)
        title = self._title("Adjacency matrix", model)
        figure = adjacency.draw(matrix, sources, targets, title=title, measure=measure, by=by)
        about = self._graph._about(model)
        frame = self._graph._noted(pd.DataFrame(), query("adjacency"), about)
        return Picture(figure, _note(frame))

    def centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        measure: Literal[
            "katz", "pagerank", "path_centrality", "eigenvector_centrality", "strength"
        ] = "katz",
        classes: str | Sequence[str] | None = None,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return a measure of centrality, by layer on a logarithmic scale.

        Parameters
        ----------
        neurons
            Which neurons to draw.
        measure
            The query that measures.
        classes
            What the neurons of the last layer stand for, in the order of ids: a list, or a text
            with commas.
        by, model
            As in the query.

        Raises
        ------
        ParameterError
            If there are not as many classes as neurons in the last layer that is drawn, or no
            neuron has a measure above 0.
        """
        plot("centrality").checked({"measure": measure})
        frame = getattr(self._graph, measure)(neurons, by=by, model=model)
        note = _note(frame)
        frame = _require_any("neurons", frame).sort_values("id")
        if not ((frame[measure] > 0) & np.isfinite(frame[measure])).any():
            raise ParameterError(f"measure: {measure} is nowhere above 0; there is nothing to draw")
        names = classes.split(",") if isinstance(classes, str) else classes
        last = frame["layer"].iloc[-1]
        count = int((frame["layer"] == last).sum())
        if names and len(names) != count:
            raise ParameterError(
                f"classes: there are {len(names)}, and {count} neurons of {last}; name each"
            )
        title = self._title(measure.replace("_", " ").capitalize(), model)
        return Picture(centrality.draw(frame, measure, title=title, classes=names), note)

    def comparison(
        self, other: str, *, by: Weighing = "weight", model: str | None = None
    ) -> Picture:
        """Return how much the weights into each layer change to another model."""
        frame = self._graph.compare_layers(other, by=by, model=model)
        title = f"Change from {self._graph._about(model).name} to {other}"
        return Picture(comparison.draw(frame, title=title), _note(frame))

    def receptive_field(
        self,
        neurons: NeuronsLike,
        over: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return what feeds some neurons, over the positions of the input or another layer.

        Raises
        ------
        ParameterError
            If ``over`` is not within one layer; it must be given where there are several inputs.
        """
        return self._field("receptive_field", neurons, over, by, model)

    def projective_field(
        self,
        neurons: NeuronsLike,
        over: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return what some neurons feed, over the positions of a layer.

        Raises
        ------
        ParameterError
            If ``over`` is not within one layer.
        """
        return self._field("projective_field", neurons, over, by, model)

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return the k strongest paths between neurons, drawn through the layers."""
        hops = self._graph.strongest_paths(source, target, k=k, by=by, model=model)
        if hops.empty:
            raise ParameterError("target: no path leads there; there is nothing to draw")
        title = self._title(f"The {hops['path'].iloc[-1]} strongest paths", model)
        figure = strongest_paths.draw(hops, self._graph.layers(model=model), title=title)
        return Picture(figure, _note(hops))

    def weight_distribution(
        self,
        neurons: NeuronsLike = None,
        *,
        bins: int = 20,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> Picture:
        """Return histograms of the weights into each layer."""
        frame = self._graph.weight_distribution(neurons, bins=bins, by=by, model=model)
        title = self._title("Weights into each layer", model)
        figure = weight_distribution.draw(_require_any("neurons", frame), title=title)
        return Picture(figure, _note(frame))

    def _field(
        self, name: str, neurons: NeuronsLike, over: NeuronsLike, by: Weighing, model: str | None
    ) -> Picture:
        plot(name).checked({"neurons": neurons, "over": over})
        layers = self._graph.layers(model=model)
        if over is None:
            inputs = layers["inputs"].map(len) == 0
            over = NeuronFilter(layer=layers["name"][inputs].tolist())
        direction: Literal["in", "out"] = "in" if name == "receptive_field" else "out"
        frame = self._graph.field_neurons(neurons, over, direction=direction, by=by, model=model)
        among = _require_any("over", frame)["layer"].unique()
        if len(among) > 1:
            raise ParameterError(f"over: name one layer, not {listed(list(among))}")
        layer = layers[layers["name"] == among[0]].iloc[0]
        title = self._title(
            f"{name.replace('_', ' ').capitalize()} of {self._describe(neurons, model)}", model
        )
        return Picture(field.draw(frame, layer, title=title), _note(frame))

    def _describe(self, neurons: NeuronsLike, model: str | None) -> str:
        """Return the name of a neuron, or how many there are and where."""
        frame = self._graph.neurons(neurons, model=model)
        if len(frame) == 1:
            return str(frame["name"].iloc[0])
        return f"{len(frame):,} neurons of {listed(list(frame['layer'].unique()))}"

    def _title(self, what: str, model: str | None) -> str:
        return f"{what}, model {self._graph._about(model).name}"


def _note(frame: pd.DataFrame) -> str:
    return str(frame.attrs.get("note", ""))


def _require_any(name: str, neurons: pd.DataFrame) -> pd.DataFrame:
    if neurons.empty:
        raise ParameterError(f"{name}: there are no such neurons; there is nothing to draw")
    return neurons
