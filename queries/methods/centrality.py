"""How central neurons are."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from queries import passes
from queries.library import Query
from queries.methods.base import Methods, Weighing
from queries.models import StoredModel
from queries.network import Network, Scores
from queries.neuron_filter import NeuronsLike


class CentralityMethods(Methods):
    """Centrality by one pass through the layers."""

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
        asked, values, about = self._asked("katz", model, given)
        network = self._network(about, by)
        own = np.full(network.neurons, values["beta"], dtype=np.float64)
        scores = passes.sums_forward(network, own, weights=weights, factor=values["alpha"])
        return self._scored(asked, values, about, network, katz=scores)

    def _scored(
        self,
        asked: Query,
        values: dict[str, Any],
        about: StoredModel,
        network: Network,
        **scores: Scores,
    ) -> pd.DataFrame:
        """Return the neurons that are asked for, with a column for each quantity."""
        frame = self._neurons(values["neurons"], about)
        for name, of_all in scores.items():
            frame[name] = of_all[frame["id"].to_numpy() - network.first]
        return frame[[column.name for column in asked.columns]]
