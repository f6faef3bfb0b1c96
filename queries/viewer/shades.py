"""How neurons are coloured: the values of a measure, brought to a common scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from queries.errors import ParameterError
from queries.network import Scores
from queries.viewer.layout import Layout
from queries.viewer.shown import ShownGraph, ShownModel
from queries.viewer.view import FIELD, View


@dataclass(frozen=True, eq=False)
class Shades:
    """The colours of a picture.

    Parameters
    ----------
    values
        By column of the picture: the value of each mark.
    levels
        The same from 0 to 1; from -1 to 1 where ``signed``.
    signed
        Whether there are values on both sides of 0.
    low, high
        What the ends of the scale stand for.
    """

    values: tuple[Scores, ...]
    levels: tuple[Scores, ...]
    signed: bool
    low: str
    high: str


def shades_of(graph: ShownGraph, shown: ShownModel, layout: Layout, view: View) -> Shades:
    """Return the colours of a view.

    Raises
    ------
    NeurongraphError
        If there is no such measure.
    """
    scores = _scores(graph, shown, view)
    values = tuple(column.of_marks(scores) for column in layout.columns)
    known = np.concatenate([value[np.isfinite(value)] for value in values])
    signed = bool(len(known)) and known.min() < 0
    whole = _ends(known, signed=signed)
    by_layer = view.scale != "model"
    levels = tuple(
        _levels(value, *(_ends(value, signed=signed) if by_layer else whole), signed=signed)
        for value in values
    )
    if not by_layer:
        return Shades(values, levels, signed, f"{whole[0]:.3g}", f"{whole[1]:.3g}")
    if signed:
        return Shades(values, levels, signed, "most negative", "most positive")
    return Shades(values, levels, signed, "smallest of its layer", "largest of its layer")


def _scores(graph: ShownGraph, shown: ShownModel, view: View) -> Scores:
    if view.color != FIELD:
        return graph.scores(shown, view.color, view.by)
    if not view.pick:
        raise ParameterError("pick a neuron to colour what feeds it")
    field = graph.field(shown, graph.chosen(shown, view.pick), view.by)
    # What is not in the field has no colour at all.
    return np.where(field > 0, field, np.nan)


def _ends(values: NDArray[np.float64], *, signed: bool) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    if signed:
        size = float(np.abs(known).max())
        return -size, size
    return float(known.min()), float(known.max())


def _levels(values: Scores, low: float, high: float, *, signed: bool) -> Scores:
    middle = 0.0 if signed else 0.5
    if high <= low:
        return np.where(np.isfinite(values), middle, np.nan)
    level = (values - low) / (high - low)
    return 2 * level - 1 if signed else level
