"""The model from left to right, as a Bokeh figure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from bokeh import layouts
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    CustomJSHover,
    HoverTool,
    LayoutDOM,
    LinearColorMapper,
    Range1d,
)
from bokeh.models.annotations.legends import ColorBar
from bokeh.models.glyphs import Bezier, Image, Scatter, Text
from bokeh.models.tickers import FixedTicker
from bokeh.plotting import figure
from numpy.typing import NDArray

from queries.analysis.operators import Ids
from queries.core.colours import NEGATIVE, POSITIVE
from queries.plots.style import DIVERGING, SEQUENTIAL, source_of
from queries.viewer.at_input.circuit import DrawnCircuit
from queries.viewer.class_labels import class_labels
from queries.viewer.class_names import NO_CLASSES, ClassNames
from queries.viewer.column import Box, Column
from queries.viewer.labels import LabelAxes
from queries.viewer.layout import Layout
from queries.viewer.legend import LIT, PATH, PICK, new_legend
from queries.viewer.lines import circuit_lines, path_lines, strongest_lines, wires
from queries.viewer.scene import Scene, middle
from queries.viewer.shades import Shades
from queries.viewer.tiles import HEIGHT, WIDTH
from queries.viewer.view import ATTRIBUTION

MOST_NEAR: Final = 1 << 17
"""Neurons of a big layer that are drawn one by one while they are in view."""

_UNKNOWN: Final = "#ccd1d8"
_NO_LEVEL: Final = -9.0
"""A level of a neuron without a value."""
_MARGIN: Final = 24.0
_HALF: Final = 2.3
"""How much wider letters are, in units of the picture, where two pictures share the window."""

_KINDS: Final = ("map", "strip", "channel")
_IMAGE_COLUMNS: Final = (
    "image", "value", "layer", "channel", "px", "py", "x", "y", "dw", "dh", "class",
)  # fmt: skip
_LINE_COLUMNS: Final = ("x0", "y0", "x1", "y1", "cx0", "cx1", "weight", "width", "casing", "names")
_SIDES: Final = (("positive", POSITIVE), ("negative", NEGATIVE), ("path", PATH))
_VEIL: Final = "#e9ecf0d0"
"""What lies over neurons outside of the circuit; the page's script has it for dark pages."""

_TOOLTIPS: Final = {
    "map": [("neuron", "@layer[@channel] at @px, @py @class"), ("value", "@image{custom}")],
    "strip": [("neuron", "@layer[@channel] @class"), ("value", "@image{custom}")],
    "channel": [("channel", "@layer[@channel] @class"), ("mean value", "@image{custom}")],
}
# Bokeh itself writes what is not a number, so that the value is looked up beside the image.
_NUMBER: Final = """
const {index, flat_index} = special_vars.image_index
const number = source.get_column("value")[index][flat_index]
return isNaN(number) ? missing : String(Number(number.toPrecision(5)))
"""


