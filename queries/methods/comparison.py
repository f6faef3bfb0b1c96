"""What changes from one model to another of the same architecture."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from queries.analysis.comparison import (
    ModelPair,
    difference,
    largest_changes,
    layer_changes,
    neuron_changes,
)
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronsLike
from queries.errors import ParameterError
from queries.library.declaration import Weighing
from queries.library.frames import declared
from queries.library.queries import Query
from queries.methods.base import Methods
from queries.stores.models import chosen

_RANKED_BY: Final = {
    "weights": "weight_change",
    "strength": "strength_change",
    "bias": "bias_change",
}


def _added(numbers: "pd.Series[float]") -> float:
    return float(numbers.to_numpy().sum())


@dataclass(frozen=True)
class _Asked:
    """What a comparison is about: a query, its checked values, and two models."""

    query: Query
    values: dict[str, Any]
    about: StoredModel
    other: StoredModel
    models: ModelPair


class ComparisonMethods(Methods):
    """Two checkpoints that stand in one graph under two names.

    Each method raises ``ParameterError`` where their architectures differ; the message says in
    which layer.
    """

    def compare_layers(
        self, other: str, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return how the weights into each layer change to ``other``, most changed first."""
        given = {"other": other, "by": by}
        asked = self._compared("compare_layers", model, given)
        neurons = self._with_biases(asked, None)
        # A sum of pandas leaves NaN out, which a bias may be as well.
        own = neurons[neurons["has_bias"]]
        squares = (own["bias_change"] ** 2).groupby(own["layer_index"]).agg(_added)
        rows = [
            {
                "layer_index": layer.index,
                "layer": layer.name,
                **layer_changes(asked.models.edge_pairs(layer)),
                "bias_change": np.sqrt(squares.get(layer.index, np.nan)),
            }
            for layer in asked.models.one.layers
            if layer.edges
        ]
        frame = pd.DataFrame(rows, columns=[column.name for column in asked.query.columns])
        ranked = frame.sort_values("relative_change", ascending=False, kind="stable")
        return self._compared_frame(ranked, asked)

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
        given = {"other": other, "neurons": neurons, "k": k, "measure": measure, "by": by}
        asked = self._compared("compare_neurons", model, given)
        frame = self._with_biases(asked, asked.values["neurons"])
        for name, of_all in neuron_changes(asked.models).items():
            frame[name] = of_all[frame["id"].to_numpy() - asked.models.one.first]
        size = frame[_RANKED_BY[measure]].abs()
        # Neurons without a bias come last, those whose change is NaN not at all.
        missing = ~frame["has_bias"] if measure == "bias" else False
        size = size[size.notna() | missing]
        most = size.sort_values(ascending=False, kind="stable").index[: asked.values["k"]]
        return self._compared_frame(frame.loc[most], asked)

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
        given = {
            "other": other,
            "source": source,
            "target": target,
            "k": k,
            "measure": measure,
            "by": by,
        }
        asked = self._compared("compare_edges", model, given)
        begins, ends = (
            self._among(asked.values[side], asked.about, asked.models.one)
            for side in ("source", "target")
        )
        most = largest_changes(
            asked.models.edge_pairs_between(begins, ends), measure, asked.values["k"]
        )
        frame = pd.DataFrame(
            {
                "source": most.source + asked.models.one.first,
                "target": most.target + asked.models.one.first,
                "weight": most.weight,
                "other_weight": most.other,
                "change": most.change,
                "relative_change": most.relative,
                "flips": most.flips,
            }
        )
        ids = sorted({*frame["source"], *frame["target"]})
        names = self._neurons(ids, asked.about).set_index("id")["name"]
        for side in ("source", "target"):
            frame[f"{side}_name"] = names.reindex(frame[side]).array
        return self._compared_frame(frame, asked)

    def _compared_frame(self, frame: pd.DataFrame, asked: _Asked) -> pd.DataFrame:
        """Return the declared columns of an answer, noted for both models."""
        return self._noted(
            declared(frame, asked.query.columns), asked.query, asked.about, asked.other
        )

    def _compared(self, name: str, model: str | None, given: dict[str, Any]) -> _Asked:
        asked, values, about = self._asked(name, model, given)
        other = chosen(self._store, values["other"])
        if other.granularity != about.granularity:
            raise ParameterError(
                f"other: {other.name!r} is a {other.granularity} graph, and {about.name!r} a "
                f"{about.granularity} graph; load both with the same --granularity"
            )
        one, second = (self._network(each, values["by"]) for each in (about, other))
        models = ModelPair(one, second, (about.name, other.name))
        return _Asked(asked, values, about, other, models)

    def _with_biases(self, asked: _Asked, neurons: NeuronsLike) -> pd.DataFrame:
        """Return neurons of the one model, with the change of each bias, and who has one."""
        frame = self._neurons(neurons, asked.about)
        (own, has), (others, other_has) = (
            self._biases(model) for model in (asked.about, asked.other)
        )
        place = frame["id"].to_numpy() - asked.models.one.first
        frame["has_bias"] = (has & other_has)[place]
        change = difference(own[place], others[place])
        frame["bias_change"] = np.where(frame["has_bias"], change, np.nan)
        return frame
