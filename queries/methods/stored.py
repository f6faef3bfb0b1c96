"""What a store answers by itself."""

from typing import Literal

import pandas as pd

from queries.core.memory import edge_room
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
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
        return self._run("layers", model)

    def summary(self, *, model: str | None = None) -> pd.DataFrame:
        """Return one row about a model: counts, density, and the range of its weights."""
        return self._run("summary", model)

    def neurons(self, neurons: NeuronsLike = None, *, model: str | None = None) -> pd.DataFrame:
        """Return neurons with their layer, channel, position and bias."""
        return self._run("neurons", model, neurons=neurons)

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
        return self._run(
            "neighbours",
            model,
            neurons=neurons,
            direction=direction,
            min_weight=min_weight,
            limit=limit,
            by=by,
        )

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
        given = {"source": source, "target": target, "min_weight": min_weight}
        asked, values, about = self._asked("edges", model, given)
        ends = values["target"]
        if not values["source"] and not min_weight and ends == NeuronFilter(layer=ends.layer):
            layers = self._layers(about)
            meant = [each for each in layers if ends.layers is None or each.name in ends.layers]
            edge_room().require(sum(layer.edges for layer in meant))
        return self._answer(asked, values, about)

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
        return self._run("strongest_edges", model, source=source, target=target, k=k, by=by)

    def weight_distribution(
        self,
        neurons: NeuronsLike = None,
        *,
        bins: int = 20,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return a histogram of the weights into each layer."""
        return self._run("weight_distribution", model, neurons=neurons, bins=bins, by=by)

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
        return self._run(
            "strength", model, neurons=neurons, direction=direction, measure=measure, by=by
        )
