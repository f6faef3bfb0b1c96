"""What a store answers by itself."""

from typing import Literal

import pandas as pd

from queries.answers import stored as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods
from queries.stores.models import models


class StoredMethods(Methods):
    """Models, layers, neurons and relationships as they are stored."""

    def models(self) -> pd.DataFrame:
        """Return the models in the graph, complete or not."""
        return models(self._store)

    def layers(self, *, model: str | None = None) -> pd.DataFrame:
        """Return the layers of a model, inputs first."""
        return self._ask("layers", model).stored_answer()

    def summary(self, *, model: str | None = None) -> pd.DataFrame:
        """Return one row about a model: counts, density, and the range of its weights."""
        return self._ask("summary", model).stored_answer()

    def neurons(self, neurons: NeuronsLike = None, *, model: str | None = None) -> pd.DataFrame:
        """Return neurons with their layer, channel, position and bias."""
        return self._ask("neurons", model, neurons=neurons).stored_answer()

    def neighbours(
        self,
        neurons: NeuronsLike,
        *,
        direction: Literal["in", "out"] = "in",
        min_weight: float = 0.0,
        limit: int = 1000,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what feeds some neurons, or what they feed, strongest first."""
        return self._ask(
            "neighbours",
            model,
            neurons=neurons,
            direction=direction,
            min_weight=min_weight,
            limit=limit,
            by=by,
        ).stored_answer()

    def edges(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        min_weight: float = 0.0,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return relationships as columns ``source``, ``target`` and ``weight``.

        Raises
        ------
        ParameterError
            If they do not fit into the memory that is free.
        """
        return answers.edges(
            self._ask("edges", model, source=source, target=target, min_weight=min_weight)
        )

    def strongest_edges(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        k: int = 10,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships of the largest absolute weight."""
        return self._ask(
            "strongest_edges", model, source=source, target=target, k=k, by=by
        ).stored_answer()

    def weight_distribution(
        self,
        neurons: NeuronsLike = None,
        *,
        bins: int = 20,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return a histogram of the weights into each layer."""
        return self._ask(
            "weight_distribution", model, neurons=neurons, bins=bins, by=by
        ).stored_answer()

    def strength(
        self,
        neurons: NeuronsLike = None,
        *,
        direction: Literal["in", "out"] = "in",
        measure: Literal["absolute", "signed", "count"] = "absolute",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return in-strength or out-strength: the weights of each neuron, added up."""
        return self._ask(
            "strength", model, neurons=neurons, direction=direction, measure=measure, by=by
        ).stored_answer()
