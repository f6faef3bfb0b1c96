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
from queries.viewer.facts import Facts
from queries.viewer.scene import Scene
from queries.viewer.tables import ROW, WIDTH, new_table, table

_FIELD: Final = 112
_HINT: Final = (
    "<p class='hint'>Click a neuron in the picture, or type a name under Find: "
    "<code>{example}</code> is a channel, a layer's name all of it.</p>"
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
        self.inputs = new_table("inputs", height=5 * ROW)
        self.outputs = new_table("outputs", height=5 * ROW)
        self.path = new_table("through", height=8 * ROW)
        self.layers = new_table("list", height=480)
        self._of_pick = column(
            row(self.numbers, self.field),
            headed("Strongest inputs"), self.inputs,
            headed("Strongest outputs"), self.outputs,
            headed("Strongest path through it"), self.path,
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
            self.layers.text = table(_layers(scene), view, header=True)
            return
        self.heading.text = f"<h2>{escape(scene.view.pick)}</h2>"
        self.numbers.text = rows_of((*facts.numbers, *scene.written_numbers))
        for place, frame in (
            (self.inputs, facts.inputs), (self.outputs, facts.outputs), (self.path, facts.path)
        ):  # fmt: skip
            place.text = table(frame[["name", "weight"]], view)
        self._show_field(facts, scene)

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
        title.update(text="receptive field", text_font_size="12px", text_font_style="normal")


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


def rows_of(numbers: Sequence[tuple[str, str]]) -> str:
    """Return names and numbers as rows of HTML."""
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in numbers
    )
    return f"<table class='numbers'>{rows}</table>"
