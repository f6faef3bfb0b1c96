"""What all methods of ``NeuronGraph`` share: the open store, and the model that is asked about."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from queries.analysis.network import Network
from queries.analysis.not_finite import note
from queries.analysis.operators import Flags, Scores
from queries.core.layer import Layer
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
from queries.core.progress import Progress, silent
from queries.library.checks import check_against
from queries.library.existence import AXES, Existing
from queries.library.frames import declared, to_frame
from queries.library.queries import Query, query
from queries.stores import open_store
from queries.stores.models import chosen

_MOST_NETWORKS = 2
"""How many are kept: a comparison needs two."""


class Methods:
    """An open graph.

    Parameters
    ----------
    graph, model, progress, dask
        As in ``NeuronGraph``.
    """

    def __init__(
        self,
        graph: str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        progress: Progress = silent,
        dask: str | None = None,
    ) -> None:
        self._store = open_store(graph, dask=dask)
        self._model = model
        self._progress = progress
        self._models: dict[StoredModel, Existing] = {}
        self._networks: dict[tuple[StoredModel, str], Network] = {}

    def _asked(
        self, name: str, model: str | None, given: Mapping[str, Any]
    ) -> tuple[Query, dict[str, Any], StoredModel]:
        """Return a query, its checked values, and the model that it is about."""
        asked = query(name)
        values = asked.checked(given)
        about = self._about(model)
        self._check_against(values, about)
        return asked, values, about

    def _about(self, model: str | None) -> StoredModel:
        """Return the model that is meant, which is there and complete."""
        return chosen(self._store, model or self._model)

    def _computed(
        self, name: str, model: str | None, given: Mapping[str, Any]
    ) -> tuple[Query, dict[str, Any], StoredModel, Network]:
        """Return the same, and the relationships that the query computes with."""
        asked, values, about = self._asked(name, model, given)
        return asked, values, about, self._network(about, values.get("by", "weight"))

    def _run(self, name: str, model: str | None, **given: Any) -> pd.DataFrame:
        asked, values, about = self._asked(name, model, given)
        return self._answer(asked, values, about)

    def _answer(self, asked: Query, values: Mapping[str, Any], about: StoredModel) -> pd.DataFrame:
        table = self._store.answer(asked, values, about)
        return self._noted(to_frame(table, asked.columns_in(about.granularity)), asked, about)

    def _noted(self, frame: pd.DataFrame, asked: Query, *models: StoredModel) -> pd.DataFrame:
        """Return an answer with what it makes of weights that are not finite, where there are any.

        It stands in ``frame.attrs["note"]``.
        """
        if not asked.not_finite:
            return frame
        notes = [note(each.name, self._layers(each), asked.not_finite) for each in models]
        if any(notes):
            frame.attrs["note"] = " ".join(filter(None, notes))
        return frame

    def _declared(self, frame: pd.DataFrame, asked: Query, about: StoredModel) -> pd.DataFrame:
        """Return the declared columns of an answer, noted."""
        return self._noted(declared(frame, asked.columns), asked, about)

    def _layers(self, about: StoredModel) -> list[Layer]:
        """Return the layers of a model that is there."""
        return list(self._existing(about).layers)

    def _neurons(
        self, neurons: NeuronsLike, about: StoredModel, names: Sequence[str] = ()
    ) -> pd.DataFrame:
        """Return neurons of a model that is there, with some of their columns; by default all."""
        asked = query("neurons")
        values = asked.checked({"neurons": neurons})
        self._check_against(values, about)
        columns = [column for column in asked.columns if column.name in names or not names]
        table = self._store.neurons(values["neurons"], about, [each.name for each in columns])
        return to_frame(table, columns)

    def _biases(self, about: StoredModel) -> tuple[Scores, Flags]:
        """Return the bias of each neuron of a model, 0 where it has none, and which have one."""
        # A frame does not tell a bias that is missing from one that is NaN.
        column = self._store.neurons(NeuronFilter(), about, ["id", "bias"])["bias"]
        own = column.cast(pa.float64())
        return pc.fill_null(own, 0.0).to_numpy(), pc.is_valid(own).to_numpy()

    def _among(
        self, neurons: NeuronsLike, about: StoredModel, network: Network
    ) -> NDArray[np.bool_]:
        """Return which neurons of a model are meant, counted from its first."""
        chosen = np.zeros(network.neurons, dtype=bool)
        chosen[network.places(self._neurons(neurons, about, ["id"]))] = True
        return chosen

    def _check_against(self, values: Mapping[str, Any], about: StoredModel) -> None:
        """Raise an error for what a model's graph does not have: a property, an axis, a layer."""
        for name, value in values.items():
            check_against(name, value, about)
        for name, value in values.items():
            if isinstance(value, NeuronFilter) and value:
                self._existing(about).require(name, value)

    def _existing(self, about: StoredModel) -> Existing:
        """Return what there is of a model, which is read once."""

        def last(layer: Layer) -> dict[str, int]:
            table = self._store.neurons(NeuronFilter(id=layer.last), about, AXES)
            return {axis: at for axis, at in table.to_pylist()[0].items() if at is not None}

        if about not in self._models:
            self._models = {about: Existing(about, self._store.layers(about), last)}
        return self._models[about]

    def _network(self, about: StoredModel, by: str) -> Network:
        """Return the relationships of a model, weighed by one of their properties.

        They are read when they are first needed, and kept while the graph is open.
        """
        if (about, by) not in self._networks:
            while len(self._networks) >= _MOST_NETWORKS:
                del self._networks[next(iter(self._networks))]
            network = self._networks[about, by] = self._store.network(about, by)
            network.progress = self._progress
        return self._networks[about, by]
