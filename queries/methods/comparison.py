"""What changes from one model to another of the same architecture."""

from typing import Literal

import pandas as pd

from queries.answers import comparison as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class ComparisonMethods(Methods):
    """Two checkpoints that stand in one graph under two names.

    Each method raises ``ParameterError`` where their architectures differ; the message says in
    which layer.
    """

    def compare_layers(
        self, other: str, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return how the weights into each layer change to ``other``, most changed first."""
        return answers.compare_layers(self._ask("compare_layers", model, other=other, by=by))

    def compare_neurons(
        self,
        other: str,
        neurons: NeuronsLike = None,
        *,
        k: int = 10,
        measure: Literal["weights", "strength", "bias"] = "weights",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons that change most to ``other``: weights into them, strength or bias."""
        return answers.compare_neurons(
            self._ask(
                "compare_neurons", model, other=other, neurons=neurons, k=k, measure=measure, by=by
            )
        )

    def compare_edges(
        self,
        other: str,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        k: int = 10,
        measure: Literal["absolute", "relative", "flips"] = "absolute",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weights that change most to ``other``, or most of those that flip."""
        return answers.compare_edges(
            self._ask(
                "compare_edges",
                model,
                other=other,
                source=source,
                target=target,
                k=k,
                measure=measure,
                by=by,
            )
        )
