"""Paths from neurons to neurons."""

from typing import Literal

import pandas as pd

from queries.answers import path as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
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
        return answers.strongest_paths(
            self._ask("strongest_paths", model, source=source, target=target, k=k, by=by)
        )

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
        return answers.longest_path(self._ask("longest_path", model, weights=weights, by=by))

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
        return answers.shortest_paths(
            self._ask("shortest_paths", model, source=source, target=target, by=by)
        )

    def widest_path(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the path whose weakest relationship is strongest, one row a hop."""
        return answers.widest_path(
            self._ask("widest_path", model, source=source, target=target, by=by)
        )

    def path_norm(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row: the number of paths, and the sums of the products of their weights."""
        return answers.path_norm(self._ask("path_norm", model, source=source, target=target, by=by))

    def path_counts(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return for each target the number of paths, and the sums of their products."""
        return answers.path_counts(
            self._ask("path_counts", model, source=source, target=target, by=by)
        )
