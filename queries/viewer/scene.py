"""Everything that a view needs from the graph, ready to be drawn."""

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries.analysis.operators import Flags, Ids
from queries.answers import towards
from queries.core.neuron_filter import parse_range
from queries.errors import NeurongraphError, ParameterError
from queries.viewer.at_input.answer import Answer, answer_of
from queries.viewer.at_input.at_pick import facts_at
from queries.viewer.at_input.circuit import DrawnCircuit, circuit_of
from queries.viewer.changes import Changes, changes_of
from queries.viewer.class_names import NO_CLASSES, ClassNames
from queries.viewer.facts import Facts, facts_of, written_numbers
from queries.viewer.layout import MOST_DRAWN, Layout, arrange
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.shades import Shades, scores_of, shades_of, together
from queries.viewer.view import ACTIVATION, AT_INPUT, CHANGE, DIFFERENCE, FIELD, LEVELS, View


@dataclass(frozen=True, eq=False)
class Scene:
    """What a page draws and tells; a part that failed is None.

    Parameters
    ----------
    view
        The view that this is.
    model
        The model.
    layout
        Where its neurons are.
    shades
        How they are coloured.
    facts
        Figures of the picked neurons.
    paths
        Frame of strongest_paths between the two ends.
    classes
        What its outputs stand for.
    written
        Names of the properties that were written to the model's neurons.
    written_numbers
        Those of the picked neurons, as the facts have numbers.
    answer, circuit
        The input, what the model says of it, and the circuit; None without an input.
    other
        The same of the model, or at the input, beside; None without any.
    changes
        What changes to that model.
    problems
        What could not be done: the control that it comes of, empty for none, and why.
    """

    view: View
    model: PageModel
    layout: Layout
    shades: Shades | None = None
    facts: Facts | None = None
    paths: pd.DataFrame | None = None
    classes: ClassNames = NO_CLASSES
    written: tuple[str, ...] | None = None
    written_numbers: tuple[tuple[str, str], ...] = ()
    answer: Answer | None = None
    circuit: DrawnCircuit | None = None
    other: "Scene | None" = None
    changes: Changes | None = None
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def answers(self) -> list[tuple[Answer, DrawnCircuit | None]]:
        """The input, and the one beside, each with its circuit."""
        scenes = [self] if self.other is None else [self, self.other]
        return [(each.answer, each.circuit) for each in scenes if each.answer is not None]

    @property
    def titles(self) -> tuple[str, str]:
        """What this and what stands beside are called: inputs, or models; empty without other."""
        if self.other is None:
            return "", ""
        if self.view.other or self.answer is None or self.other.answer is None:
            return self.model.name, self.other.model.name
        return self.answer.name, self.other.answer.name


def outline(model: PageModel, view: View) -> Scene:
    """Return the neurons without colours, for which the model is all that is needed."""
    problems = []
    try:
        flags = visible(model, view)
    except NeurongraphError as error:
        problems.append(("channels", str(error)))
        flags = np.ones(len(model.neurons), dtype=bool)
    return Scene(
        view,
        model,
        arrange(model.layers, model.neurons, flags, MOST_DRAWN),
        problems=tuple(problems),
    )


