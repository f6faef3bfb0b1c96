"""Everything that a view needs from the graph, ready to be drawn."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries.analysis.operators import Flags, Ids
from queries.core.neuron_filter import parse_range
from queries.errors import NeurongraphError, ParameterError
from queries.viewer.facts import Facts, facts_of
from queries.viewer.layout import MOST_DRAWN, Layout, arrange
from queries.viewer.shades import Shades, shades_of
from queries.viewer.shown import ShownGraph, ShownModel
from queries.viewer.view import View


@dataclass(frozen=True, eq=False)
class Scene:
    """What is drawn and said; a part that could not be had is None.

    Parameters
    ----------
    view
        The view that this is.
    shown
        The model.
    layout
        Where its neurons are.
    shades
        How they are coloured.
    facts
        What is said of the picked neurons.
    paths
        Frame of strongest_paths between the chosen ends.
    problems
        What could not be done, and why.
    """

    view: View
    shown: ShownModel
    layout: Layout
    shades: Shades | None = None
    facts: Facts | None = None
    paths: pd.DataFrame | None = None
    problems: tuple[str, ...] = ()


def outline(shown: ShownModel, view: View) -> Scene:
    """Return the neurons without colours, for which the model is all that is needed."""
    problems = []
    try:
        flags = _drawn(shown, view)
    except NeurongraphError as error:
        problems.append(str(error))
        flags = np.ones(len(shown.neurons), dtype=bool)
    return Scene(
        view,
        shown,
        arrange(shown.layers, shown.neurons, flags, MOST_DRAWN),
        problems=tuple(problems),
    )


def sketch(graph: ShownGraph, view: View) -> Scene:
    """Return a view without colours and facts, which takes no relationships.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    shown = graph.shown(view.model)
    plain: Scene = graph.kept(
        ("outline", shown.about, view.layers, view.channels), lambda: outline(shown, view)
    )
    return replace(plain, view=view)


def had(graph: ShownGraph, shown: ShownModel, view: View) -> Scene | None:
    """Return all that a view shows, where it was asked for not long ago."""
    found: Scene | None = graph.had(("scene", shown.about, view))
    return found


def complete(graph: ShownGraph, view: View) -> Scene:
    """Return all that a view shows.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    found = had(graph, graph.shown(view.model), view) or _asked(graph, view)
    if not found.problems:
        graph.kept(("scene", found.shown.about, view), lambda: found)
    return found


def _asked(graph: ShownGraph, view: View) -> Scene:
    plain = sketch(graph, view)
    shown, kept = plain.shown, (plain.shown.about, view.layers, view.channels)
    problems = list(plain.problems)

    def attempt(key: Hashable, ask: Callable[[], Any]) -> Any:
        try:
            return graph.kept(key, ask)
        except NeurongraphError as error:
            problems.append(str(error))
            return None

    shades = attempt(
        ("shades", *kept, view.color, view.scale, view.by, view.pick * (view.color == "field")),
        lambda: shades_of(graph, shown, plain.layout, view),
    )
    facts = paths = None
    if view.pick:
        limits = (view.pick, view.by, view.min_weight, view.lines)
        facts = attempt(("facts", shown.about, *limits), lambda: facts_of(graph, shown, view))
    if view.source and view.target:
        ends = {"source": view.source, "target": view.target}
        paths = attempt(
            ("paths", shown.about, *ends.values(), view.k, view.by),
            lambda: graph.strongest_paths(**ends, k=view.k, by=view.by, model=view.model),
        )
    return Scene(view, shown, plain.layout, shades, facts, paths, tuple(problems))


def _drawn(shown: ShownModel, view: View) -> Flags:
    """Return which neurons are drawn."""
    frame = shown.neurons
    drawn = np.ones(len(frame), dtype=bool)
    if view.layers:
        drawn &= frame["layer"].isin(view.layers).to_numpy()
    if view.channels:
        wanted = parse_range("channels", view.channels)
        channel = frame["channel"].fillna(-1).to_numpy(np.int64)
        if isinstance(wanted, slice):
            low = wanted.start or 0
            drawn &= (channel >= low) & (channel < (wanted.stop or channel.max() + 1))
        else:
            drawn &= np.isin(channel, wanted)
    if not drawn.any():
        raise ParameterError("no neuron is in these layers and channels; all are drawn")
    return drawn


def middle(layout: Layout, neurons: Ids) -> tuple[float, float]:
    """Return the middle of some neurons; not a number where none is drawn."""
    x, y = layout.x[neurons], layout.y[neurons]
    seen = ~np.isnan(x)
    return (float(x[seen].mean()), float(y[seen].mean())) if seen.any() else (np.nan, np.nan)
