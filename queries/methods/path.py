"""Paths from neurons to neurons."""

import math
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.operators import (
    A_HOP_MORE,
    ABSOLUTE_TOTAL,
    LESS_WEIGHT,
    LOG_PRODUCT,
    TOTAL,
    WEAKEST,
    Combine,
    Scores,
    WeightKind,
    is_infinite,
)
from queries.analysis.path import Step, best_path, strongest
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.library.queries import query
from queries.methods.base import Methods


class PathMethods(Methods):
    """Paths, exactly."""

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k strongest paths, one row a hop, by the product of absolute weights.

        Paths over a relationship of weight 0 are left out.
        """
        given = {"source": source, "target": target, "k": k, "by": by}
        asked, values, about, network = self._computed("strongest_paths", model, given)
        begin, end = self._ends(values, about, network)
        onward = passes.maxima_backward(network, _where(end, 0.0), LOG_PRODUCT)
        search = strongest(np.flatnonzero(begin), np.flatnonzero(end), onward, network)
        found = list(islice(search, values["k"]))
        hops = self._hops(found, about, network)
        strength = [math.prod(abs(step.weight) for step in path) for path in found]
        sign = [math.prod(1 if step.weight > 0 else -1 for step in path) for path in found]
        lengths = [len(path) for path in found]
        hops["path"] = np.repeat(np.arange(1, len(found) + 1), lengths)
        hops["strength"] = np.repeat(np.array(strength, dtype=np.float64), lengths)
        hops["sign"] = np.repeat(np.array(sign, dtype=np.int64), lengths)
        return self._noted(hops[[column.name for column in asked.columns]], asked, about)

    def longest_path(
        self,
        *,
        weights: Literal["absolute", "signed"] = "signed",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the path of the largest sum of weights, one row a hop.

        It may begin and end anywhere. Where no path has a sum above 0 there is none.
        """
        given = {"weights": weights, "by": by}
        asked, _, about, network = self._computed("longest_path", model, given)
        combine = TOTAL if weights == "signed" else ABSOLUTE_TOTAL
        anywhere = np.ones(network.neurons, dtype=bool)
        hops, _ = self._best_hops(about, network, np.zeros(network.neurons), anywhere, combine)
        lengths = hops["weight"].abs() if weights == "absolute" else hops["weight"]
        hops["length"] = lengths.fillna(0.0).cumsum()
        return self._noted(hops[[column.name for column in asked.columns]], asked, about)

    def shortest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return for each target the fewest hops, and the smallest sum of absolute weights.

        A target that is a source is 0 away from itself.
        """
        given = {"source": source, "target": target, "by": by}
        asked, values, about, network = self._computed("shortest_paths", model, given)
        begin, _ = self._ends(values, about, network)
        own = _where(begin, 0.0)
        frame = self._neurons(values["target"], about)
        places = network.places(frame)
        hops, length = (
            -np.maximum(own, passes.maxima_forward(network, own, combine))[places]
            for combine in (A_HOP_MORE, LESS_WEIGHT)
        )
        known = np.where(np.isfinite(length), length, np.nan)
        frame["length"] = np.where(is_infinite(known), np.inf, known)
        frame["hops"] = pd.array(np.where(np.isfinite(hops), hops, np.nan), dtype="Int64")
        return self._noted(frame[[column.name for column in asked.columns]], asked, about)

    def widest_path(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the path whose weakest relationship is strongest, one row a hop."""
        given = {"source": source, "target": target, "by": by}
        asked, values, about, network = self._computed("widest_path", model, given)
        begin, end = self._ends(values, about, network)
        own = _where(begin, np.inf)
        hops, width = self._best_hops(about, network, own, end, WEAKEST)
        hops["weakest"] = width
        return self._noted(hops[[column.name for column in asked.columns]], asked, about)

    def path_norm(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row: the number of paths, and the sums of the products of their weights."""
        counts = self.path_counts(source, target, by=by, model=model)
        names = [column.name for column in query("path_norm").columns]
        whole = counts[names].sum(skipna=False).to_frame().T
        whole.attrs = counts.attrs
        return whole

    def path_counts(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return for each target the number of paths, and the sums of their products."""
        given = {"source": source, "target": target, "by": by}
        asked, values, about, network = self._computed("path_counts", model, given)
        begin, _ = self._ends(values, about, network)
        frame = self._neurons(values["target"], about)
        places = network.places(frame)
        ways: dict[str, WeightKind] = {"paths": "count", "absolute": "absolute", "signed": "signed"}
        own = begin.astype(np.float64)
        for name, weights in ways.items():
            frame[name] = passes.sums_forward(network, own, weights=weights)[places]
        return self._noted(frame[[column.name for column in asked.columns]], asked, about)

    def _ends(
        self, values: dict[str, Any], about: StoredModel, network: Network
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which neurons are sources, and which are targets."""
        begin, end = (self._among(values[side], about, network) for side in ("source", "target"))
        return begin, end

    def _best_hops(
        self,
        about: StoredModel,
        network: Network,
        own: Scores,
        end: NDArray[np.bool_],
        combine: Combine,
    ) -> tuple[pd.DataFrame, float]:
        """Return the hops of the path to an end that has the largest score, and this score.

        There are none where no score is above 0.
        """
        arriving = passes.maxima_forward(network, own, combine)
        scores = np.where(end, arriving, -np.inf)
        best = int(scores.argmax())
        found = [best_path(network, own, arriving, combine, best)] if scores[best] > 0 else []
        return self._hops(found, about, network), float(scores[best])

    def _hops(self, found: list[list[Step]], about: StoredModel, network: Network) -> pd.DataFrame:
        """Return a row a hop: the neurons of some paths, and the weights into them."""
        steps = [step for path in found for step in path]
        ids = np.array([step.neuron for step in steps], dtype=np.int64) + network.first
        neurons = self._neurons(np.unique(ids), about).set_index("id")
        lengths = [np.arange(len(path)) for path in found]
        hop = np.concatenate(lengths) if lengths else np.empty(0, dtype=np.int64)
        weight = np.array([step.weight for step in steps], dtype=np.float64)
        return pd.DataFrame(
            {
                "hop": hop,
                "id": ids,
                "name": neurons["name"].reindex(ids).to_numpy(),
                "layer": neurons["layer"].reindex(ids).to_numpy(),
                "weight": np.where(hop > 0, weight, np.nan),
            }
        ).astype({"name": "str", "layer": "str"})


def _where(chosen: NDArray[np.bool_], score: float) -> Scores:
    return np.where(chosen, score, -np.inf)