class ModelPicture:
    """The figure, and how it is filled.

    Parameters
    ----------
    about
        What is read out of the figure to who cannot see it.
    beside
        The picture that it moves and zooms with; None for none.
    """

    def __init__(self, about: str, *, beside: "ModelPicture | None" = None) -> None:
        self._prefix = "" if beside is None else "beside_"
        x, y = Range1d(start=-_MARGIN, end=WIDTH + _MARGIN), Range1d(start=HEIGHT + 14, end=-14)
        self.figure: figure = figure(
            x_range=x if beside is None else beside.figure.x_range,
            y_range=y if beside is None else beside.figure.y_range,
            tools="pan,wheel_zoom,box_zoom,reset,save",
            active_scroll="wheel_zoom",
            sizing_mode="stretch_both",
            min_height=320,
            min_width=240,
            toolbar_location="above",
            outline_line_color=None,
            background_fill_color="#e9ecf0",
            border_fill_color="#e9ecf0",
            name=f"{self._prefix}picture",
            title="",
            tags=[about],
        )
        self.figure.toolbar.logo = None
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        self._layout: Layout | None = None
        self._shades: Shades | None = None
        self._room = 0.0
        self._classes = NO_CLASSES
        self._numbers: list[CustomJSHover] = []
        self._add_wires()
        self._mapper = LinearColorMapper(
            palette=SEQUENTIAL, low=0, high=1, low_color=_UNKNOWN, nan_color=(0, 0, 0, 0)
        )
        self._images = {kind: self._add_images(kind, kind) for kind in _KINDS}
        self._near = self._add_images("near", "map")
        self._veil_mapper = LinearColorMapper(
            palette=[_VEIL],
            low=0,
            high=1,
            nan_color=(0, 0, 0, 0),
            name=f"{self._prefix}veil_colour",
        )
        self._veil, self._near_veil = self._add_veil("veil"), self._add_veil("near_veil")
        self._circuit: DrawnCircuit | None = None
        self._near_columns: list[Column] = []
        self._axes: dict[str, NDArray[np.int32]] = {}
        self._places: dict[str, dict[str, Any]] = {}
        self._line_hovers: list[HoverTool] = []
        self._lines = {name: self._add_lines(name, color) for name, color in _SIDES}
        self._marks = ColumnDataSource({"x": [], "y": [], "name": []})
        self._lit: Ids = np.empty(0, dtype=np.int64)
        self._lights = ColumnDataSource({"x": [], "y": []})
        self._add_rings()
        self._class_labels = ColumnDataSource({"x": [], "y": [], "text": []})
        self._add_class_labels()
        self._labels = LabelAxes(self.figure)
        self._bar = self._add_bar()

    def show(self, scene: Scene, title: str = "") -> None:
        """Draw a scene; what is drawn already is left alone.

        Parameters
        ----------
        scene
            The scene.
        title
            What it is called where two share the window.
        """
        if scene.layout is not self._layout:
            self._place(scene)
            self._light(scene.layout)
        if scene.layout is not self._layout or scene.shades is not self._shades:
            self._layout, self._shades = scene.layout, scene.shades
            self._color(scene.layout, scene.shades)
            self._bar.title = scene.view.meaning
            self._color_near()
        if scene.circuit is not self._circuit:
            self._circuit = scene.circuit
            self._veil.data = _veil_columns(scene.layout.columns, scene.circuit)
            self._near_veil.data = _veil_columns(self._near_columns, scene.circuit)
        self._title(title)
        self._make_room(_HALF if title else 1.0)
        self._draw_lines(scene)

    def _make_room(self, wide: float) -> None:
        """Leave room at the right for the classes, whose letters do not shrink with the picture."""
        end = WIDTH + _MARGIN + wide * self._room
        x_range: Any = self.figure.x_range
        if x_range.reset_end != end:
            x_range.update(end=end, reset_end=end)

    def _title(self, text: str) -> None:
        title: Any = self.figure.title
        title.update(text=text, visible=bool(text))

    def ring(self, name: str, neurons: Ids) -> None:
        """Mark the pick, before all else is known of it."""
        if self._layout is not None:
            x, y = middle(self._layout, neurons)
            self._marks.data = {"x": [x], "y": [y], "name": [name]}

    def light(self, neurons: Ids) -> None:
        """Mark neurons that an answer has, counted from the model's first."""
        self._lit = neurons
        if self._layout is not None:
            self._light(self._layout)

    def _light(self, layout: Layout) -> None:
        x, y = layout.x[self._lit], layout.y[self._lit]
        drawn = ~np.isnan(x)
        self._lights.data = {"x": x[drawn], "y": y[drawn]}

    def look(self, box: Box) -> None:
        """Draw what of big layers is in view by neuron, where it is few enough."""
        if self._layout is None:
            return
        big = [column for column in self._layout.columns if column.kind == "channel"]
        near = [tiles for column in big if (tiles := column.near(box, MOST_NEAR)) is not None]
        if near or self._near_columns:
            self._near_columns = near
            self._near.data = {
                **_place_columns(near, self._axes, self._classes),
                **_color_columns(near, self._shades),
            }
            self._near_veil.data = _veil_columns(near, self._circuit)

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
        renderer = self.figure.add_glyph(source, glyph, name=self._prefix + name)
        number = CustomJSHover(args={"source": source, "missing": ""}, code=_NUMBER)
        self._numbers.append(number)
        formatters: Any = {"@image": number}
        self.figure.add_tools(
            HoverTool(renderers=[renderer], tooltips=_TOOLTIPS[kind], formatters=formatters)
        )
        return source

    def _add_veil(self, name: str) -> ColumnDataSource:
        """Add what fades the neurons outside of a circuit."""
        source = ColumnDataSource({name: [] for name in ("image", "x", "y", "dw", "dh")})
        veil = Image(image="image", x="x", y="y", dw="dw", dh="dh", color_mapper=self._veil_mapper)
        self.figure.add_glyph(source, veil, name=self._prefix + name)
        return source

    def _add_wires(self) -> None:
        """Add the faint lines that tell which layer feeds which."""
        self._wires = ColumnDataSource({name: [] for name in ("x0", "y0", "x1", "y1", "cy")})
        places: dict[str, Any] = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
        arc = Bezier(
            **places, cx0="x0", cy0="cy", cx1="x1", cy1="cy", line_color="#b9bec7", line_width=1.5
        )
        self.figure.add_glyph(self._wires, arc, name=f"{self._prefix}wires")

    def _add_lines(self, name: str, color: str) -> ColumnDataSource:
        source = ColumnDataSource({column: [] for column in _LINE_COLUMNS})
        ends: dict[str, Any] = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
        bends: dict[str, Any] = {"cx0": "cx0", "cy0": "y0", "cx1": "cx1", "cy1": "y1"}
        # Dark lines would be lost on dark neurons.
        casing = Bezier(**ends, **bends, line_color="white", line_width="casing")
        self.figure.add_glyph(source, casing)
        line = Bezier(**ends, **bends, line_color=color, line_width="width", line_alpha=0.9)
        renderer = self.figure.add_glyph(source, line, name=self._prefix + name)
        hover = HoverTool(renderers=[renderer], tooltips=_line_tooltips("weight"))
        self._line_hovers.append(hover)
        self.figure.add_tools(hover)
        return source

    def _add_rings(self) -> None:
        lit = Scatter(
            x="x", y="y", size=11, marker="square", fill_color=None, line_color=LIT, line_width=3
        )
        self.figure.add_glyph(self._lights, lit, name=f"{self._prefix}lit")
        ring = Scatter(x="x", y="y", size=15, fill_color=None, line_color=PICK, line_width=3)
        self.figure.add_glyph(self._marks, ring, name=f"{self._prefix}picked")

    def _add_class_labels(self) -> None:
        text = Text(
            x="x", y="y", text="text", text_baseline="middle", text_font_size=value("11px"),
            text_color=value("#5b6472"), text_font=value("sans-serif"),
        )  # fmt: skip
        self.figure.add_glyph(self._class_labels, text, name=f"{self._prefix}classes")

    def _add_bar(self) -> ColorBar:
        bar = ColorBar(
            color_mapper=self._mapper,
            orientation="horizontal",
            width=260,
            height=9,
            padding=4,
            location=(60, 0),
            # What the style of the page says of the picture is not meant for the bar.
            styles={"--bk-background-fill-color": "transparent"},
            name=f"{self._prefix}bar",
            ticker=FixedTicker(ticks=[0, 0.5, 1]),
            major_label_text_font_size="12px",
            title_text_font_size="12px",
            title_text_font_style="normal",
            bar_line_color=None,
            major_tick_line_color=None,
        )
        self.figure.add_layout(bar, "below")
        return bar

    def _place(self, scene: Scene) -> None:
        layout, self._classes = scene.layout, scene.classes
        self._axes = {
            name: scene.model.neurons[axis].fillna(0).to_numpy(np.int32)
            for name, axis in (("channel", "channel"), ("px", "x"), ("py", "y"))
        }
        for kind in _KINDS:
            columns = [column for column in layout.columns if column.kind == kind]
            self._places[kind] = _place_columns(columns, self._axes, self._classes)
        self._near.data = {name: [] for name in _IMAGE_COLUMNS}
        self._near_columns = []
        self._circuit = None
        self._veil.data, self._near_veil.data = _veil_columns((), None), _veil_columns((), None)
        self._labels.show(layout)
        labels, room = class_labels(layout, self._axes["channel"], self._classes)
        self._class_labels.data = labels
        self._room = room
        self._wires.data = wires(layout)

    def _color(self, layout: Layout, shades: Shades | None) -> None:
        signed = shades is not None and shades.signed
        # The bar follows neither ends nor ticks that change.
        self._mapper.palette = list(DIVERGING if signed else SEQUENTIAL)
        low, high = ("", "") if shades is None else shades.words
        self._bar.update(
            major_label_overrides={0: low, 0.5: "0" if signed else "", 1: high},
            visible=shades is not None,
        )
        for number in self._numbers:
            number.args = {**number.args, "missing": "" if shades is None else shades.missing}
        for kind, source in self._images.items():
            columns = [column for column in layout.columns if column.kind == kind]
            source.data = {**self._places[kind], **_color_columns(columns, shades)}

    def _draw_lines(self, scene: Scene) -> None:
        if scene.facts is None:
            lines, what = circuit_lines(scene.circuit, scene.layout), ATTRIBUTION
        else:
            lines = strongest_lines(scene.facts, scene.layout)
            what = "weight" if scene.answer is None else scene.view.passed_on
        for hover in self._line_hovers[: len(_SIDES) - 1]:
            hover.tooltips = _line_tooltips(what)
        positive = lines["weight"] >= 0
        self._lines["positive"].data = dict(source_of(lines[positive]).data)
        self._lines["negative"].data = dict(source_of(lines[~positive]).data)
        self._lines["path"].data = dict(source_of(path_lines(scene)).data)
        marks: dict[str, Sequence[Any]] = {"x": [], "y": [], "name": []}
        if scene.facts is not None:
            x, y = middle(scene.layout, scene.facts.neurons)
            marks = {"x": [x], "y": [y], "name": [scene.view.pick]}
        self._marks.data = {**marks}


