"""The Python wrapper: one method a query, each returning a pandas frame."""

import html
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from queries import passes, paths
from queries.checks import check_against
from queries.errors import LayerNotFoundError, listed
from queries.frames import to_columns, to_frame
from queries.layer import Layer, id_ranges, layers_of
from queries.library import Query, Statement, query
from queries.models import StoredModel, chosen, models
from queries.neuron_filter import NeuronFilter, NeuronsLike
from queries.stores import open_store

Weighing = Literal["weight", "l1", "l2", "largest", "edges"]
"""A property of relationships; those of a neuron graph have ``weight`` alone."""


class NeuronGraph:
    """A graph of neurons, open for queries.

    Every method that takes ``neurons`` takes a ``NeuronFilter``, a name such as
    ``"conv_0"`` or ``"conv_0[3]@12,7"``, ids, or a frame with a column ``id``; None means all
    neurons. The columns and types of each frame stand in ``docs/queries.md``.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, or a ``bolt://`` or ``neo4j://`` URI; by default the
        environment's NEURONGRAPH_GRAPH, else ``neurons.lbug``.
    model
        The model to ask about; needed where the graph holds more than one.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.

    Examples
    --------
    >>> with NeuronGraph("digits.lbug") as graph:
    ...     graph.strength("dense_1")
    """

    def __init__(
        self, graph: str | os.PathLike[str] | None = None, *, model: str | None = None
    ) -> None:
        self._store = open_store(graph)
        self._model = model

    @property
    def location(self) -> str:
        """The path or URI of the graph."""
        return self._store.location

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
        """Return relationships as columns ``source``, ``target`` and ``weight``."""
        given = {"source": source, "target": target, "min_weight": min_weight}
        asked, values, about = self._asked("edges", model, given)
        columns = asked.columns_in(about.granularity)
        return to_frame(self._edge_table(asked, values, about), columns)

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

    def katz(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.1,
        beta: float = 1.0,
        weights: Literal["absolute", "signed"] = "absolute",
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return Katz centrality, exact, by one pass a layer."""
        given = {"neurons": neurons, "alpha": alpha, "beta": beta, "weights": weights, "by": by}
        asked, values, about = self._asked("katz", model, given)
        layers = self._layers(about)
        frame = self._neurons(values["neurons"], about)
        scores = passes.katz(layers, values, self._runner(asked, values, about))
        frame["katz"] = scores[frame["id"].to_numpy() - layers[0].first]
        return frame[[column.name for column in asked.columns]]

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
        asked, values, about = self._asked("strongest_paths", model, given)
        layers = self._layers(about)
        begin, end = (self._neurons(values[side], about) for side in ("source", "target"))
        ends = end["id"].to_numpy()
        onward = passes.completions(layers, ends, self._runner(asked, values, about))
        found = paths.strongest(
            begin["id"].to_numpy(),
            ends,
            onward,
            layers[0].first,
            lambda neurons: self._outgoing(neurons, about, by),
        )
        return self._path_frame(list(islice(found, values["k"])), asked, about)

    def cypher(
        self,
        text: str,
        /,
        parameters: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        **more: Any,
    ) -> pd.DataFrame:
        """Run a read-only Cypher statement and return its rows.

        A Neo4j server runs it with the access mode READ, and the embedded store opens the file
        for reading only. Files and URLs that the store lets a statement read (LOAD CSV, LOAD
        FROM) are not held back, nor is what administers a server without writing to it, such as
        TERMINATE TRANSACTIONS.

        Parameters
        ----------
        text
            The statement; it names its parameters ``$name``.
        parameters, **more
            Values of the statement's parameters.
        model
            Which model's file to ask, in an embedded graph that holds several. In Neo4j a
            statement sees all models.

        Raises
        ------
        CypherError
            If the store refuses the statement, for example because it writes.
        """
        return self._store.frame(text, {**(parameters or {}), **more}, model or self._model)

    def write(
        self,
        text: str,
        /,
        parameters: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        **more: Any,
    ) -> pd.DataFrame:
        """Run a Cypher statement that may write, once, and return one row: what it changed.

        The columns are nodes_created, nodes_deleted, relationships_created,
        relationships_deleted and properties_set. The embedded store counts what there is before
        and after, and does not count properties.

        Parameters
        ----------
        text
            The statement; it names its parameters ``$name``.
        parameters, **more
            Values of the statement's parameters.
        model
            Which model's file to change, in an embedded graph that holds several. In Neo4j a
            statement sees all models.

        Raises
        ------
        CypherError
            If the store refuses the statement.
        GraphLockedError
            If another process writes the embedded file.
        """
        values = {**(parameters or {}), **more}
        changes = self._store.write(text, values, model or self._model)
        return pd.DataFrame([asdict(changes)]).astype("Int64")

    def statement(self, name: str, /, *, model: str | None = None, **values: Any) -> Statement:
        """Return the Cypher that a query runs on this graph, and its parameters.

        Where a query runs its statement more than once, the parameters of one run, such as
        the scores of a layer, are left out.

        Raises
        ------
        QueryNotFoundError, ParameterError, ModelNotFoundError
            If the name, a value or the model is wrong.
        """
        asked = query(name)
        # The query that lists the models is about none of them.
        if "$model" not in asked.body:
            return asked.statement(asked.checked(values), self._store.name)
        asked, checked, about = self._asked(name, model, values)
        return self._statement(asked, checked, about)

    def close(self) -> None:
        """Close the graph; closing twice does no harm."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        chosen = f", model={self._model!r}" if self._model else ""
        return f"NeuronGraph({self._store.location!r}{chosen})"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.location)}</b>{self.models().to_html(index=False)}"

    def _asked(
        self, name: str, model: str | None, given: Mapping[str, Any]
    ) -> tuple[Query, dict[str, Any], StoredModel]:
        """Return a query, its checked values, and the model that it is about."""
        asked = query(name)
        values = asked.checked(given)
        about = chosen(self._store, model or self._model)
        self._check_against(values, about)
        return asked, values, about

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

    def _runner(self, asked: Query, values: dict[str, Any], about: StoredModel) -> passes.RunLayer:
        """Return a function that runs a query's statement for one layer."""

        def run(layer: Layer, *, scores: np.ndarray[Any, Any], offset: int) -> pa.Table:
            return self._in_parts(
                asked,
                values,
                about,
                self._parts(layer),
                scores=scores.tolist(),
                offset=offset - self._store.first_in_list,
            )

        return run

    def _parts(self, layer: Layer) -> list[tuple[int, int]]:
        """Split the ids of a layer so that each part has about as many edges as the store likes."""
        return id_ranges(layer.first, layer.last, layer.edges, self._store.edges_a_part)

    def _in_parts(
        self,
        asked: Query,
        values: dict[str, Any],
        about: StoredModel,
        bounds: Sequence[tuple[int, int]],
        **internal: Any,
    ) -> pa.Table:
        """Run a statement once for each range of neuron ids; return all rows."""
        statement = self._statement(asked, values, about, first=0, last=0, **internal)
        # A range without neurons keeps the columns where there is nothing to ask for.
        ranges = bounds or [(0, -1)]
        parts = [{**statement.parameters, "first": low, "last": high} for low, high in ranges]
        return self._store.tables(statement.cypher, parts, about.name)

    def _outgoing(
        self, neurons: Sequence[int], about: StoredModel, by: str
    ) -> tuple[Any, Any, Any]:
        asked = query("edges")
        values = asked.checked({"source": list(neurons)})
        columns = asked.columns_in(about.granularity)
        table = to_columns(self._edge_table(asked, values, about), columns)
        source, target, weight = (table[name].to_numpy() for name in ("source", "target", by))
        return source, target, weight

    def _edge_table(self, asked: Query, values: dict[str, Any], about: StoredModel) -> pa.Table:
        """Read edges: of given sources by one statement, else in parts by target."""
        if values["source"]:
            return self._table(asked, values, about)
        named = values["target"].layers
        bounds = [
            part
            for layer in self._layers(about)
            if layer.edges and (named is None or layer.name in named)
            for part in self._parts(layer)
        ]
        return self._in_parts(asked, values, about, bounds)

    def _path_frame(
        self, found: list[list[paths.Step]], asked: Query, about: StoredModel
    ) -> pd.DataFrame:
        ids = sorted({step.neuron for path in found for step in path})
        neurons = self._neurons(ids, about).set_index("id")
        rows = [
            {
                "path": rank,
                "strength": math.prod(abs(step.weight) for step in path),
                "sign": math.prod(1 if step.weight > 0 else -1 for step in path),
                "hop": hop,
                "id": step.neuron,
                "name": neurons["name"][step.neuron],
                "layer": neurons["layer"][step.neuron],
                "weight": step.weight if hop else None,
            }
            for rank, path in enumerate(found, start=1)
            for hop, step in enumerate(path)
        ]
        names = [column.name for column in asked.columns]
        table = pa.table({name: [row[name] for row in rows] for name in names})
        return to_frame(table, asked.columns)
