"""What layers amount to as one linear map."""

import pandas as pd

from queries.analysis import linear, matrix
from queries.analysis.linear_bias import values_at_rest
from queries.analysis.operators import Scores
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
        given = {"source": source, "target": target, "by": by}
        asked, values, about, network = self._computed("effective_weights", model, given)
        sources, targets = (self._neurons(values[side], about) for side in ("source", "target"))
        begin, end = network.places(sources), network.places(targets)
        weights = linear.effective_weights(network, begin, end)
        own, _ = self._biases(about)
        bias = values_at_rest(network, own, begin, 0.0, end)
        return self._noted(_linear_map(sources, targets, weights, bias), asked, about)

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
        given = {"first": first, "second": second, "by": by}
        asked, values, about, network = self._computed("combine", model, given)
        through, targets = (self._neurons(values[side], about) for side in ("first", "second"))
        held, end = network.places(through), network.places(targets)
        found = linear.combine(network, held, end)
        everyone = self._neurons(None, about)
        own, _ = self._biases(about)
        bias = values_at_rest(network, own, held, own[held], end)
        frame = _linear_map(everyone.take(found.feeding), targets, found.weights, bias)
        return self._noted(frame, asked, about)


def _linear_map(
    sources: pd.DataFrame, targets: pd.DataFrame, weights: linear.Matrix, bias: Scores
) -> pd.DataFrame:
    """Return a row for each two neurons that are joined, the bias being that of the target."""
    entries = weights.tocoo()
    columns = {"weight": entries.data, "bias": bias[entries.col]}
    return matrix.pairs(sources, entries.row, targets, entries.col, **columns)
