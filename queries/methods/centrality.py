"""How central neurons are."""

from typing import Literal

import pandas as pd

from queries.analysis.operators import WeightKind
from queries.answers import centrality as answers
from queries.answers.centrality import Measure
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class CentralityMethods(Methods):
    """Centrality, exact, by one or two passes through the layers."""

    def degree(self, neurons: NeuronsLike = None, *, model: str | None = None) -> pd.DataFrame:
        """Return how many relationships end and begin at each neuron."""
        return answers.degree(self._ask("degree", model, neurons=neurons))

    def katz(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.1,
        beta: float = 1.0,
        weights: Literal["absolute", "signed"] = "absolute",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return Katz centrality, exact, by one pass a layer."""
        return answers.katz(
            self._ask(
                "katz", model, neurons=neurons, alpha=alpha, beta=beta, weights=weights, by=by
            )
        )

    def pagerank(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.85,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return PageRank over absolute weights, exact; that of all neurons adds up to 1."""
        return answers.pagerank(self._ask("pagerank", model, neurons=neurons, alpha=alpha, by=by))

    def path_centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the share of all path weight, from inputs to outputs, through each neuron."""
        return answers.path_centrality(self._ask("path_centrality", model, neurons=neurons, by=by))

    def eigenvector_centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        max_iter: int = 1000,
        tol: float = 1e-6,
        weights: WeightKind = "count",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return eigenvector centrality as NetworkX computes it; Katz says more here.

        Raises
        ------
        ConvergenceError
            If the iteration does not converge.
        """
        return answers.eigenvector_centrality(
            self._ask(
                "eigenvector_centrality",
                model,
                neurons=neurons,
                max_iter=max_iter,
                tol=tol,
                weights=weights,
                by=by,
            )
        )

    def top_neurons(
        self,
        neurons: NeuronsLike = None,
        *,
        measure: Measure = "katz",
        k: int = 5,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k neurons of each layer that a measure puts first."""
        return answers.top_neurons(
            self._ask("top_neurons", model, neurons=neurons, measure=measure, k=k, by=by)
        )