def side_by_side(pictures: Sequence[ModelPicture], *, at_input: bool, cypher: bool) -> LayoutDOM:
    """Return pictures with one legend.

    Parameters
    ----------
    pictures
        The pictures, from left to right.
    at_input, cypher
        As ``new_legend`` takes them.
    """
    return layouts.column(
        layouts.row(*(picture.figure for picture in pictures), sizing_mode="stretch_both"),
        new_legend(at_input=at_input, cypher=cypher),
        sizing_mode="stretch_both",
        min_height=360,
        css_classes=["picture"],
    )


def _line_tooltips(what: str) -> Any:
    return [("relationship", "@names"), (what, "@weight{0.0000}")]


def _veil_columns(columns: Sequence[Column], circuit: DrawnCircuit | None) -> dict[str, Any]:
    """Return images over what is outside of a circuit; none without a circuit."""
    drawn, images = [], []
    if circuit is not None:
        outside = (~circuit.within).astype(np.float64)
        drawn = list(columns)
        # A mark of several neurons is outside where all of them are.
        levels = [np.where(column.mark_means(outside) == 1, 0.5, np.nan) for column in drawn]
        images = [column.image(level) for column, level in zip(drawn, levels, strict=True)]
    return {
        "image": images,
        "x": [column.left for column in drawn],
        "y": [column.top for column in drawn],
        "dw": [column.width for column in drawn],
        "dh": [column.height for column in drawn],
    }


