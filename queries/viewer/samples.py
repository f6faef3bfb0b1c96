"""The inputs at which the page shows a model, and what the model does there."""

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from queries.answers.attribution import Sample
from queries.answers.circuit import Explained, nodes_of
from queries.answers.model import Model
from queries.answers.question import Question
from queries.answers.samples import GivenInput, given_input
from queries.core.model import StoredModel
from queries.core.model_input import InputLike, ModelInput, as_input
from queries.core.room import make_room
from queries.core.wording import option
from queries.errors import ParameterError
from queries.library.queries import query
from queries.viewer.view import ACTIVATION, View

MOST_INPUTS: Final = 1000
"""Inputs of which a page lets one choose."""

_TWO: Final = 2
_MOST_KEPT: Final = 4
"""Inputs, targets and levels of which all that neurons and relationships do is held."""


class PageSamples:
    """Inputs, read once for each model, with the newest of what models do at them.

    Parameters
    ----------
    model_input
        Which inputs, and what is done to them; None for none.
    """

    def __init__(self, model_input: InputLike | None) -> None:
        self._how = as_input(model_input)
        self._given: dict[StoredModel, GivenInput] = {}
        self._samples: dict[Hashable, Sample] = {}
        self._explained: dict[Hashable, Explained] = {}

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return self._how is not None

    def of(self, model: Model) -> GivenInput:
        """Return the inputs of a model.

        Raises
        ------
        ParameterError
            If there are none, too many, they do not fit, or the graph does not compute what the
            model does.
        """
        if self._how is None:
            raise ParameterError(
                f"there is no input; begin the page with {option('input')} to see what neurons do "
                "at one"
            )
        given = self._given.get(model.stored)
        if given is None:
            given = given_input(model, self._how)
            if given.samples > MOST_INPUTS:
                raise ParameterError(
                    f"{option('input')}: {given.samples:,} samples, and a page shows "
                    f"{MOST_INPUTS:,} at most; name some rows, as in digits.npz:0..9"
                )
            self._given[model.stored] = given
        return given

    def first(self, view: View) -> View:
        """Return a view as it is at first: at the first input, the second one of two beside.

        Parameters
        ----------
        view
            The view, of a model whose inputs were read.
        """
        names = next(iter(self._given.values())).names if self else ()
        if not names:
            return view
        beside = names[1] if len(names) == _TWO else ""
        return replace(view, color=ACTIVATION, input=names[0], beside=beside)

    def one(self, model: Model, name: str) -> ModelInput | None:
        """Return one of the inputs as queries take it, None where there are none.

        Parameters
        ----------
        model, name
            As in ``sample``.
        """
        if not self:
            return None
        inputs = self.sample(model, name, "").inputs
        return ModelInput({layer: values[np.newaxis] for layer, values in inputs.items()})

    def sample(self, model: Model, name: str, towards: str) -> Sample:
        """Return a model at an input.

        Parameters
        ----------
        model
            The model.
        name
            Name of the input; empty for the first one.
        towards
            What attributions lead towards; empty for the largest output.

        Raises
        ------
        ParameterError
            If there is no such input.
        NeurongraphError
            As the query ``circuit`` with such a target.
        """
        names = self.of(model).names
        if name and name not in names:
            raise ParameterError(f"there is no input {name!r}; choose another one")
        place = names.index(name) if name else 0
        key = model.stored, place, towards
        if key not in self._samples:
            make_room(self._samples, _MOST_KEPT)
            self._samples[key] = self._new_sample(model, place, towards)
        return self._samples[key]

    def explained(self, model: Model, name: str, towards: str, level: str) -> Explained:
        """Return a model's answer at an input, with what flows through its nodes.

        Parameters
        ----------
        model, name, towards
            As in ``sample``.
        level
            What a node is, as the query ``circuit`` has it.
        """
        key = model.stored, name, towards, level
        if key not in self._explained:
            make_room(self._explained, _MOST_KEPT)
            sample = self.sample(model, name, towards)
            self._explained[key] = Explained(sample, nodes_of(model, level))
        return self._explained[key]

    def _new_sample(self, model: Model, place: int, towards: str) -> Sample:
        given = self.of(model)
        inputs = {layer: each[place] for layer, each in given.inputs.items()}
        asked = query("circuit")
        values = asked.checked({"input": self._how, "towards": towards or None})
        model.require(asked, values)
        # The rule of the page compares with no baseline.
        nothing: dict[str, Any] = {layer: np.zeros_like(each) for layer, each in inputs.items()}
        own = model.own()
        return Sample(Question(asked, values, model), given.names[place], inputs, nothing, own)
