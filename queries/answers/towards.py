"""What an attribution leads towards: a neuron, or the difference of two."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from queries.analysis.at_input.activity import Activity
from queries.analysis.operators import Scores
from queries.answers.model import Model
from queries.core.address import repeatable
from queries.core.neuron_filter import NeuronFilter, as_filter
from queries.errors import ParameterError, listed
from queries.library.queries import query

_MINUS: Final = "-"


@dataclass(frozen=True)
class Towards:
    """A target: pre-activations, added up.

    Parameters
    ----------
    name
        What it is called: a neuron, or two with a minus between.
    own
        How much of each pre-activation it counts: shape (neurons,).
    """

    name: str
    own: Scores

    @property
    def answer(self) -> Scores:
        """How much of the target each neuron is, all of them 1: shape (neurons,)."""
        size = np.abs(self.own)
        return np.asarray(size / size.sum())


def named(model: Model, text: str, argument: str = "towards") -> Towards:
    """Return the target that a text names, such as ``dense_1[7]`` or ``dense_1[7]-dense_1[1]``.

    Parameters
    ----------
    model
        The model.
    text
        The text.
    argument
        What it was given as.

    Raises
    ------
    LayerNotFoundError, NeuronNotFoundError
        If the model has no such neuron.
    ParameterError
        If it names several.
    """
    own = np.zeros(model.layers[-1].last + 1 - model.layers[0].first)
    names = []
    for part, sign in zip(_parts(model, text), (1.0, -1.0), strict=False):
        place, name = _neuron(model, part, argument)
        own[place] += sign
        names.append(name)
    if not own.any():
        raise ParameterError(f"{argument}: {repeatable(text)} is a neuron less itself, which is 0")
    return Towards(_MINUS.join(names), own)


def largest(
    model: Model, at: Activity, argument: str = "towards", but: Towards | None = None
) -> Towards:
    """Return the output that is the largest before its activation function, at an input.

    Parameters
    ----------
    model
        The model.
    at
        What its neurons have at the input.
    argument
        What names a target, where it is not this one.
    but
        A target whose neurons are not meant.

    Raises
    ------
    ParameterError
        If the model has several outputs, or no neuron of its output is meant.
    """
    outputs = model.outputs
    if len(outputs) > 1:
        raise ParameterError(
            f"{argument} is missing: {model.name!r} has {len(outputs)} outputs, "
            f"{listed([each.name for each in outputs])}; name a neuron"
        )
    place = outputs[0].places(model.layers[0].first)
    own = np.zeros(len(at.value))
    meant = np.ones(outputs[0].neurons, dtype=bool) if but is None else but.own[place] == 0
    if not meant.any():
        raise ParameterError(
            f"{argument} is missing: {model.name!r} has no other output neuron; name a neuron"
        )
    best = place.start + int(np.where(meant, at.pre_activation[place], -np.inf).argmax())
    own[best] = 1.0
    names = model.neurons(NeuronFilter(id=best + model.layers[0].first), ("id", "name"))
    return Towards(str(names["name"].iloc[0]), own)


def _parts(model: Model, text: str) -> tuple[str, ...]:
    """Return the one or two neurons that a text names; a layer's name may have a minus itself."""
    layers = {layer.name for layer in model.layers}
    ends = [place for place, sign in enumerate(text) if sign == _MINUS]
    for parts in ((text,), *((text[:end], text[end + 1 :]) for end in ends)):
        if all(part.strip() and layers.issuperset(_layers_of(part)) for part in parts):
            return tuple(part.strip() for part in parts)
    # One of them is not there, which is said of each by itself.
    first, between, second = text.partition(f"]{_MINUS}")
    return (f"{first}]", second) if between else (text,)


def _layers_of(text: str) -> list[str]:
    try:
        return as_filter(text.strip()).layers or [text]
    except ParameterError:
        return [text]


def _neuron(model: Model, text: str, argument: str) -> tuple[int, str]:
    """Return where the neuron stands that a text names, counted from the model's first."""
    try:
        asked = as_filter(text)
    except ParameterError as error:
        raise ParameterError(f"{argument}: {error}") from None
    model.require(query("attribution"), {argument: asked})
    found = model.neurons(asked, ("id", "name"))
    if len(found) != 1:
        example = "" if found.empty else f", such as {found['name'].iloc[0]}"
        raise ParameterError(
            f"{argument}: {repeatable(text)} names {len(found):,} neurons; name one{example}"
        )
    return int(found["id"].iloc[0]) - model.layers[0].first, str(found["name"].iloc[0])
