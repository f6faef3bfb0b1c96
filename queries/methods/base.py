"""What all methods of ``NeuronGraph`` share: the open store, and the model that is asked about."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from queries.checks import check_against
from queries.errors import LayerNotFoundError, listed
from queries.frames import to_columns, to_frame
from queries.layer import Layer, id_ranges, layers_of
from queries.library import Query, Statement, query
from queries.models import StoredModel, chosen
from queries.network import Network
from queries.neuron_filter import NeuronFilter, NeuronsLike
from queries.operators import Columns
from queries.stores import open_store

Weighing = Literal["weight", "l1", "l2", "largest", "edges"]
"""A property of relationships; those of a neuron graph have ``weight`` alone."""

_MOST_NETWORKS = 2
"""How many are kept: a comparison needs two."""


class Methods:
    """An open graph.

    Parameters
    ----------
    graph, model
        As in ``NeuronGraph``.
    """

    def __init__(
        self, graph: str | os.PathLike[str] | None = None, *, model: str | None = None
    ) -> None:
        self._store = open_store(graph)
        self._model = model
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

    def _statement(
        self, asked: Query, values: Mapping[str, Any], about: StoredModel, **internal: Any
    ) -> Statement:
        return asked.statement(
            values, self._store.name, about.granularity, model=about.key, **internal
        )

    def _run(self, name: str, model: str | None, **given: Any) -> pd.DataFrame:
        asked, values, about = self._asked(name, model, given)
        return to_frame(self._table(asked, values, about), asked.columns_in(about.granularity))

    def _table(self, asked: Query, values: Mapping[str, Any], about: StoredModel) -> pa.Table:
        statement = self._statement(asked, values, about)
        return self._store.table(statement.cypher, statement.parameters, about.name)

    def _layers(self, about: StoredModel) -> list[Layer]:
        """Return the layers of a model that is there."""
        asked = query("layers")
        return layers_of(to_columns(self._table(asked, {}, about), asked.columns).to_pylist())

    def _neurons(self, neurons: NeuronsLike, about: StoredModel) -> pd.DataFrame:
        """Return neurons of a model that is there."""
        asked = query("neurons")
        values = asked.checked({"neurons": neurons})
        self._check_against(values, about)
        return to_frame(self._table(asked, values, about), asked.columns)

    def _among(
        self, neurons: NeuronsLike, about: StoredModel, network: Network
    ) -> NDArray[np.bool_]:
        """Return which neurons of a model are meant, counted from its first."""
        chosen = np.zeros(network.neurons, dtype=bool)
        chosen[network.places(self._neurons(neurons, about))] = True
        return chosen

    def _check_against(self, values: Mapping[str, Any], about: StoredModel) -> None:
        """Raise an error for what a model's graph does not have: a property, an axis, a layer."""
        for name, value in values.items():
            check_against(name, value, about)
        named = {
            name
            for value in values.values()
            if isinstance(value, NeuronFilter)
            for name in value.layers or ()
        }
        if not named:
            return
        known = [layer.name for layer in self._layers(about)]
        for name in sorted(named.difference(known)):
            raise LayerNotFoundError(
                f"model {about.name!r} has no layer {name!r}; its layers are {listed(known)}"
            )

    def _parts(self, layer: Layer) -> list[tuple[int, int]]:
        """Split the ids of a layer so that each part has about as many edges as the store likes."""
        return id_ranges(layer.first, layer.last, layer.edges, self._store.edges_a_part)

    def _in_parts(
        self,
        asked: Query,
        values: dict[str, Any],
        about: StoredModel,
        bounds: Sequence[tuple[int, int]],
    ) -> pa.Table:
        """Run a statement once for each range of neuron ids; return all rows."""
        statement = self._statement(asked, values, about, first=0, last=0)
        # A range without neurons keeps the columns where there is nothing to ask for.
        ranges = bounds or [(0, -1)]
        parts = [{**statement.parameters, "first": low, "last": high} for low, high in ranges]
        return self._store.tables(statement.cypher, parts, about.name)

    def _edge_table(self, asked: Query, values: dict[str, Any], about: StoredModel) -> pa.Table:
        """Read edges: of given sources by one statement, else in parts by target."""
        if values["source"]:
            table = self._table(asked, values, about)
            return to_columns(table, asked.columns_in(about.granularity))
        named = values["target"].layers
        bounds = [
            part
            for layer in self._layers(about)
            if layer.edges and (named is None or layer.name in named)
            for part in self._parts(layer)
        ]
        return self._edges_into(asked, values, about, bounds)

    def _edges_into(
        self,
        asked: Query,
        values: dict[str, Any],
        about: StoredModel,
        bounds: Sequence[tuple[int, int]],
    ) -> pa.Table:
        """Read edges into ranges of neurons."""
        parts = self._in_parts(asked, values, about, bounds)
        table = to_columns(parts, asked.columns_in(about.granularity))
        source = self._store.sources(table["source"], about)
        return table.set_column(0, "source", source)

    def _network(self, about: StoredModel, by: str) -> Network:
        """Return the relationships of a model, weighed by one of their properties.

        They are read when they are first needed, and kept while the graph is open.
        """
        if (about, by) not in self._networks:
            layers = self._layers(about)
            while len(self._networks) >= _MOST_NETWORKS:
                del self._networks[next(iter(self._networks))]

            def read(layer: Layer, first: int, last: int) -> Columns:
                return self._edge_columns(layer, first, last, about, by)

            def read_outgoing(neurons: Sequence[int]) -> Columns:
                asked = query("edges")
                values = asked.checked({"source": neurons})
                return _weighed(self._edge_table(asked, values, about), by)

            self._networks[about, by] = Network(layers, read, read_outgoing)
        return self._networks[about, by]

    def _edge_columns(
        self, layer: Layer, first: int, last: int, about: StoredModel, by: str
    ) -> Columns:
        asked = query("edges")
        share = layer.edges * (last + 1 - first) // layer.neurons
        bounds = id_ranges(first, last, share, self._store.edges_a_part)
        return _weighed(self._edges_into(asked, asked.checked({}), about, bounds), by)


def _weighed(table: pa.Table, by: str) -> Columns:
    source, target, weight = (table[name].to_numpy() for name in ("source", "target", by))
    return source, target, weight
