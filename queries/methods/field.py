"""Receptive and projective fields: what feeds some neurons, and what they feed."""

from typing import Any, Literal

import numpy as np
import pandas as pd

from queries.analysis import passes
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods

Direction = Literal["in", "out"]


class FieldMethods(Methods):
    """What is joined to some neurons by paths of any length."""

    def receptive_field(
        self, neurons: NeuronsLike, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return what feeds some neurons, a row a layer."""
        return self._field_by_layer("receptive_field", "in", neurons, by, model)

    def projective_field(
        self, neurons: NeuronsLike, *, by: Weighing = "weight", model: str | None = None
    ) -> pd.DataFrame:
        """Return what some neurons feed, a row a layer."""
        return self._field_by_layer("projective_field", "out", neurons, by, model)

    def field_neurons(
        self,
        neurons: NeuronsLike,
        among: NeuronsLike = None,
        *,
        direction: Direction = "in",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons of a field, each with the weight of its paths to or from them."""
        given = {"neurons": neurons, "among": among, "direction": direction, "by": by}
        asked, values, about = self._asked("field_neurons", model, given)
        field = self._field(values["neurons"], direction, about, by)
        told = self._neurons(values["among"], about, ["id"])["id"]
        found = field[field["id"].isin(told)].reset_index(drop=True)
        return self._noted(found[[column.name for column in asked.columns]], asked, about)

    def _field(
        self, neurons: NeuronsLike, direction: Direction, about: StoredModel, by: str
    ) -> pd.DataFrame:
        """Return all neurons of a field by id, with their weight."""
        network = self._network(about, by)
        of = self._among(neurons, about, network)
        reach, add_up = {
            "in": (passes.reach_backward, passes.sums_backward),
            "out": (passes.reach_forward, passes.sums_forward),
        }[direction]
        weight = add_up(network, of.astype(np.float64))
        inside = reach(network, of)
        layers = [layer.name for layer in network.layers if inside[network.neurons_of(layer)].any()]
        # By layers, since the ids may be too many to be listed in a statement.
        frame = self._neurons(NeuronFilter(layer=layers), about)
        places = network.places(frame)
        frame["weight"] = weight[places]
        found: pd.DataFrame = frame[inside[places]].reset_index(drop=True)
        return found

    def _field_by_layer(
        self, name: str, direction: Direction, neurons: NeuronsLike, by: str, model: str | None
    ) -> pd.DataFrame:
        asked, values, about = self._asked(name, model, {"neurons": neurons, "by": by})
        field = self._field(values["neurons"], direction, about, by)
        sizes = {layer.name: layer.neurons for layer in self._layers(about)}
        rows: list[dict[str, Any]] = []
        for (index, layer), part in field.groupby(["layer_index", "layer"]):
            axes = {
                f"{axis}_{end}": getattr(part[axis], end)()
                for axis in ("x", "y")
                for end in ("min", "max")
            }
            rows.append(
                {
                    "layer_index": index,
                    "layer": layer,
                    "neurons": len(part),
                    "share": len(part) / sizes[str(layer)],
                    "channels": part["channel"].nunique() or pd.NA,
                    "weight": part["weight"].sum(skipna=False),
                    **axes,
                }
            )
        frame = pd.DataFrame(rows, columns=[column.name for column in asked.columns])
        return self._declared(frame, asked, about)
