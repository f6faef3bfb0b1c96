"""How neurons are coloured: the values of a measure, brought to a common scale."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from queries.analysis.operators import Scores
from queries.errors import ParameterError
from queries.viewer.at_input.answer import scores_at
from queries.viewer.column import Column
from queries.viewer.layout import Layout
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.view import AT_INPUT, CHANGE, FIELD, View, colors


@dataclass(frozen=True, eq=False)
class Shades:
    """The colours of a picture.

    Parameters
    ----------
    scores
        By neuron, counted from the model's first: what colours it; not a number for none.
    ends
        By index of a layer: the values at the ends of its scale.
    signed
        Whether there are values below 0; the scale then has 0 in its middle.
    by_layer
        Whether each layer has a scale of its own.
    missing
        What is said of neurons without a value.
    """

    scores: Scores
    ends: Mapping[int, tuple[float, float]]
    signed: bool
    by_layer: bool
    missing: str

    def levels(self, column: Column) -> Scores:
        """Return by mark where it is on the scale, from 0 to 1; of a signed one 0.5 is 0."""
        values = column.mark_means(self.scores)
        low, high = self.ends[column.layer.index]
        if high <= low:
            return np.where(np.isfinite(values), 0.5, np.nan)
        return (values - low) / (high - low)

    @property
    def words(self) -> tuple[str, str]:
        """What the ends of the scale stand for."""
        if not self.by_layer:
            low, high = next(iter(self.ends.values()))
            return f"{low:.3g}", f"{high:.3g}"
        if self.signed:
            return "most negative", "most positive"
        return "smallest of its layer", "largest of its layer"


def shades_of(scores: Scores, layout: Layout, view: View) -> Shades:
    """Return the colours of a view, of what ``scores_of`` returned."""
    # Weights that are no numbers have scores that are none, and then nothing tells them apart.
    finite = not any(column.layer.not_finite_weights for column in layout.columns)
    absent = "not fed from here" if view.color == FIELD else "none"
    missing = absent if finite else f"{absent}, or NaN"
    scores_of_layers = {column.layer.index: scores[column.neurons] for column in layout.columns}
    every = np.concatenate(list(scores_of_layers.values()))
    signed = bool((every < 0).any())
    by_layer = view.scale != "model"
    ends = {
        index: _ends(of_layer if by_layer else every, signed=signed)
        for index, of_layer in scores_of_layers.items()
    }
    return Shades(scores, ends, signed, by_layer, missing)


def scores_of(graph: PageGraph, model: PageModel, view: View) -> Scores:
    """Return what colours a view, by neuron; not a number for none.

    Raises
    ------
    NeurongraphError
        If there is no such measure and no such property.
    """
    if view.written is not None:
        return graph.written_scores(model, "color", view.written, colors())
    if view.color == CHANGE:
        if not view.other:
            raise ParameterError("choose the model beside, to colour what changes to it")
        return graph.changes(model, view.other, view.by)
    if view.color in AT_INPUT:
        return scores_at(graph, model, view)
    if view.color != FIELD:
        return graph.scores(model, view.color, view.by)
    if not view.pick:
        raise ParameterError("pick a neuron to colour what feeds it")
    field = graph.field(model, graph.neurons_named(model, view.pick), view.by)
    # What is not in the field has no colour at all.
    return np.where(field > 0, field, np.nan)


def _ends(values: Scores, *, signed: bool) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    if signed:
        size = float(np.abs(finite).max())
        return -size, size
    return float(finite.min()), float(finite.max())


def together(one: Shades, other: Shades) -> tuple[Shades, Shades]:
    """Return the colours of two models of the same layers, brought to one scale."""
    if one.ends.keys() != other.ends.keys():
        return one, other
    signed = one.signed or other.signed
    ends = {}
    for index, (low, high) in one.ends.items():
        both = low, high, *other.ends[index]
        size = max(map(abs, both))
        ends[index] = (-size, size) if signed else (min(both), max(both))
    return replace(one, ends=ends, signed=signed), replace(other, ends=ends, signed=signed)
