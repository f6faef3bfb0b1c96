"""A store that answers queries by Cypher."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

import numpy as np
import pyarrow as pa

from queries.frames import to_columns
from queries.layer import Layer, id_ranges
from queries.library import Query, Statement, query
from queries.stores.base import Store

if TYPE_CHECKING:
    from queries.models import StoredModel
    from queries.neuron_filter import NeuronFilter

_JOINED: Final = """
MATCH (m:Model)-[:HAS_LAYER]->(l:Layer) WHERE m.key = $model RETURN l.name AS name
"""
_BEGINNING: Final = """
MATCH (s:Neuron)-[r:CONNECTS_TO]->() WHERE s.model = $model
RETURN count(r) AS edges, count(r.weight) AS weighted
"""


class CypherStore(Store):
    """An open graph, read by the statements of the query library.

    A statement without a model name is about all models of the graph.
    """

    name: ClassVar[str]
    """What templates call the store: ``neo4j`` or ``embedded``."""

    edges_a_part: ClassVar[int]
    """Into how many relationships a pass is best divided for ``tables``."""

    @abstractmethod
    def table(self, statement: Statement, model: str | None = None) -> pa.Table:
        """Run a statement of the query library and return its rows as columns, in their order."""

    @abstractmethod
    def tables(self, statements: Sequence[Statement], model: str | None = None) -> pa.Table:
        """Run statements of the same columns; return all rows, in any order."""

    @abstractmethod
    def sources(self, column: pa.ChunkedArray, model: "StoredModel") -> pa.Array:
        """Return the ids of neurons for what the query ``edges`` gives without a source filter.

        That is what the store itself calls the nodes, which it reads faster.

        Parameters
        ----------
        column
            Its column ``source``, one value a row.
        model
            The model whose relationships they are.

        Raises
        ------
        GraphError
            If the model was replaced while it was read.
        """

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the properties of models, complete or not."""
        statement = self.statement(query("models"), {})
        rows: list[dict[str, Any]] = self.table(statement, model).to_pylist()
        return rows + self.unfinished()

    def unfinished(self) -> list[dict[str, Any]]:
        """Return the properties of models in loading that no statement can see."""
        return []

    def statement(
        self,
        asked: Query,
        values: Mapping[str, Any],
        about: "StoredModel | None" = None,
        **internal: Any,
    ) -> Statement:
        """Return the Cypher that answers a query, or reads what it computes with."""
        if about is None:
            return asked.statement(values, self.name)
        return asked.statement(values, self.name, about.granularity, model=about.key, **internal)

    def answer(self, asked: Query, values: Mapping[str, Any], about: "StoredModel") -> pa.Table:
        """Run the statement of a query; relationships are read in parts, unless by source."""
        if asked.name == "edges" and not values["source"]:
            return self._edges_in_parts(asked, values, about)
        return self.table(self.statement(asked, values, about), about.name)

    def neurons(
        self, neurons: "NeuronFilter", about: "StoredModel", names: Sequence[str]
    ) -> pa.Table:
        """Return some columns of the query ``neurons``; no others need to be sent."""
        statement = self.statement(query("neurons"), {"neurons": neurons}, about)
        wanted = tuple(column for column in statement.columns if column.name in names)
        return self.table(replace(statement, columns=wanted), about.name).select(names)

    def edges_into(self, layer: Layer, first: int, last: int, about: "StoredModel") -> pa.Table:
        """Return all relationships into some neurons of a layer, in any order."""
        asked = query("edges")
        share = layer.edges * (last + 1 - first) // layer.neurons
        bounds = id_ranges(first, last, share, self.edges_a_part)
        return self._edges_of(asked, asked.checked({}), about, bounds)

    def joined_layers(self, about: "StoredModel") -> list[str]:
        """Return the names of the layers that the node of a model is joined to."""
        rows = self.frame(_JOINED, {"model": about.key}, about.name)
        return [str(name) for name in rows["name"]]

    def relationships(self, about: "StoredModel") -> tuple[int, int]:
        """Count the relationships that begin at neurons of a model, and those with a weight."""
        row = self.frame(_BEGINNING, {"model": about.key}, about.name).iloc[0]
        return int(row["edges"]), int(row["weighted"])

    def _edges_in_parts(
        self, asked: Query, values: Mapping[str, Any], about: "StoredModel"
    ) -> pa.Table:
        named = values["target"].layers
        bounds = [
            part
            for layer in self.layers(about)
            if layer.edges and (named is None or layer.name in named)
            for part in id_ranges(layer.first, layer.last, layer.edges, self.edges_a_part)
        ]
        return _by_ends(self._edges_of(asked, values, about, bounds))

    def _edges_of(
        self,
        asked: Query,
        values: Mapping[str, Any],
        about: "StoredModel",
        bounds: Sequence[tuple[int, int]],
    ) -> pa.Table:
        """Run the statement once for each range of neuron ids; return all rows."""
        # A range without neurons keeps the columns where there is nothing to ask for.
        ranges = bounds or [(0, -1)]
        parts = [self.statement(asked, values, about, first=low, last=high) for low, high in ranges]
        rows = self.tables(parts, about.name)
        table = to_columns(rows, asked.columns_in(about.granularity))
        return table.set_column(0, "source", self.sources(table["source"], about))


def _by_ends(edges: pa.Table) -> pa.Table:
    """Sort relationships by target and source, unless their store has sorted them by target."""
    source, target = (edges[name].to_numpy() for name in ("source", "target"))
    if (target[1:] >= target[:-1]).all():
        return edges
    # One key sorts several times faster than two; ids of a model are far below 2**31.
    order = np.argsort(target << 32 | source, kind="stable")
    return edges.combine_chunks().take(pa.array(order))
