"""The page: a person changes the view, the worker asks the graph, the picture follows."""

from dataclasses import replace
from functools import partial
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from bokeh.document import Document
from bokeh.events import ButtonClick, DocumentReady, DoubleTap, RangesUpdate, Tap
from bokeh.layouts import column, row
from bokeh.models import CustomJS, LayoutDOM
from bokeh.models.widgets.groups import RadioButtonGroup
from bokeh.models.widgets.markups import Div

from queries.analysis.operators import Ids
from queries.errors import NeurongraphError
from queries.viewer.answered_neurons import answered_neurons
from queries.viewer.at_input.controls import InputControls
from queries.viewer.at_input.panel import InputPanel
from queries.viewer.column import Box, Column
from queries.viewer.controls import Controls
from queries.viewer.cypher_side import CypherSide
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.panel import FactsPanel
from queries.viewer.picture import ModelPicture, side_by_side
from queries.viewer.problem import format_error
from queries.viewer.scene import Scene, cached_scene, complete, outline, require, sketch
from queries.viewer.style import TEMPLATE, dress
from queries.viewer.tables import WIDTH, new_table, table
from queries.viewer.view import ACTIVATION, CHANGE, DIFFERENCE, View
from queries.viewer.walk import ARROWS, walked
from queries.viewer.worker import Worker

_SIDES: Final = ("Neuron", "Paths", "Cypher")
_HOPS: Final = ["path", "name", "weight", "strength"]
_ABOUT: Final = (
    "Picture of the model, its inputs left. Arrow keys walk from neuron to neuron; with Shift left "
    "and right to the layer beside, up and down to the channel beside. Escape lets go of the pick."
)


