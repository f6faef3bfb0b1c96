"""The controls above the picture and beside it."""

from collections.abc import Sequence
from typing import Any, Final

from bokeh.models.widgets.buttons import Button
from bokeh.models.widgets.groups import RadioButtonGroup
from bokeh.models.widgets.inputs import MultiChoice, Select, Spinner, TextInput

from queries.core.properties import property_text
from queries.viewer.measures import measures
from queries.viewer.page_graph import PageModel
from queries.viewer.view import FIELD, MOST_LINES, MOST_PATHS, View, colors

_BESIDE: Final = (26, 5, 5, 5)
"""Margin of what stands beside an input, below its title."""

_SCALES: Final[list[Any]] = [("layer", "each layer"), ("model", "whole model")]
_MEASURES: Final[list[Any]] = [
    *((name, name.replace("_", " ")) for name in measures()),
    (FIELD, "what feeds the pick"),
]
_BY: Final[list[Any]] = ["weight", "l1", "l2", "largest", "edges"]


class Controls:
    """What a person may change, showing a view.

    Parameters
    ----------
    view
        The view that they show at first.
    """

    def __init__(self, view: View) -> None:
        self.find = TextInput(
            title="Find", value=view.pick, placeholder="a name", width=170,
            name="find",
        )  # fmt: skip
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
        self.channels = TextInput(
            title="Channels", value=view.channels, placeholder="all, or 0..7", width=92,
            name="channels",
        )  # fmt: skip
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
        self.source = TextInput(title="From", value=view.source, width=236, name="source")
        self.target = TextInput(title="To", value=view.target, width=236, name="target")
        self.use_source = Button(label="the pick", width=80, name="use_source", margin=_BESIDE)
        self.use_target = Button(label="the pick", width=80, name="use_target", margin=_BESIDE)
        self.k = Spinner(title="How many", value=view.k, low=1, high=MOST_PATHS, width=80, name="k")
        self.clear = Button(label="Clear", width=80, name="clear", margin=_BESIDE)

    def about(self, model: PageModel) -> None:
        """Offer what a model has."""
        self.layers.options = [layer.name for layer in model.layers]
        self.by.visible = model.coarse
        self.source.placeholder = f"such as {model.inputs[0]}" if model.inputs else ""
        self.target.placeholder = f"such as {model.outputs[0]}" if model.outputs else ""

    def offer_properties(self, names: Sequence[str]) -> None:
        """Offer the properties that were written to the model's neurons, beside the measures."""
        written: list[Any] = [(property_text(name, colors()), name) for name in names]
        options = {"Measures": _MEASURES, "Written properties": written} if written else _MEASURES
        if self.color.options != options:
            self.color.options = options

    def show(self, view: View) -> None:
        """Show a view that was reached otherwise."""
        for widget, value in (
            (self.find, view.pick),
            (self.color, view.color),
            (self.source, view.source),
            (self.target, view.target),
        ):
            if widget.value != value:
                widget.value = value
