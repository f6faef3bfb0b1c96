"""The model from left to right, as a Bokeh figure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from bokeh.core.properties import value
from bokeh.models import ColumnDataSource, LinearColorMapper, Range1d
from bokeh.models.annotations.legends import ColorBar
from bokeh.models.glyphs import Bezier, Image, Scatter, Text
from bokeh.models.tickers import FixedTicker
from bokeh.plotting import figure
from numpy.typing import NDArray

from queries.core.colours import NEGATIVE, POSITIVE
from queries.plots.style import DIVERGING, SEQUENTIAL, add_hover, source_of
from queries.viewer.column import Box, Column
from queries.viewer.labels import labels_of
from queries.viewer.layout import Layout
from queries.viewer.lines import path_lines, strongest_lines, wires
from queries.viewer.scene import Scene, middle
from queries.viewer.shades import Shades
from queries.viewer.tiles import HEIGHT, WIDTH

PATH: Final = "#111111"
PICK: Final = "#e8590c"
MOST_NEAR: Final = 1 << 17
"""Neurons of a big layer that are drawn one by one while they are in view."""

_UNKNOWN: Final = "#ccd1d8"
_NO_LEVEL: Final = -9.0
"""A level of a neuron without a value."""

_KINDS: Final = ("map", "strip", "channel")
_IMAGE_COLUMNS: Final = ("image", "value", "layer", "channel", "px", "py", "x", "y", "dw", "dh")
_LINE_COLUMNS: Final = ("x0", "y0", "x1", "y1", "cx0", "cx1", "weight", "width", "casing", "names")
_SIDES: Final = (("positive", POSITIVE), ("negative", NEGATIVE), ("path", PATH))
_TOOLTIPS: Final = {
    "map": [("neuron", "@layer[@channel] at @px, @py"), ("value", "@value{0.0000e+0}")],
    "strip": [("neuron", "@layer[@channel]"), ("value", "@value{0.0000e+0}")],
    "channel": [("channel", "@layer[@channel]"), ("mean value", "@value{0.0000e+0}")],
}


class ModelPicture:
    """The figure, and how it is filled."""

    def __init__(self) -> None:
        self.figure = figure(
            x_range=Range1d(start=-24, end=WIDTH + 24),
            y_range=Range1d(start=HEIGHT + 14, end=0),
            tools="pan,wheel_zoom,box_zoom,reset,save",
            active_scroll="wheel_zoom",
            sizing_mode="stretch_both",
            min_height=320,
            min_width=400,
            toolbar_location="above",
            outline_line_color=None,
            background_fill_color="#f1f3f5",
            name="picture",
        )
        self.figure.toolbar.logo = None
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        self._layout: Layout | None = None
        self._shades: Shades | None = None
        self._add_wires()
        self._mapper = LinearColorMapper(
            palette=SEQUENTIAL, low=0, high=1, low_color=_UNKNOWN, nan_color=(0, 0, 0, 0)
        )
        self._images = {kind: self._add_images(kind, kind) for kind in _KINDS}
        self._near = self._add_images("near", "map")
        self._near_columns: list[Column] = []
        self._axes: dict[str, NDArray[np.int32]] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self._lines = {name: self._add_lines(name, color) for name, color in _SIDES}
        self._marks = ColumnDataSource({"x": [], "y": [], "name": []})
        ring = Scatter(x="x", y="y", size=15, fill_color=None, line_color=PICK, line_width=3)
        self.figure.add_glyph(self._marks, ring, name="picked")
        self._labels = ColumnDataSource(labels_of(Layout((), np.empty(0), np.empty(0)))[0])
        self._add_labels()
        self._bar = self._add_bar()

    def show(self, scene: Scene) -> None:
        """Draw a scene; what is drawn already is left alone."""
        if scene.layout is not self._layout:
            self._place(scene)
        if scene.layout is not self._layout or scene.shades is not self._shades:
            self._layout, self._shades = scene.layout, scene.shades
            self._color(scene.layout, scene.shades)
            self._bar.title = scene.view.meaning
            self._color_near()
        self._draw_lines(scene)

    def look(self, box: Box) -> None:
        """Draw what of big layers is in view by neuron, where it is few enough."""
        if self._layout is None:
            return
        big = [column for column in self._layout.columns if column.kind == "channel"]
        near = [tiles for column in big if (tiles := column.near(box, MOST_NEAR)) is not None]
        if near or self._near_columns:
            self._near_columns = near
            self._near.data = {
                **_place_columns(near, self._axes),
                **_color_columns(near, self._shades),
            }

    def at(self, x: float, y: float) -> tuple[Column, int] | None:
        """Return the column and the first neuron of the mark at a place."""
        columns = self._layout.columns if self._layout is not None else ()
        for column in (*self._near_columns, *columns):
            neuron = column.at(x, y)
            if neuron is not None:
                return column, neuron
        return None

    def _color_near(self) -> None:
        if self._near_columns:
            self._near.data = {
                **self._near.data,
                **_color_columns(self._near_columns, self._shades),
            }

    def _add_images(self, name: str, kind: str) -> ColumnDataSource:
        source = ColumnDataSource({name: [] for name in _IMAGE_COLUMNS})
        glyph = Image(image="image", x="x", y="y", dw="dw", dh="dh", color_mapper=self._mapper)
        renderer = self.figure.add_glyph(source, glyph, name=name)
        add_hover(self.figure, renderer, _TOOLTIPS[kind])
        return source

    def _add_wires(self) -> None:
        """Add the faint lines that tell which layer feeds which."""
        self._wires = ColumnDataSource({name: [] for name in ("x0", "y0", "x1", "y1", "cy")})
        places: dict[str, Any] = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
        arc = Bezier(
            **places, cx0="x0", cy0="cy", cx1="x1", cy1="cy", line_color="#b9bec7", line_width=1.5
        )
        self.figure.add_glyph(self._wires, arc, name="wires")

    def _add_lines(self, name: str, color: str) -> ColumnDataSource:
        source = ColumnDataSource({column: [] for column in _LINE_COLUMNS})
        ends: dict[str, Any] = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
        bends: dict[str, Any] = {"cx0": "cx0", "cy0": "y0", "cx1": "cx1", "cy1": "y1"}
        # Dark lines would be lost on dark neurons.
        casing = Bezier(**ends, **bends, line_color="white", line_width="casing")
        self.figure.add_glyph(source, casing)
        line = Bezier(**ends, **bends, line_color=color, line_width="width", line_alpha=0.9)
        renderer = self.figure.add_glyph(source, line, name=name)
        add_hover(
            self.figure, renderer, [("relationship", "@names"), ("weight", "@weight{0.0000}")]
        )
        return source

    def _add_labels(self) -> None:
        for column, size, color in (("text", "12px", "#1c2430"), ("shape", "11px", "#5b6472")):
            glyph = Text(
                x="x", y="y", text=column, y_offset=f"{column}_offset", text_align="align",
                angle="angle", text_font_size=value(size), text_color=value(color),
                text_font=value("sans-serif"),
            )  # fmt: skip
            self.figure.add_glyph(self._labels, glyph)

    def _add_bar(self) -> ColorBar:
        bar = ColorBar(
            color_mapper=self._mapper,
            orientation="horizontal",
            width=260,
            height=9,
            padding=4,
            location=(60, 0),
            ticker=FixedTicker(ticks=[0, 1]),
            major_label_text_font_size="12px",
            title_text_font_size="12px",
            title_text_font_style="normal",
            bar_line_color=None,
            major_tick_line_color=None,
        )
        self.figure.add_layout(bar, "below")
        return bar

    def _place(self, scene: Scene) -> None:
        layout = scene.layout
        self._axes = {
            name: scene.model.neurons[axis].fillna(0).to_numpy(np.int32)
            for name, axis in (("channel", "channel"), ("px", "x"), ("py", "y"))
        }
        for kind in _KINDS:
            columns = [column for column in layout.columns if column.kind == kind]
            self._places[kind] = _place_columns(columns, self._axes)
        self._near.data = {name: [] for name in _IMAGE_COLUMNS}
        self._near_columns = []
        labels, room = labels_of(layout)
        self._labels.data = labels
        self.figure.y_range.update(end=-room, reset_end=-room)
        self._wires.data = wires(layout)

    def _color(self, layout: Layout, shades: Shades | None) -> None:
        signed = shades is not None and shades.signed
        self._mapper.update(
            palette=list(DIVERGING if signed else SEQUENTIAL), low=-1 if signed else 0, high=1
        )
        low, high = ("", "") if shades is None else shades.words
        self._bar.update(
            ticker=FixedTicker(ticks=[-1, 1] if signed else [0, 1]),
            major_label_overrides={-1: low, 0: low, 1: high},
            visible=shades is not None,
        )
        for kind, source in self._images.items():
            columns = [column for column in layout.columns if column.kind == kind]
            source.data = {**self._places[kind], **_color_columns(columns, shades)}

    def _draw_lines(self, scene: Scene) -> None:
        lines = strongest_lines(scene.facts, scene.layout)
        positive = lines["weight"] >= 0
        self._lines["positive"].data = dict(source_of(lines[positive]).data)
        self._lines["negative"].data = dict(source_of(lines[~positive]).data)
        self._lines["path"].data = dict(source_of(path_lines(scene)).data)
        marks: dict[str, Sequence[Any]] = {"x": [], "y": [], "name": []}
        if scene.facts is not None:
            x, y = middle(scene.layout, scene.facts.neurons)
            marks = {"x": [x], "y": [y], "name": [scene.view.pick]}
        self._marks.data = {**marks}


def _place_columns(
    columns: Sequence[Column], axes: Mapping[str, NDArray[np.int32]]
) -> dict[str, Any]:
    """Return where images are, and of each cell what the mouse tells."""
    data: dict[str, Any] = {
        "layer": [column.layer.name for column in columns],
        "x": [column.left for column in columns],
        "y": [column.top for column in columns],
        "dw": [column.width for column in columns],
        "dh": [column.height for column in columns],
    }
    for name, numbers in axes.items():
        data[name] = [
            np.append(numbers[column.first], np.int32(0))[column.cells] for column in columns
        ]
    return data


def _color_columns(columns: Sequence[Column], shades: Shades | None) -> dict[str, Any]:
    """Return images, and of each cell its value."""
    images, values = [], []
    for column in columns:
        level = np.full(len(column.first), np.nan) if shades is None else shades.levels(column)
        images.append(column.image(np.where(np.isfinite(level), level, _NO_LEVEL)))
        values.append(column.image(level if shades is None else column.mark_means(shades.scores)))
    return {"image": images, "value": values}
