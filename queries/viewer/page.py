"""The page: a person changes the view, the worker asks the graph, the picture follows."""

from dataclasses import replace
from html import escape
from typing import Any, Final

from bokeh.document import Document
from bokeh.events import ButtonClick, DocumentReady, DoubleTap, RangesUpdate, Tap
from bokeh.layouts import column, row
from bokeh.models import CustomJS
from bokeh.models.widgets.groups import RadioButtonGroup
from bokeh.models.widgets.markups import Div

from queries.viewer.column import Box
from queries.viewer.controls import Controls
from queries.viewer.cypher_side import CypherSide
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.panel import FactsPanel
from queries.viewer.picture import ModelPicture
from queries.viewer.problem import format_error
from queries.viewer.scene import Scene, cached_scene, complete, outline, sketch
from queries.viewer.style import TEMPLATE, dress
from queries.viewer.tables import WIDTH, new_table, table
from queries.viewer.view import View
from queries.viewer.worker import Worker

_HOPS: Final = ["path", "name", "weight", "strength"]


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
        self._scene: Scene | None = None
        self._controls = Controls(self._view)
        self._picture, self._panel = ModelPicture(), FactsPanel()
        self._hops = new_table("paths", height=440)
        self._status = Div(name="status", sizing_mode="stretch_width", disable_math=True)
        self._link = Div(name="link", disable_math=True)
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
            controls.model, controls.find, controls.unit, controls.color, controls.scale,
            controls.layers, controls.channels, controls.min_weight, controls.lines, controls.by,
            name="controls",
        )  # fmt: skip
        paths = column(
            row(controls.source, controls.use_source),
            row(controls.target, controls.use_target),
            row(controls.k, controls.clear),
            self._hops,
        )
        sides = [self._panel.layout, paths, CypherSide(self._run_cypher).layout]
        # Bokeh's own tabs cannot be changed by keyboard.
        tabs = RadioButtonGroup(labels=["Neuron", "Paths", "Cypher"], active=0, name="tabs")
        code = "sides.forEach((side, place) => side.visible = place === cb_obj.active)"
        tabs.js_on_change("active", CustomJS(args={"sides": sides}, code=code))
        paths.visible = False
        beside = column(tabs, *sides, width=WIDTH + 10)
        below = row(self._status, self._link, sizing_mode="stretch_width")
        body = row(self._picture.figure, beside, sizing_mode="stretch_both")
        root = column(above, body, below, sizing_mode="stretch_both")
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
            (controls.find, "pick"), (controls.color, "color"), (controls.scale, "scale"),
            (controls.layers, "layers"), (controls.channels, "channels"),
            (controls.min_weight, "min_weight"), (controls.lines, "lines"), (controls.by, "by"),
            (controls.source, "source"), (controls.target, "target"), (controls.k, "k"),
        ):  # fmt: skip
            widget.on_change("value", self._changer(name))
        controls.model.js_on_change(
            "value", CustomJS(code="location.search = new URLSearchParams({model: cb_obj.value})")
        )
        controls.use_source.on_event(ButtonClick, lambda: self._change(source=self._view.pick))
        controls.use_target.on_event(ButtonClick, lambda: self._change(target=self._view.pick))
        controls.clear.on_event(ButtonClick, lambda: self._change(source="", target=""))
        # Of two clicks in quick succession the second is a double tap, wherever it is.
        for click in (Tap, DoubleTap):
            self._picture.figure.on_event(click, self._tap)
        self._picture.figure.on_event(RangesUpdate, self._look)

    def _changer(self, name: str) -> Any:
        def changed(_: str, __: Any, value: Any) -> None:
            if name == "layers":
                self._change(layers=tuple(value))
            elif value is not None:
                self._change(**{name: value.strip() if isinstance(value, str) else value})

        return changed

    def _tap(self, event: Any) -> None:
        if self._scene is None or event.x is None or event.y is None:
            return
        mark = self._picture.at(event.x, event.y)
        if mark is None:
            return
        layer, neuron = mark
        model = self._scene.model
        by_channel = layer.kind == "channel" or self._controls.unit.active == 1
        name = str(model.neurons["name"].iloc[neuron])
        self._change(pick=model.channel_name(neuron) if by_channel else name)

    def _look(self, event: Any) -> None:
        self._picture.look(Box(event.x0, event.x1, *sorted((event.y0, event.y1))))

    def _change(self, **changes: Any) -> None:
        view = replace(self._view, **changes)
        if view != self._view:
            self._view = view
            self._controls.show(view)
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
            self._controls.about(scene.model)
        if scene.written is not None:
            self._controls.offer_properties(scene.written)
        self._scene = scene
        self._picture.show(scene)
        self._panel.show(scene)
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
            for problem in self._scene.problems
        )
        self._status.text = f"<p role='status'>{text}{problems}</p>"

    def _offer_models(self, names: list[str]) -> None:
        self._controls.model.update(options=names, visible=len(names) > 1)

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
