"""What stands beside the picture of an input, of what the model says of it, and of the circuit."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import pandas as pd
from bokeh.layouts import column
from bokeh.models import LayoutDOM
from bokeh.models.widgets.markups import Div

from queries.viewer.at_input.answer import Answer
from queries.viewer.at_input.circuit import DrawnCircuit
from queries.viewer.at_input.input_html import input_html
from queries.viewer.class_names import ClassNames
from queries.viewer.names import middle_shortened
from queries.viewer.tables import WIDTH, new_table, table

_ROWS: Final = 50
"""Relationships of the circuit that are listed."""

_CUT: Final = {"from": 15, "to": 15}
_LETTERS: Final = 22
_NAME: Final = 30

Shown = tuple[Answer, DrawnCircuit | None]


class InputPanel:
    """The inputs that are shown, side by side, and their circuits."""

    def __init__(self) -> None:
        self.answers = Div(name="answers", width=WIDTH, disable_math=True)
        self.scores = Div(name="scores", width=WIDTH, disable_math=True)
        self.edges = new_table("circuit", "largest relationships of the circuit", height=240)
        self._of_edges = column(
            Div(text="<h3>Largest in the circuit</h3>", disable_math=True), self.edges
        )
        self.of_circuit: LayoutDOM = column(self.scores, self._of_edges)

    def show(self, shown: Sequence[Shown], classes: ClassNames, *, links: bool) -> None:
        """Show inputs, what the model says of them, and the circuits.

        Parameters
        ----------
        shown
            One input, or two.
        classes
            What the outputs stand for.
        links
            Whether the names of outputs choose what the circuit leads towards.
        """
        one = len(shown) == 1
        parts = [_answer_html(answer, classes, links=links, wide=one) for answer, _ in shown]
        self.answers.text = f"<div class='answers'>{''.join(parts)}</div>"
        circuits = [circuit for _, circuit in shown if circuit is not None]
        self.of_circuit.visible = bool(circuits)
        if circuits:
            self.scores.text = _scores_html(circuits, classes)
            rows = table(_edges(circuits), header=True, letters=_CUT)
            self.edges.text = f"<div class='pairs'>{rows}</div>"


def _edges(circuits: Sequence[DrawnCircuit]) -> pd.DataFrame:
    """Return the largest relationships of one circuit, or of two with what each has of them."""
    names = ("attribution", "beside")
    frames = [
        circuit.edges.groupby(["from", "to"], sort=False)["attribution"].sum().rename(name)
        for circuit, name in zip(circuits, names, strict=False)
    ]
    joined = pd.concat(frames, axis=1)
    largest = joined.abs().max(axis=1).sort_values(ascending=False, kind="stable")
    return joined.loc[largest.index[:_ROWS]].reset_index()


def _answer_html(answer: Answer, classes: ClassNames, *, links: bool, wide: bool) -> str:
    name = middle_shortened(answer.name, _NAME)
    label = f" <small>class {escape(answer.label)}</small>" if answer.label else ""
    inputs = "".join(
        (f"<h3>{escape(layer.name)}</h3>" if len(answer.inputs) > 1 else "")
        + input_html(layer, answer.name)
        for layer in answer.inputs
    )
    rows = "".join(
        f"<tr><th scope='row'>{_output(output['name'], classes, links=links)}</th>"
        f"<td>{output['value']:.4g}</td>"
        + (f"<td>{output['logit']:.4g}</td>" if wide else "")
        + "</tr>"
        for output in answer.outputs.to_dict("records")
    )
    heads = ("output", "pre-activation") if wide else ("output",)
    head = "".join(f"<th scope='col'>{text}</th>" for text in heads)
    return (
        f"<div><h3 title='{escape(answer.name)}'>{escape(name)}{label}</h3>{inputs}"
        f"<table class='numbers'><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _output(name: Any, classes: ClassNames, *, links: bool) -> str:
    """Return the name of an output and its class; a link that makes it the target."""
    class_name = classes.of(name)
    text = escape(f"{name} {class_name}".strip() if len(name) < _LETTERS else class_name or name)
    if not links:
        return text
    return f"<a href='#' data-towards='{escape(name)}'>{text}</a>"


def _scores_html(circuits: Sequence[DrawnCircuit], classes: ClassNames) -> str:
    names = dict.fromkeys(name for circuit in circuits for name, _ in circuit.numbers)
    columns = [dict(circuit.numbers) for circuit in circuits]
    for texts in columns:
        texts["towards"] = f"{texts['towards']} {classes.of(texts['towards'])}".strip()
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(f"<td>{escape(texts.get(name, '-'))}</td>" for texts in columns)
        + "</tr>"
        for name in names
    )
    return f"<table class='numbers scores'><tbody>{rows}</tbody></table>"