def sketch(graph: PageGraph, view: View) -> Scene:
    """Return a view without colours and facts, which takes no relationships.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    model = graph.page_model(view.model)
    plain: Scene = graph.cache(
        ("outline", model.about, view.layers, view.channels), lambda: outline(model, view)
    )
    return replace(plain, view=view, classes=graph.classes(model))


def cached_scene(graph: PageGraph, model: PageModel, view: View) -> Scene | None:
    """Return what a view shows but for written properties, where that is in the cache."""
    # A scene of two models would outlive a load of the other one.
    key = ("scene", model.about, view)
    scene: Scene | None = None if view.other else graph.cache_entry(key)
    return scene


def complete(graph: PageGraph, view: View) -> Scene:
    """Return all that a view shows.

    Raises
    ------
    NeurongraphError
        If there is no such model.
    """
    scene = cached_scene(graph, graph.page_model(view.model), view) or _read(graph, view)
    if not scene.problems and not view.other:
        graph.cache(("scene", scene.model.about, view), lambda: scene)
    return _with_properties(graph, scene)


def require(graph: PageGraph, view: View, name: str) -> None:
    """Raise an error where a text of a view says nothing of its model.

    Parameters
    ----------
    graph, view
        The graph, and the view with the text.
    name
        What of the view the text is: ``channels``, or one that names neurons.

    Raises
    ------
    NeurongraphError
        The message says why.
    """
    model = graph.page_model(view.model)
    text = getattr(view, name)
    if name == "channels":
        visible(model, view)
    elif name == "towards" and text:
        towards.named(model.model, text)
    elif text:
        graph.neurons_named(model, text)


def _with_properties(graph: PageGraph, scene: Scene) -> Scene:
    """Add what written properties say; they are read each time, since anybody may write them."""
    model, view, facts = scene.model, scene.view, scene.facts
    shades, numbers, problems = scene.shades, scene.written_numbers, list(scene.problems)
    names = tuple(model.model.property_names())
    try:
        if facts is not None and names:
            numbers = written_numbers(graph, model, facts, view, names)
        if view.written is not None:
            shades = _written_shades(graph, scene)
    except NeurongraphError as error:
        problems.append(("", str(error)))
    return replace(
        scene, shades=shades, written=names, written_numbers=numbers, problems=tuple(problems)
    )


def _written_shades(graph: PageGraph, scene: Scene) -> Shades:
    """Return the colours of a property, the same ones where its values are the same."""
    view = scene.view
    scores = scores_of(graph, scene.model, view)
    choice = scene.model.about, view.layers, view.channels, view.color, view.scale
    shades: Shades = graph.cache(
        ("shades", *choice, hashlib.sha256(scores.tobytes()).digest()),
        lambda: shades_of(scores, scene.layout, view),
    )
    return shades


def _read(graph: PageGraph, view: View) -> Scene:
    plain = sketch(graph, view)
    model, choice = plain.model, (plain.model.about, view.layers, view.channels)
    problems = list(plain.problems)

    def attempt(control: str, key: Hashable | None, ask: Callable[[], Any]) -> Any:
        try:
            return ask() if key is None else graph.cache(key, ask)
        except NeurongraphError as error:
            problems.append((control, str(error)))
            return None

    shades = facts = paths = changes = answer = circuit = beside = None
    if view.other or view.beside:
        beside = attempt("", None, lambda: _beside(graph, view))
    at = view.input, view.towards
    if graph.samples:
        answer = attempt(
            "", ("answer", model.about, view.input), lambda: answer_of(graph, model, view)
        )
    if answer is not None and view.level != LEVELS[-1]:
        circuit = attempt(
            "towards",
            ("circuit", model.about, *at, view.level, view.node_share, view.edge_share),
            lambda: circuit_of(graph, model, view),
        )
    if view.written is None:
        picked = view.pick * (view.color == FIELD)
        other = beside.model.about if beside and view.color == CHANGE else None
        seen = (*at, view.beside) if view.color in AT_INPUT else ()
        shades = attempt(
            "",
            ("shades", *choice, view.color, view.scale, view.by, picked, other, *seen),
            lambda: shades_of(scores_of(graph, model, view), plain.layout, view),
        )
    if view.pick:
        limits = (view.pick, view.by, view.min_weight, view.lines)
        facts = attempt(
            "pick", ("facts", model.about, *limits), lambda: facts_of(graph, model, view)
        )
    if facts is not None and answer is not None:
        of_weights = facts
        facts = attempt("towards", None, lambda: facts_at(graph, model, view, of_weights))
        facts = facts or of_weights
    if view.source and view.target:
        source, target = view.source, view.target
        paths = attempt(
            "target",
            ("paths", model.about, source, target, view.k, view.by, view.input),
            lambda: graph.strongest_paths(
                source,
                target,
                k=view.k,
                by=view.by,
                input=graph.samples.one(model.model, view.input),
                model=view.model,
            ),
        )
    if beside and view.other:
        about = ("changes", model.about, beside.model.about, view.pick, view.lines, view.by)
        changes = attempt("", about, lambda: changes_of(graph, view))
    return _on_one_scale(
        replace(
            plain,
            shades=shades,
            facts=facts,
            paths=paths,
            answer=answer,
            circuit=circuit,
            other=beside,
            changes=changes,
            problems=tuple(problems),
        )
    )


def _beside(graph: PageGraph, view: View) -> Scene:
    """Return what a view shows of the model beside, or of the model at the input beside."""
    if not view.other:
        color = ACTIVATION if view.color == DIFFERENCE else view.color
        return _read(graph, replace(view, input=view.beside, beside="", color=color))
    color = "bias" if view.color == CHANGE else view.color
    return _read(
        graph,
        replace(view, model=view.other, other="", beside="", color=color, source="", target=""),
    )


def _on_one_scale(scene: Scene) -> Scene:
    """Colour two models by one scale; what changes from one to the other colours both."""
    other = scene.other
    if other is None:
        return scene
    if scene.circuit is not None and other.circuit is not None:
        largest = max(scene.circuit.largest, other.circuit.largest)
        scene = replace(scene, circuit=replace(scene.circuit, largest=largest))
        other = replace(other, circuit=replace(other.circuit, largest=largest))
    if scene.shades is None or other.shades is None:
        return replace(scene, other=other)
    if scene.view.color in {CHANGE, DIFFERENCE}:
        view = replace(scene.view, model=other.view.model)
        return replace(scene, other=replace(other, view=view, shades=scene.shades))
    shades, beside = together(scene.shades, other.shades)
    return replace(scene, shades=shades, other=replace(other, shades=beside))


def visible(model: PageModel, view: View) -> Flags:
    """Return which neurons are drawn.

    Raises
    ------
    ParameterError
        If none is, or the channels are no numbers.
    """
    frame = model.neurons
    flags = np.ones(len(frame), dtype=bool)
    if view.layers:
        flags &= frame["layer"].isin(view.layers).to_numpy()
    if view.channels:
        wanted = parse_range("channels", view.channels)
        channel = frame["channel"].fillna(-1).to_numpy(np.int64)
        if isinstance(wanted, slice):
            low = wanted.start or 0
            flags &= (channel >= low) & (channel < (wanted.stop or channel.max() + 1))
        else:
            flags &= np.isin(channel, wanted)
    if not flags.any():
        raise ParameterError("no neuron is in these layers and channels")
    return flags


def middle(layout: Layout, neurons: Ids) -> tuple[float, float]:
    """Return the middle of some neurons; not a number where none is drawn."""
    x, y = layout.x[neurons], layout.y[neurons]
    drawn = ~np.isnan(x)
    if not drawn.any():
        return np.nan, np.nan
    return float(x[drawn].mean()), float(y[drawn].mean())
