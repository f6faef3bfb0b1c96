"""How central neurons are."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from queries.analysis import centrality, passes
from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores, WeightKind
from queries.core.layer import Layer
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.library.queries import Query, query
from queries.methods.base import Methods

Measure = Literal[
    "katz",
    "pagerank",
    "path_centrality",
    "in_strength",
    "out_strength",
    "in_degree",
    "out_degree",
]


class CentralityMethods(Methods):
    """Centrality, exact, by one or two passes through the layers."""

    def degree(self, neurons: NeuronsLike = None, *, model: str | None = None) -> pd.DataFrame:
        """Return how many relationships end and begin at each neuron."""
        asked, values, about, network = self._computed("degree", model, {"neurons": neurons})
        into, out = passes.in_strength(network, "count"), passes.out_strength(network, "count")
        counts = {"in_degree": into, "out_degree": out, "degree": into + out}
        whole = {name: count.astype(np.int64) for name, count in counts.items()}
        return self._scored(asked, values, about, network, **whole)

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
        given = {"neurons": neurons, "alpha": alpha, "beta": beta, "weights": weights, "by": by}
        asked, values, about, network = self._computed("katz", model, given)
        return self._scored(asked, values, about, network, katz=_katz(network, values))

    def pagerank(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.85,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return PageRank over absolute weights, exact; that of all neurons adds up to 1."""
        given = {"neurons": neurons, "alpha": alpha, "by": by}
        asked, values, about, network = self._computed("pagerank", model, given)
        scores = centrality.pagerank(network, values["alpha"])
        return self._scored(asked, values, about, network, pagerank=scores)

    def path_centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the share of all path weight, from inputs to outputs, through each neuron."""
        given = {"neurons": neurons, "by": by}
        asked, values, about, network = self._computed("path_centrality", model, given)
        scores = centrality.path_centrality(network)
        return self._scored(asked, values, about, network, path_centrality=scores)

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
        given = {
            "neurons": neurons, "max_iter": max_iter, "tol": tol, "weights": weights, "by": by,
        }  # fmt: skip
        asked, values, about, network = self._computed("eigenvector_centrality", model, given)
        steps, least = values["max_iter"], values["tol"]
        scores = centrality.eigenvector_centrality(network, weights, max_iter=steps, tol=least)
        return self._scored(asked, values, about, network, eigenvector_centrality=scores)

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
        given = {"neurons": neurons, "measure": measure, "k": k, "by": by}
        asked, values, about, network = self._computed("top_neurons", model, given)
        scores = _measured(network, measure)
        named, most = values["neurons"], values["k"]
        wanted = self._among(named, about, network) if named else np.ones(network.neurons, bool)
        best = np.concatenate(
            [_best(network, layer, wanted, scores, most) for layer in network.layers]
        )
        # Only of these the store is asked for names: a model may have many millions.
        frame = self._neurons(best + network.first, about).set_index("id", drop=False)
        top = frame.loc[best + network.first].reset_index(drop=True)
        top["value"] = scores[best]
        top["rank"] = top.groupby("layer_index").cumcount() + 1
        return self._noted(top[[column.name for column in asked.columns]], asked, about)

    def _scored(
        self,
        asked: Query,
        values: dict[str, Any],
        about: StoredModel,
        network: Network,
        **scores: np.ndarray[Any, Any],
    ) -> pd.DataFrame:
        """Return the neurons that are asked for, with a column for each quantity."""
        frame = self._neurons(values["neurons"], about, ["id", "name", "layer"])
        for name, of_all in scores.items():
            frame[name] = of_all[network.places(frame)]
        return self._noted(frame[[column.name for column in asked.columns]], asked, about)


def _best(network: Network, layer: Layer, wanted: Flags, scores: Scores, k: int) -> Ids:
    """Return the k neurons of a layer that score most; of equal ones the first."""
    own = network.neurons_of(layer)
    places = own.start + np.flatnonzero(wanted[own])
    places = places[~np.isnan(scores[places])]
    best: Ids = places[np.argsort(-scores[places], kind="stable")[:k]]
    return best


def _katz(network: Network, values: dict[str, Any]) -> Scores:
    """Return Katz centrality, given the checked values of the query."""
    alpha, beta = values["alpha"], values["beta"]
    return centrality.katz(network, values["weights"], alpha=alpha, beta=beta)


def _measured(network: Network, measure: Measure) -> Scores:
    """Return a measure of every neuron, with its usual parameters."""
    match measure:
        case "katz":
            return _katz(network, query("katz").checked({}))
        case "pagerank":
            return centrality.pagerank(network, query("pagerank").checked({})["alpha"])
        case "path_centrality":
            return centrality.path_centrality(network)
        case "in_strength":
            return passes.in_strength(network)
        case "out_strength":
            return passes.out_strength(network)
        case "in_degree":
            return passes.in_strength(network, "count")
        case "out_degree":
            return passes.out_strength(network, "count")
