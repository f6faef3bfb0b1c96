"""What layers amount to as one linear map."""

import pandas as pd

from queries.answers import linear as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class LinearMethods(Methods):
    """Weights and biases over several layers, activations ignored."""

    def effective_weights(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the linear map from sources to targets and its bias, a row a pair.

        ``target = sum of weight * source + bias`` holds where all layers between are linear;
        activations are ignored.

        Raises
        ------
        ParameterError
            If more than 17 million pairs are joined by paths.
        """
        return answers.effective_weights(
            self._ask("effective_weights", model, source=source, target=target, by=by)
        )

    def combine(
        self,
        first: NeuronsLike,
        second: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return two layers as one: the linear map through ``first`` onto ``second``.

        Its sources are what feeds ``first``. Where the second follows the first, it is the product
        of the matrices of their weights, and its bias that of the second plus what the first
        passes on of its own; activations are ignored.

        Raises
        ------
        ParameterError
            If more than 17 million pairs are joined by paths.
        """
        return answers.combine(self._ask("combine", model, first=first, second=second, by=by))
