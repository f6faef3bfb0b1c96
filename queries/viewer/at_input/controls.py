"""What a person may choose of an input and of its circuit."""

from collections.abc import Sequence
from typing import Any, Final

from bokeh.layouts import column, row
from bokeh.models import LayoutDOM
from bokeh.models.widgets.buttons import Button
from bokeh.models.widgets.inputs import Select
from bokeh.models.widgets.sliders import Slider

from queries.viewer.field import Field
from queries.viewer.view import LEVELS, View

_LEVELS: Final[list[Any]] = list(zip(LEVELS, ("channels", "neurons", "no circuit"), strict=True))


class InputControls:
    """The inputs that are shown, the target, and the shares of the circuit.

    Parameters
    ----------
    view
        The view that they show at first.
    """

    def __init__(self, view: View) -> None:
        self.input = Select(title="Input", width=176, name="input", visible=False)
        self.beside = Select(title="Input beside", width=176, name="beside", visible=False)
        self.towards = Field(
            "towards", title="Circuit towards", value=view.towards, width=236,
            placeholder="the largest output",
        )  # fmt: skip
        self.use_pick = Button(label="the pick", width=72, name="use_towards", margin=(26, 5, 5, 5))
        self.level = Select(
            title="Circuit of", value=view.level, options=_LEVELS, width=100, name="level"
        )
        self.node_share = _slider("node_share", "Node share", view.node_share)
        self.edge_share = _slider("edge_share", "Edge share", view.edge_share)
        self.choices: LayoutDOM = row(self.input, self.beside)
        self.layout: LayoutDOM = column(
            row(self.towards.layout, self.use_pick),
            row(self.level, self.node_share, self.edge_share),
        )

    def offer(self, names: Sequence[str], view: View) -> None:
        """Offer the inputs of a model."""
        several = len(names) > 1
        chosen = view.input or (names[0] if names else "")
        self.input.update(options=list(names), value=chosen, visible=several)
        others: list[Any] = [("", "no other input"), *((name, name) for name in names)]
        self.beside.update(options=others, value=view.beside, visible=several)

    def show(self, view: View) -> None:
        """Show a view that was reached otherwise."""
        for widget, value in ((self.beside, view.beside), (self.towards.input, view.towards)):
            if widget.value != value:
                widget.value = value


def _slider(name: str, title: str, value: float) -> Slider:
    return Slider(name=name, title=title, start=0, end=1, step=0.005, value=value, width=120)
