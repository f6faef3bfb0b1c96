"""What neurons do at an input."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import at_input as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.methods.base import Methods


class AtInputMethods(Methods):
    """What a model computes at inputs, by its graph alone."""

    def activations(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what neurons put out at an input, and what their activation function gets.

        Raises
        ------
        ParameterError
            If the graph is no neuron graph, or lacks relationships or layers; if samples cannot be
            read, or do not fit the inputs of the model; if there is no such column.
        LayerNotFoundError, NeuronNotFoundError
            If there are no such neurons.
        """
        question = self._ask("activations", model, input=input, neurons=neurons)
        return self._answer(
            question, answers.activations, in_store=in_store, sort=sort, limit=limit
        )
