"""A text that a person writes, with what is wrong with it beside it."""

from html import escape
from typing import Any, Final

from bokeh.layouts import column
from bokeh.models import CustomJS, LayoutDOM
from bokeh.models.widgets.inputs import TextInput
from bokeh.models.widgets.markups import Div

_WIDE: Final = 300
"""Width of what is said, below a field that may be too narrow for it."""

_MARK: Final = """
const input = Bokeh.index.find_one_by_id(field.id)?.input_el
if (input) input.setAttribute("aria-invalid", String(cb_obj.visible))
"""


class Field:
    """A text input below which errors are said.

    Parameters
    ----------
    name
        What it is found by.
    title, value, width
        As a ``TextInput`` has them.
    placeholder
        What stands in it while it is empty.
    """

    def __init__(
        self, name: str, *, title: str, value: str, width: int, placeholder: str = ""
    ) -> None:
        self.input = TextInput(
            name=name, title=title, value=value, width=width, placeholder=placeholder
        )
        self._problem = Div(
            name=f"{name}_problem", width=max(width, _WIDE), visible=False, disable_math=True,
            margin=(0, 5, 5, 5),
        )  # fmt: skip
        self._problem.js_on_change("visible", CustomJS(args={"field": self.input}, code=_MARK))
        self.layout: LayoutDOM = column(self.input, self._problem)

    def say(self, problem: str) -> None:
        """Say what is wrong; empty for nothing."""
        text = f"<p class='problem' role='alert'>{escape(problem)}</p>" if problem else ""
        changes: dict[str, Any] = {"text": text, "visible": bool(problem)}
        self._problem.update(**changes)
