"""The controls above the picture and beside it."""

from collections.abc import Sequence
from typing import Any, Final

from bokeh.models.widgets.buttons import Button
from bokeh.models.widgets.groups import RadioButtonGroup
from bokeh.models.widgets.inputs import MultiChoice, Select, Spinner

from queries.core.layer import Layer
from queries.core.properties import property_text
from queries.viewer.class_names import ClassNames
from queries.viewer.field import Field
from queries.viewer.measures import measures
from queries.viewer.page_graph import PageModel
from queries.viewer.view import (
    AT_INPUT,
    CHANGE,
    DIFFERENCE,
    FIELD,
    MOST_LINES,
    MOST_PATHS,
    View,
    colors,
)

_BESIDE: Final = (26, 5, 5, 5)
"""Margin of what stands beside an input, below its title."""

_SCALES: Final[list[Any]] = [("layer", "each layer"), ("model", "whole model")]
_MEASURES: Final[list[Any]] = [
    *((name, name.replace("_", " ")) for name in measures()),
    (FIELD, "what feeds the pick"),
]
_CHANGE: Final = (CHANGE, "what changes")
_BY: Final[list[Any]] = ["weight", "l1", "l2", "largest", "edges"]


class Controls:
    """What a person may change, showing a view.

    Parameters
    ----------
    view
        The view that they show at first.
    at_input
        Whether there is an input.
    """

    def __init__(self, view: View, *, at_input: bool) -> None:
        self._at_input = at_input
        self.find = Field("find", title="Find", value=view.pick, placeholder="a name", width=170)
        self.unit = RadioButtonGroup(
            labels=["neuron", "channel"], active=0, width=136, name="unit", margin=(26, 5, 5, 0)
        )
        self.color = Select(
            title="Colour by", value=view.color, width=146, name="color",
            options=_MEASURES,
        )  # fmt: skip
        self.scale = Select(
            title="Scale", value=view.scale, width=104, name="scale",
            options=_SCALES,
        )  # fmt: skip
        self.layers = MultiChoice(
            title="Layers", value=list(view.layers), options=[], placeholder="all", width=134,
            name="layers", search_option_limit=200, option_limit=200,
        )  # fmt: skip
        self.channels = Field(
            "channels", title="Channels", value=view.channels, placeholder="all, or 0..7", width=92
        )
        self.min_weight = Spinner(
            title="|weight| from", value=view.min_weight, low=0, step=0.1, width=92,
            name="min_weight",
        )  # fmt: skip
        self.lines = Spinner(
            title="Lines", value=view.lines, low=0, high=MOST_LINES, step=5, width=66, name="lines"
        )
        self.by = Select(
            title="Weigh by", value=view.by, options=_BY, width=84, name="by", visible=False
        )
        self.model = Select(
            title="Model", value=view.model, options=[], width=120, name="model",
            visible=False,
        )  # fmt: skip
        self.other = Select(
            title="Beside", value=view.other, options=_beside([view.other]), width=120,
            name="other", visible=False,
        )  # fmt: skip
        self.source = Field("source", title="From", value=view.source, width=236)
        self.target = Field("target", title="To", value=view.target, width=236)
        self.use_source = Button(label="the pick", width=80, name="use_source", margin=_BESIDE)
        self.use_target = Button(label="the pick", width=80, name="use_target", margin=_BESIDE)
        self.k = Spinner(title="How many", value=view.k, low=1, high=MOST_PATHS, width=80, name="k")
        self._written: list[Any] = []
        self._offer_colors(view)
        self.clear = Button(label="Clear", width=80, name="clear", margin=_BESIDE)

    @property
    def fields(self) -> dict[str, Field]:
        """The texts that a person writes, by what of a view they say."""
        return {
            "pick": self.find,
            "channels": self.channels,
            "source": self.source,
            "target": self.target,
        }

    def about(self, model: PageModel, classes: ClassNames) -> None:
        """Offer what a model has."""
        layers = [_completed(model, layer) for layer in model.layers]
        names: Any = {"layers": layers, "classes": [*classes.by_channel.items()]}
        for field in (self.find, self.source, self.target):
            field.input.tags = [names]
        self.layers.options = [layer.name for layer in model.layers]
        self.by.visible = model.coarse
        self.source.input.placeholder = f"such as {model.inputs[0]}" if model.inputs else ""
        self.target.input.placeholder = f"such as {model.outputs[0]}" if model.outputs else ""

    def offer_models(self, names: Sequence[str]) -> None:
        """Offer the models of the graph, to be shown and to be shown beside."""
        several = len(names) > 1
        self.model.update(options=list(names), visible=several)
        others = [name for name in names if name != self.model.value]
        self.other.update(options=_beside(others), visible=several)

    def offer_properties(self, names: Sequence[str], view: View) -> None:
        """Offer the properties that were written to the model's neurons, beside the measures."""
        self._written = [(property_text(name, colors()), name) for name in names]
        self._offer_colors(view)

    def _offer_colors(self, view: View) -> None:
        at_input = [(name, name) for name in AT_INPUT if name != DIFFERENCE or view.beside]
        groups: dict[str, list[Any]] = {
            "At the input": at_input if self._at_input else [],
            "Measures": [*_MEASURES, _CHANGE] if view.other else _MEASURES,
            "Written properties": self._written,
        }
        offered = {name: options for name, options in groups.items() if options}
        options: Any = offered if len(offered) > 1 else groups["Measures"]
        if self.color.options != options:
            self.color.options = options

    def show(self, view: View) -> None:
        """Show a view that was reached otherwise."""
        self._offer_colors(view)
        for widget, value in (
            (self.find.input, view.pick),
            (self.color, view.color),
            (self.other, view.other),
            (self.source.input, view.source),
            (self.target.input, view.target),
        ):
            if widget.value != value:
                widget.value = value


def _beside(names: Sequence[str]) -> list[Any]:
    return [("", "no other model"), *((name, name) for name in names if name)]


def _completed(model: PageModel, layer: Layer) -> tuple[str, int, list[int]]:
    """Return a layer's name, how many channels it has, and how many x, y and z."""
    lengths = model.lengths[layer.index]
    return (
        layer.name,
        lengths.get("channel", 0),
        [lengths[axis] for axis in "xyz" if axis in lengths],
    )
