"""What a page shows, as its address says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self, get_args
from urllib.parse import urlencode

from queries.core.properties import property_named
from queries.library.declaration import Weighing
from queries.viewer.measures import measures

MOST_LINES: Final = 100
MOST_PATHS: Final = 50
FIELD: Final = "field"
"""The colour that shows what feeds the picked neurons."""
CHANGE: Final = "change"
"""The colour that shows how the weights into each neuron change to the model beside."""

ACTIVATION: Final = "activation"
ATTRIBUTION: Final = "attribution"
DIFFERENCE: Final = "difference"
"""Colours of what neurons do at an input; the last one of two inputs."""

AT_INPUT: Final = {
    ACTIVATION: "activation (units of the neuron's output)",
    ATTRIBUTION: "attribution (units of the target)",
    DIFFERENCE: "difference of the activations",
}
LEVELS: Final = ("channel", "neuron", "off")
"""What a node of the circuit is; the last one for no circuit."""


_CHOICES: Final = {"by": get_args(Weighing), "level": LEVELS}


@dataclass(frozen=True)
class View:
    """What is shown; the address of a page holds it, so that a link opens it again.

    Parameters
    ----------
    model
        Name of the model.
    color
        The measure, or the property that was written, that colours the neurons.
    scale
        What colours span: the values of each ``layer``, or those of the whole ``model``.
    layers
        Names of the layers that are drawn; none for all.
    channels
        The channels that are drawn, such as ``0..7``; empty for all.
    pick
        The neurons that are looked at, such as ``conv_0[3]@1,2`` or ``conv_0[3]``.
    min_weight
        Smallest absolute weight of what is listed and drawn.
    lines
        How many of the strongest inputs, and outputs, are listed and drawn.
    by
        Which property of the relationships weighs them.
    other
        Name of the model that is shown beside; empty for none.
    source, target, k
        The k strongest paths between these are drawn, where both are given.
    input, beside
        Names of the input at which the model is shown, and of the one that is shown beside; empty
        for the first input, and for none.
    towards
        What the attributions and the circuit lead towards; empty for the largest output.
    level, node_share, edge_share
        What a node of the circuit is, one of ``LEVELS``, and the shares of its nodes and
        relationships, as the query ``circuit`` takes them.
    """

    model: str
    color: str = "path_centrality"
    scale: str = "layer"
    layers: tuple[str, ...] = ()
    channels: str = ""
    pick: str = ""
    min_weight: float = 0.0
    lines: int = 10
    by: Weighing = "weight"
    other: str = ""
    source: str = ""
    target: str = ""
    k: int = 3
    input: str = ""
    beside: str = ""
    towards: str = ""
    level: str = LEVELS[0]
    node_share: float = 0.8
    edge_share: float = 0.98

    @classmethod
    def of_arguments(cls, arguments: Mapping[str, Sequence[bytes]], model: str) -> Self:
        """Return the view that the query of an address says; what is wrong there is left out.

        Parameters
        ----------
        arguments
            The values of each name, as Tornado has them.
        model
            The model where none is named.
        """
        values: dict[str, Any] = {"model": model}
        for each in fields(cls):
            texts = [text.decode("utf-8", "replace") for text in arguments.get(each.name, ())]
            if each.name == "layers":
                values["layers"] = tuple(texts)
            elif texts and each.type in {int, float}:
                number = _number(texts[-1], each.type)
                values |= {} if number is None else {each.name: number}
            elif texts and texts[-1] in _CHOICES.get(each.name, texts):
                values[each.name] = texts[-1]
        view = cls(**values)
        return replace(
            view,
            lines=min(view.lines, MOST_LINES),
            k=min(max(1, view.k), MOST_PATHS),
            node_share=min(view.node_share, 1.0),
            edge_share=min(view.edge_share, 1.0),
        )

    @property
    def written(self) -> str | None:
        """The property that colours the neurons, whether it was written or not; None for others."""
        return property_named(self.color, colors())

    @property
    def meaning(self) -> str:
        """What the colours tell."""
        if self.color == FIELD:
            return "weight of all paths into the pick"
        if self.color == DIFFERENCE:
            return f"activation at {self.input}, less that at {self.beside}"
        if self.color in AT_INPUT:
            return AT_INPUT[self.color]
        if self.color == CHANGE:
            return f"change of the weights into a neuron, to {self.other}"
        if self.written is not None:
            return f"property {self.written}"
        return self.color.replace("_", " ")

    @property
    def passed_on(self) -> str:
        """What relationships pass on at an input, as the colours tell it."""
        return ATTRIBUTION if self.color == ATTRIBUTION else "contribution"

    @property
    def query(self) -> str:
        """The query of an address that opens this view: what differs from the usual, and model."""
        plain = type(self)(self.model)
        parameters = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name == "model" or getattr(self, each.name) != getattr(plain, each.name)
        }
        return urlencode(parameters, doseq=True)


def colors() -> list[str]:
    """Return what may colour neurons, written properties aside."""
    return [*measures(), FIELD, CHANGE, *AT_INPUT]


def _number(text: str, kind: Any) -> Any:
    """Return a number from 0 up, None for anything else."""
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
