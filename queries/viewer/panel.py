"""What stands beside the picture: numbers and tables of the picked neurons."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import pandas as pd
from bokeh.layouts import column, row
from bokeh.models import ColumnDataSource, LayoutDOM, LinearColorMapper, Range1d
from bokeh.models.widgets.markups import Div
from bokeh.plotting import figure

from queries.plots.style import SEQUENTIAL, add_hover, source_of
from queries.viewer.effective import EffectivePicture
from queries.viewer.facts import Facts
from queries.viewer.layer_facts import layer_facts, layer_html
from queries.viewer.names import neuron_shortened
from queries.viewer.scene import Scene
from queries.viewer.tables import CUT, LETTERS, ROW, WIDTH, new_table, table

_FIELD: Final = 90
_LONGEST_MODEL: Final = 12
_HINT: Final = (
    "<p class='hint'>Click a neuron in the picture, or type a name under Find: "
    "<code>{example}</code> is a channel, a layer's name all of it. Arrow keys walk on from "
    "there.</p>"
)


class FactsPanel:
    """Numbers, receptive field, strongest inputs and outputs, and the strongest path.

    Parameters
    ----------
    links
        Whether names lead to a view of the neuron.
    """

    def __init__(self, *, links: bool = True) -> None:
        self._links = links
        self.heading = Div(name="heading", width=WIDTH, disable_math=True)
        self.numbers = Div(name="numbers", width=WIDTH - _FIELD - 12, disable_math=True)
        self._cells = ColumnDataSource({"x": [], "y": [], "weight": []})
        self._field_mapper = LinearColorMapper(palette=SEQUENTIAL, low=0, high=1)
        self.field = self._new_field()
        self.effective = EffectivePicture(_FIELD)
        self.layer = Div(name="layer", width=WIDTH, disable_math=True)
        self.inputs = new_table("inputs", "strongest inputs", height=5 * ROW)
        self.outputs = new_table("outputs", "strongest outputs", height=5 * ROW)
        self.path = new_table("through", "strongest path through the pick", height=7 * ROW)
        self.layers = new_table("list", "layers", height=480)
        self.changes = new_table("changes", "weights that change most", height=5 * ROW)
        self._of_changes = column(
            headed("Weights into it that change most"), self.changes, visible=False
        )
        self._of_inputs, self._of_outputs, self._of_path = (headed("") for _ in range(3))
        self._of_pick = column(
            row(self.numbers, column(self.field, self.effective.figure)),
            self.layer,
            self._of_changes,
            self._of_inputs, self.inputs,
            self._of_outputs, self.outputs,
            self._of_path, self.path,
            visible=False,
        )  # fmt: skip
        self._of_model = column(headed("Layers"), self.layers)
        self.layout: LayoutDOM = column(self.heading, self._of_pick, self._of_model)

    def _new_field(self) -> figure:
        plot = figure(
            width=_FIELD, height=_FIELD + 16, tools="", toolbar_location=None,
            x_range=Range1d(start=-0.5, end=0.5), y_range=Range1d(start=0.5, end=-0.5),
            name="field", title="", outline_line_color="#c3c8d0",
        )  # fmt: skip
        plot.axis.visible = False
        plot.grid.visible = False
        plot.background_fill_color = "#eceef1"
        renderer = plot.rect(
            "x", "y", 1, 1, source=self._cells, line_color=None,
            fill_color={"field": "weight", "transform": self._field_mapper},
        )  # fmt: skip
        add_hover(plot, renderer, [("x, y", "@x, @y"), ("path weight", "@weight{0.0000}")])
        return plot

    def show(self, scene: Scene) -> None:
        """Say what there is to be said of the picked neurons; without any, of the layers."""
        facts, view = scene.facts, scene.view if self._links else None
        self._of_pick.visible, self._of_model.visible = facts is not None, facts is None
        if facts is None:
            self.heading.text = _HINT.format(example=escape(_example(scene)))
            of_layers = _layers(scene) if scene.changes is None else scene.changes.layers
            self.layers.text = table(of_layers, view, header=True, letters=CUT)
            return
        meaning = scene.classes.of(scene.view.pick)
        class_name = f" <small>{escape(meaning)}</small>" if meaning else ""
        self.heading.text = f"<h2>{escape(scene.view.pick)}{class_name}</h2>"
        self._show_layer(facts, scene)
        self._head(scene)
        other = scene.other.facts if scene.other is not None else None
        self.numbers.text = rows_of(
            (*facts.numbers, *scene.written_numbers),
            () if other is None else other.numbers,
            scene.titles,
        )
        self._show_changes(scene)
        for place, frame in (
            (self.inputs, facts.inputs), (self.outputs, facts.outputs), (self.path, facts.path)
        ):  # fmt: skip
            place.text = table(
                frame[["name", "weight"]],
                view,
                letters={"name": LETTERS},
                classes=scene.classes,
            )
        self._show_field(facts, scene)
        self.effective.show(facts.effective)

    def _head(self, scene: Scene) -> None:
        """Say what the tables have: weights, or what passes on at an input."""
        what = f"Largest {scene.view.passed_on}s"
        texts = (f"{what} to it", f"{what} of it", "Strongest path through it, by weights")
        if scene.answer is None:
            texts = ("Strongest inputs", "Strongest outputs", "Strongest path through it")
        heads = (self._of_inputs, self._of_outputs, self._of_path)
        for head, text in zip(heads, texts, strict=True):
            head.text = f"<h3>{escape(text)}</h3>"

    def _show_changes(self, scene: Scene) -> None:
        changes = scene.changes
        self._of_changes.visible = changes is not None
        if changes is not None:
            view = scene.view if self._links else None
            self.changes.text = table(changes.inputs, view, header=True, letters={"name": LETTERS})

    def _show_layer(self, facts: Facts, scene: Scene) -> None:
        model = scene.model
        layer = model.layer_of(int(facts.neurons[0]))
        rows = model.layer_rows
        of_layer = rows[rows["index"] == layer.index].to_dict("records")[0]
        heading = f"<h3>Layer {escape(layer.name)}</h3>"
        self.layer.text = heading + layer_html(layer_facts(of_layer, model.layers))

    def _show_field(self, facts: Facts, scene: Scene) -> None:
        self.field.visible = bool(facts.field_layer)
        if not facts.field_layer:
            return
        layer = next(each for each in scene.model.layers if each.name == facts.field_layer)
        part = scene.model.neurons.iloc[layer.places(scene.model.first)]
        flat = part["x"].isna().all()
        wide = part["channel" if flat else "x"].fillna(0).max() + 1
        high = 1 if flat else part["y"].fillna(0).max() + 1
        side = max(wide, 1 if flat else high)
        self.field.x_range.update(start=(wide - side) / 2 - 0.5, end=(wide + side) / 2 - 0.5)
        span = wide if flat else side
        self.field.y_range.update(start=(high + span) / 2 - 0.5, end=(high - span) / 2 - 0.5)
        self._field_mapper.high = float(facts.field["weight"].max())
        self._cells.data = dict(source_of(facts.field[["x", "y", "weight"]]).data)
        title: Any = self.field.title
        title.update(text="receptive field", text_font_size="10px", text_font_style="normal")


def headed(text: str) -> Div:
    """Return a heading."""
    return Div(text=f"<h3>{escape(text)}</h3>", disable_math=True, margin=(4, 5, 0, 5))


def _example(scene: Scene) -> str:
    """Return the name of a channel."""
    layers = scene.model.layers
    layer = next((layer for layer in layers if layer.inputs), layers[0])
    return scene.model.channel_name(layer.first - scene.model.first)


def _layers(scene: Scene) -> pd.DataFrame:
    layers = scene.model.layers
    return pd.DataFrame(
        {
            "name": [layer.name for layer in layers],
            "class": [layer.class_name for layer in layers],
            "neurons": [layer.neurons for layer in layers],
            "relationships": [layer.edges for layer in layers],
        }
    )


def rows_of(
    numbers: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]] = (),
    titles: Sequence[str] = (),
) -> str:
    """Return names and numbers as rows of HTML.

    Parameters
    ----------
    numbers
        What it is, and the number as text.
    others
        The same of the model beside; none without any.
    titles
        What both are called.
    """
    beside = dict(others)
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td>"
        + (f"<td>{escape(beside.get(name, '-'))}</td>" if others else "")
        + "</tr>"
        for name, text in numbers
    )
    heads = "".join(
        f"<th scope='col'>{escape(neuron_shortened(name, _LONGEST_MODEL))}</th>" for name in titles
    )
    head = f"<thead><tr><td></td>{heads}</tr></thead>" if others else ""
    return f"<table class='numbers'>{head}<tbody>{rows}</tbody></table>"