class Page:
    """What one browser window shows.

    Parameters
    ----------
    document
        The document of the window; its address says the view.
    graph, worker
        The graph, and the thread that asks it.
    model
        The model that is shown where the address names none.
    """

    def __init__(self, document: Document, graph: PageGraph, worker: Worker, model: str) -> None:
        self._document, self._graph, self._worker = document, graph, worker
        context: Any = document.session_context
        arguments = context.request.arguments if context and context.request else {}
        self._view = View.of_arguments(arguments, model)
        cached = graph.cached_model(self._view.model)
        if cached is not None and cached.large and "color" not in arguments:
            # All other measures would take minutes.
            self._view = replace(self._view, color="bias")
        if not arguments.keys() - {"model"}:
            self._view = graph.samples.first(self._view)
        self._scene: Scene | None = None
        self._walked: Ids | None = None
        self._controls = Controls(self._view, at_input=bool(graph.samples))
        self._input, self._input_panel = InputControls(self._view), InputPanel()
        self._fields = {**self._controls.fields, "towards": self._input.towards}
        self._picture, self._panel = ModelPicture(_ABOUT), FactsPanel()
        self._beside = ModelPicture(_ABOUT, beside=self._picture)
        self._beside.figure.visible = False
        self._hops = new_table("paths", "strongest paths", height=440)
        self._status = Div(name="status", sizing_mode="stretch_width", disable_math=True)
        self._link = Div(name="link", disable_math=True)
        self._walk = Div(name="walk", visible=False)
        self._follow_link()
        self._listen()
        self._lay_out()
        scene = cached_scene(graph, cached, self._view) if cached is not None else None
        if scene is not None:
            self._show(scene, finished=False)
        elif cached is not None:
            self._show(outline(cached, self._view), finished=False)
        else:
            show = self._later(lambda scene: self._show(scene, finished=False))
            worker.submit(lambda: sketch(graph, self._view), show, self._later(self._fail))
        # What takes the processor would hold up the first paint.
        document.on_event(DocumentReady, lambda _: self._begin())

    def _begin(self) -> None:
        """Ask what takes longer than the neurons themselves."""
        self._ask()
        offer = self._later(self._offer_models)
        self._worker.submit(self._graph.complete_models, offer, lambda _: None)

    def _lay_out(self) -> None:
        controls = self._controls
        above = row(
            controls.model, controls.other, controls.find.layout, controls.unit, controls.color,
            controls.scale, controls.layers, controls.channels.layout, controls.min_weight,
            controls.lines, controls.by, css_classes=["controls"], sizing_mode="stretch_width",
        )  # fmt: skip
        paths = column(
            row(controls.source.layout, controls.use_source),
            row(controls.target.layout, controls.use_target),
            row(controls.k, controls.clear),
            self._hops,
        )
        cypher = CypherSide(self._run_cypher, self._light)
        sides: list[LayoutDOM] = [self._panel.layout, paths, cypher.layout]
        labels, active = [*_SIDES], 0
        if self._graph.samples:
            panel, chosen = self._input_panel, self._input
            parts = (chosen.choices, panel.answers, chosen.layout, panel.of_circuit)
            sides, labels = [column(*parts), *sides], ["Input", *labels]
            active = int(bool(self._view.pick))
        # Bokeh's own tabs cannot be changed by keyboard.
        self._tabs = RadioButtonGroup(labels=labels, active=active, name="tabs")
        code = "sides.forEach((side, place) => side.visible = place === cb_obj.active)"
        self._tabs.js_on_change("active", CustomJS(args={"sides": sides}, code=code))
        for place, side in enumerate(sides):
            side.visible = place == active
        beside = column(self._tabs, *sides, width=WIDTH + 26, css_classes=["side"])
        below = row(self._status, self._link, self._walk, sizing_mode="stretch_width")
        pictures = side_by_side(
            [self._picture, self._beside], at_input=bool(self._graph.samples), cypher=True
        )
        body = row(pictures, beside, sizing_mode="stretch_both", css_classes=["body"])
        root = column(above, body, below, sizing_mode="stretch_both", css_classes=["page"])
        dress(root)
        self._document.add_root(root)
        self._document.template = TEMPLATE
        self._document.title = f"{self._view.model} - neurongraph"

    def _follow_link(self) -> None:
        """Keep the address of the window that of the view."""
        code = "history.replaceState(null, '', '?' + cb_obj.tags[0])"
        self._link.js_on_change("text", CustomJS(code=code))
        self._say_link()

    def _say_link(self) -> None:
        query = self._view.query
        self._link.tags = [query]
        address = escape(f"view.html?{query}")
        self._link.text = f"<a href='{address}' download='view.html'>Save as HTML</a>"

    def _listen(self) -> None:
        controls = self._controls
        for widget, name in (
            (controls.color, "color"), (controls.scale, "scale"), (controls.layers, "layers"),
            (controls.min_weight, "min_weight"), (controls.lines, "lines"), (controls.by, "by"),
            (controls.k, "k"), (self._input.input, "input"), (self._input.level, "level"),
        ):  # fmt: skip
            widget.on_change("value", self._changer(name))
        for name, field in self._fields.items():
            field.input.on_change("value", self._writer(name))
        # A slider counts when it stands still.
        for name in ("node_share", "edge_share"):
            slider = getattr(self._input, name)
            slider.on_change("value_throttled", self._changer(name))
        self._input.beside.on_change("value", self._put_input_beside)
        use_pick = self._input.use_pick
        use_pick.on_event(ButtonClick, lambda: self._change(towards=self._view.pick))
        controls.model.js_on_change(
            "value", CustomJS(code="location.search = new URLSearchParams({model: cb_obj.value})")
        )
        controls.use_source.on_event(ButtonClick, lambda: self._change(source=self._view.pick))
        controls.use_target.on_event(ButtonClick, lambda: self._change(target=self._view.pick))
        controls.clear.on_event(ButtonClick, lambda: self._change(source="", target=""))
        # Of two clicks in quick succession the second is a double tap, wherever it is.
        for picture in (self._picture, self._beside):
            for click in (Tap, DoubleTap):
                picture.figure.on_event(click, partial(self._tap, picture))
            picture.figure.on_event(RangesUpdate, self._look)
        controls.other.on_change("value", self._put_beside)
        self._walk.on_change("tags", self._step)

    def _changer(self, name: str) -> Any:
        def changed(_: str, __: Any, value: Any) -> None:
            if name == "layers":
                self._change(layers=tuple(value))
            elif value is not None:
                self._change(**{name: value})

        return changed

    def _writer(self, name: str) -> Any:
        """Return what takes a text that was written, unless it says nothing of the model."""
        field = self._fields[name]

        def written(_: str, __: Any, value: str) -> None:
            text = value.strip()
            changes: dict[str, Any] = {name: text}
            view = replace(self._view, **changes)
            if view == self._view:
                field.say("")
                return

            def accept(_: None) -> None:
                if field.input.value.strip() == text:
                    field.say("")
                    self._change(**changes)

            def refuse(error: BaseException) -> None:
                if isinstance(error, NeurongraphError):
                    field.say(str(error))
                else:
                    self._fail(error)

            self._worker.submit(
                lambda: require(self._graph, view, name), self._later(accept), self._later(refuse)
            )

        return written

    def _put_beside(self, _: str, __: Any, other: str) -> None:
        """Show another model beside, and first what changes to it."""
        usual = self._graph.samples.first(View(self._view.model)).color
        color = CHANGE if other else usual if self._view.color == CHANGE else self._view.color
        if other != self._view.other:
            self._change(other=other, color=color, beside="")

    def _put_input_beside(self, _: str, __: Any, name: str) -> None:
        """Show another input beside."""
        color = self._view.color
        if color == CHANGE or (color == DIFFERENCE and not name):
            color = ACTIVATION
        if name != self._view.beside:
            self._change(beside=name, color=color, other="")

    def _tap(self, picture: ModelPicture, event: Any) -> None:
        scene = self._scene
        if scene is None or event.x is None or event.y is None:
            return
        shown = scene.other if picture is self._beside and scene.other is not None else scene
        self._pick(shown.model, picture.at(event.x, event.y))

    def _step(self, _: str, __: Any, keys: Any) -> None:
        """Walk to where a key leads, or let go of the pick."""
        if self._scene is None or not keys:
            return
        key, far = keys[0], bool(keys[1])
        if key not in ARROWS:
            self._change(pick="")
            return
        facts, here = self._scene.facts, self._walked
        if here is None and facts is not None:
            here = facts.neurons
        self._pick(
            self._scene.model,
            walked(self._scene.layout, here, key, far=far, by_channel=self._by_channel),
        )

    @property
    def _by_channel(self) -> bool:
        return self._controls.unit.active == 1

    def _pick(self, model: PageModel, mark: tuple[Column, int] | None) -> None:
        if mark is None:
            return
        layer, neuron = mark
        by_channel = layer.kind == "channel" or self._by_channel
        name = str(model.neurons["name"].iloc[neuron])
        self._change(pick=model.channel_name(neuron) if by_channel else name)
        # Who walks on need not wait until all is known of where the steps led.
        self._walked = np.array([neuron])
        self._picture.ring(name, self._walked)

    def _look(self, event: Any) -> None:
        for picture in (self._picture, self._beside):
            picture.look(Box(event.x0, event.x1, *sorted((event.y0, event.y1))))

    def _change(self, **changes: Any) -> None:
        view = replace(self._view, **changes)
        if view != self._view:
            self._view = view
            self._walked = None
            for name in changes.keys() & self._fields.keys():
                self._fields[name].say("")
            self._controls.show(view)
            self._input.show(view)
            if changes.get("pick") and self._graph.samples and self._tabs.active == 0:
                self._tabs.active = 1
            self._say_link()
            self._ask()

    def _ask(self) -> None:
        """Have the worker get what the view needs, unless another one is wanted by then."""
        view = self._view
        self._say(busy=True)

        def work() -> Scene | None:
            return complete(self._graph, view) if view is self._view else None

        self._worker.submit(work, self._later(self._show), self._later(self._fail))

    def _later(self, act: Any) -> Any:
        """Return what makes something act in the thread of the server."""
        return lambda result: self._document.add_next_tick_callback(lambda: act(result))

    def _show(self, scene: Scene | None, *, finished: bool = True) -> None:
        if scene is None or scene.view != self._view:
            return
        if self._scene is None or self._scene.model is not scene.model:
            self._controls.about(scene.model, scene.classes)
            self._input.towards.input.tags = self._controls.find.input.tags
        if scene.written is not None:
            self._controls.offer_properties(scene.written, scene.view)
        self._scene = scene
        if finished:
            self._walked = None
        for name, problem in scene.problems:
            if name:
                self._fields[name].say(problem)
        title, beside = scene.titles
        self._picture.show(scene, title)
        if finished:
            self._beside.figure.visible = scene.other is not None
        if scene.other is not None:
            self._beside.show(scene.other, beside)
        self._panel.show(scene)
        if scene.answer is not None:
            self._input.offer(scene.answer.names, scene.view)
            self._input_panel.show(scene.answers, scene.classes, links=True)
        hops = None if scene.paths is None else scene.paths[_HOPS]
        self._hops.text = "" if hops is None else table(hops, self._view, header=True)
        self._say(busy=not finished)
        # Whoever drives the page sees by this that it has caught up with the link.
        self._status.tags = [scene.view.query] if finished else []

    def _fail(self, error: BaseException) -> None:
        self._status.text = format_error(error)

    def _say(self, *, busy: bool) -> None:
        if self._scene is None:
            self._status.text = "<p role='status'>Reading the model …</p>"
            return
        text = escape(_summary(self._scene.model))
        if busy:
            text += " <em>Working …</em>"
        problems = "".join(
            f" <span class='problem' role='alert'>{escape(problem)}</span>"
            for name, problem in self._scene.problems
            if not name
        )
        self._status.text = f"<p role='status'>{text}{problems}</p>"

    def _offer_models(self, names: list[str]) -> None:
        self._controls.offer_models(names)

    def _light(self, frame: pd.DataFrame | None) -> int:
        """Mark the neurons of an answer; none where there is no answer."""
        if frame is None or self._scene is None:
            neurons = np.empty(0, dtype=np.int64)
        else:
            neurons = answered_neurons(self._scene.model, frame)
        self._picture.light(neurons)
        return len(neurons)

    def _run_cypher(self, text: str, done: Any, failed: Any) -> None:
        model = self._view.model
        self._worker.submit(
            lambda: self._graph.cypher(text, model=model), self._later(done), self._later(failed)
        )


def _summary(model: PageModel) -> str:
    kind = {"neuron": "neurons", "channel": "channels", "layer": "nodes"}[model.about.granularity]
    return (
        f"{model.name}: {len(model.layers)} layers, {len(model.neurons):,} {kind}, "
        f"{model.edges:,} relationships."
    )