def _place_columns(
    columns: Sequence[Column], axes: Mapping[str, NDArray[np.int32]], classes: ClassNames
) -> dict[str, Any]:
    """Return where images are, and of each cell what the mouse tells."""
    data: dict[str, Any] = {
        "layer": [column.layer.name for column in columns],
        "x": [column.left for column in columns],
        "y": [column.top for column in columns],
        "dw": [column.width for column in columns],
        "dh": [column.height for column in columns],
        "class": [_classes_of(column, axes["channel"], classes) for column in columns],
    }
    for name, numbers in axes.items():
        data[name] = [
            np.append(numbers[column.first], np.int32(0))[column.cells] for column in columns
        ]
    return data


def _classes_of(column: Column, channel: NDArray[np.int32], classes: ClassNames) -> str | list[str]:
    """Return what each cell of an output stands for; of another layer an empty text for all."""
    if not classes.of(f"{column.layer.name}[0]"):
        return ""
    of_mark = [classes.of(f"{column.layer.name}[{number}]") for number in channel[column.first]]
    return np.array([*of_mark, ""], dtype=object)[column.cells].ravel().tolist()


def _color_columns(columns: Sequence[Column], shades: Shades | None) -> dict[str, Any]:
    """Return images, and of each cell its value."""
    images, values = [], []
    for column in columns:
        level = np.full(len(column.first), np.nan) if shades is None else shades.levels(column)
        images.append(column.image(np.where(np.isfinite(level), level, _NO_LEVEL)))
        values.append(column.image(level if shades is None else column.mark_means(shades.scores)))
    return {"image": images, "value": values}
