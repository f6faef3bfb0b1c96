"""What changes from one model to another of the same architecture."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from queries import changes
from queries.comparison import Comparison
from queries.errors import ParameterError
from queries.frames import declared
from queries.library import Column
from queries.methods.base import Methods, Weighing
from queries.models import StoredModel, chosen
from queries.neuron_filter import NeuronsLike

_RANKED_BY: Final = {
    "weights": "weight_change",
    "strength": "strength_change",
    "bias": "bias_change",
}


@dataclass(frozen=True)
class _Asked:
    """What a comparison is about: the checked values of a query, its columns, and two models."""

    values: dict[str, Any]
    columns: tuple[Column, ...]
    about: StoredModel
    other: StoredModel
    models: Comparison


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
        squares = (neurons["bias_change"] ** 2).groupby(neurons["layer_index"]).sum(min_count=1)
        rows = [
            {
                "layer_index": layer.index,
                "layer": layer.name,
                **changes.layer_changes(asked.models.paired(layer)),
                "bias_change": np.sqrt(squares[layer.index]),
            }
            for layer in asked.models.one.layers
            if layer.edges
        ]
        frame = pd.DataFrame(rows, columns=[column.name for column in asked.columns])
        ranked = frame.sort_values("relative_change", ascending=False, kind="stable")
        return declared(ranked, asked.columns)

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
        for name, of_all in changes.neuron_changes(asked.models).items():
            frame[name] = of_all[frame["id"].to_numpy() - asked.models.one.first]
        size = frame[_RANKED_BY[measure]].abs()
        most = size.sort_values(ascending=False, kind="stable").index[: asked.values["k"]]
        return declared(frame.loc[most], asked.columns)

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
        most = changes.largest(asked.models.between(begins, ends), measure, asked.values["k"])
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
        return declared(frame, asked.columns)

    def _compared(self, name: str, model: str | None, given: dict[str, Any]) -> _Asked:
        asked, values, about = self._asked(name, model, given)
        other = chosen(self._store, values["other"])
        if other.granularity != about.granularity:
            raise ParameterError(
                f"other: {other.name!r} is a {other.granularity} graph, and {about.name!r} a "
                f"{about.granularity} graph; load both with the same --granularity"
            )
        one, second = (self._network(each, values["by"]) for each in (about, other))
        models = Comparison(one, second, (about.name, other.name))
        return _Asked(values, asked.columns, about, other, models)

    def _with_biases(self, asked: _Asked, neurons: NeuronsLike) -> pd.DataFrame:
        """Return neurons of the one model, with the change of each bias."""
        frame = self._neurons(neurons, asked.about)
        others = self._neurons(None, asked.other)["bias"].to_numpy()
        place = frame["id"].to_numpy() - asked.models.one.first
        frame["bias_change"] = others[place] - frame["bias"]
        return frame
