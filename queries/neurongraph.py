"""The Python wrapper: one method a query, each returning a pandas frame."""

import html
import math
import os
from collections.abc import Mapping, Sequence
from itertools import islice, pairwise
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from queries import passes, paths
from queries.errors import (
    LayerNotFoundError,
    ModelIncompleteError,
    ModelNotFoundError,
    ParameterError,
    listed,
)
from queries.frames import to_columns, to_frame
from queries.layer import Layer, layers_of
from queries.library import Query, Statement, query
from queries.neuron_filter import NeuronFilter, NeuronsLike
from queries.schema import COMPLETE
from queries.stores import open_store


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
        found = query("models")
        frame = to_frame(self._model_table(None), found.columns)
        unfinished = self._store.unfinished()
        if unfinished:
            rows = pa.Table.from_pylist(
                [{c.name: row[c.name] for c in found.columns} for row in unfinished]
            )
            frame = pd.concat([frame, to_frame(rows, found.columns)], ignore_index=True)
        return frame.sort_values("name", ignore_index=True)

    def _model_table(self, model: str | None) -> pa.Table:
        """Read the loaded models; of an embedded graph perhaps only the one that is named."""
        statement = query("models").statement({}, self._store.name)
        return self._store.table(statement.cypher, {}, model)

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
        model = self._chosen(model)
        asked = query("edges")
        values = asked.checked({"source": source, "target": target, "min_weight": min_weight})
        self._check_layers(values, model)
        return to_frame(self._edge_table(asked, values, model), asked.columns)

    def strongest_edges(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        k: int = 10,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships of the largest absolute weight."""
        return self._run("strongest_edges", model, source=source, target=target, k=k)

    def weight_distribution(
        self, neurons: NeuronsLike = None, *, bins: int = 20, model: str | None = None
    ) -> pd.DataFrame:
        """Return a histogram of the weights into each layer."""
        return self._run("weight_distribution", model, neurons=neurons, bins=bins)

    def strength(
        self,
        neurons: NeuronsLike = None,
        *,
        direction: Literal["in", "out"] = "in",
        measure: Literal["absolute", "signed", "count"] = "absolute",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return in-strength or out-strength: the weights of each neuron, added up."""
        return self._run("strength", model, neurons=neurons, direction=direction, measure=measure)

    def katz(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.1,
        beta: float = 1.0,
        weights: Literal["absolute", "signed"] = "absolute",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return Katz centrality, exact, by one pass a layer."""
        model = self._chosen(model)
        asked = query("katz")
        values = asked.checked(
            {"neurons": neurons, "alpha": alpha, "beta": beta, "weights": weights}
        )
        layers = self._layers(model)
        frame = self._neurons(values["neurons"], model)
        scores = passes.katz(layers, values, self._runner(asked, values, model))
        frame["katz"] = scores[frame["id"].to_numpy() - layers[0].first]
        return frame[[column.name for column in asked.columns]]

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k strongest paths, one row a hop, by the product of absolute weights.

        Paths over a relationship of weight 0 are left out.
        """
        model = self._chosen(model)
        asked = query("strongest_paths")
        values = asked.checked({"source": source, "target": target, "k": k})
        layers = self._layers(model)
        begin, end = (self._neurons(values[side], model) for side in ("source", "target"))
        ends = end["id"].to_numpy()
        onward = passes.completions(layers, ends, self._runner(asked, values, model))
        found = paths.strongest(
            begin["id"].to_numpy(),
            ends,
            onward,
            layers[0].first,
            lambda neurons: self._outgoing(neurons, model),
        )
        return self._path_frame(list(islice(found, values["k"])), asked, model)

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
        checked = asked.checked(values)
        # The query that lists the models is about none of them.
        internal = {"model": self._chosen(model)} if "$model" in asked.body else {}
        return asked.statement(checked, self._store.name, **internal)

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

    def _chosen(self, model: str | None) -> str:
        """Return the name of the model that is meant, which is complete."""
        model = model or self._model
        # Plain values, since each query comes by here and a frame takes longer than the store.
        models = self._model_table(model).to_pylist() + self._store.unfinished()
        if model is None:
            complete = sorted(row["name"] for row in models if row["state"] == COMPLETE)
            if len(complete) == 1:
                return str(complete[0])
            if not complete:
                raise ModelNotFoundError(f"{self._store.location} holds no complete model")
            raise ParameterError(
                f"{self._store.location} holds {len(complete)} models: {listed(complete)}; "
                "say which: --model NAME, or model= in Python"
            )
        states = [row["state"] for row in models if row["name"] == model]
        if not states:
            raise ModelNotFoundError(
                f"{self._store.location} holds no model {model!r}; "
                f"it holds {listed(self.models()['name'].tolist())}"
            )
        if COMPLETE not in states:
            raise ModelIncompleteError(
                f"the load of {model!r} into {self._store.location} has not finished; "
                f"if none is running, load it again with --replace, or: neurongraph drop {model}"
            )
        return model

    def _run(self, name: str, model: str | None, **given: Any) -> pd.DataFrame:
        asked = query(name)
        values = asked.checked(given)
        return self._answer(asked, values, self._chosen(model))

    def _answer(self, asked: Query, values: dict[str, Any], model: str) -> pd.DataFrame:
        """Run a query, its values checked, about a model that is there."""
        self._check_layers(values, model)
        statement = asked.statement(values, self._store.name, model=model)
        return to_frame(
            self._store.table(statement.cypher, statement.parameters, model), asked.columns
        )

    def _layers(self, model: str) -> list[Layer]:
        """Return the layers of a model that is there."""
        asked = query("layers")
        statement = asked.statement({}, self._store.name, model=model)
        table = self._store.table(statement.cypher, statement.parameters, model)
        return layers_of(to_columns(table, asked.columns).to_pylist())

    def _neurons(self, neurons: NeuronsLike, model: str) -> pd.DataFrame:
        """Return neurons of a model that is there."""
        asked = query("neurons")
        return self._answer(asked, asked.checked({"neurons": neurons}), model)

    def _check_layers(self, values: dict[str, Any], model: str) -> None:
        """Raise LayerNotFoundError for a filter that names a layer that is not there."""
        named = {
            name
            for value in values.values()
            if isinstance(value, NeuronFilter)
            for name in value.layers or ()
        }
        if not named:
            return
        known = [layer.name for layer in self._layers(model)]
        for name in sorted(named.difference(known)):
            raise LayerNotFoundError(
                f"model {model!r} has no layer {name!r}; its layers are {listed(known)}"
            )

    def _runner(self, asked: Query, values: dict[str, Any], model: str) -> passes.RunLayer:
        """Return a function that runs a query's statement for one layer."""

        def run(layer: Layer, *, scores: np.ndarray[Any, Any], offset: int) -> pa.Table:
            return self._in_parts(
                asked,
                values,
                model,
                self._parts(layer),
                scores=scores.tolist(),
                offset=offset - self._store.first_in_list,
            )

        return run

    def _parts(self, layer: Layer) -> list[tuple[int, int]]:
        """Split the ids of a layer so that each part has about as many edges as the store likes."""
        count = max(1, min(layer.neurons, layer.edges // self._store.edges_a_part))
        bounds = np.linspace(layer.first, layer.last + 1, count + 1).astype(int).tolist()
        return [(start, stop - 1) for start, stop in pairwise(bounds)]

    def _in_parts(
        self,
        asked: Query,
        values: dict[str, Any],
        model: str,
        bounds: Sequence[tuple[int, int]],
        **internal: Any,
    ) -> pa.Table:
        """Run a statement once for each range of neuron ids; return all rows."""
        statement = asked.statement(
            values, self._store.name, model=model, first=0, last=0, **internal
        )
        # A range without neurons keeps the columns where there is nothing to ask for.
        ranges = bounds or [(0, -1)]
        parts = [{**statement.parameters, "first": low, "last": high} for low, high in ranges]
        return self._store.tables(statement.cypher, parts, model)

    def _outgoing(self, neurons: Sequence[int], model: str) -> tuple[Any, Any, Any]:
        asked = query("edges")
        values = asked.checked({"source": list(neurons)})
        table = to_columns(self._edge_table(asked, values, model), asked.columns)
        source, target, weight = (table[name].to_numpy() for name in table.column_names)
        return source, target, weight

    def _edge_table(self, asked: Query, values: dict[str, Any], model: str) -> pa.Table:
        """Read edges: of given sources by one statement, else in parts by target."""
        if values["source"]:
            statement = asked.statement(values, self._store.name, model=model)
            return self._store.table(statement.cypher, statement.parameters, model)
        named = values["target"].layers
        bounds = [
            part
            for layer in self._layers(model)
            if layer.edges and (named is None or layer.name in named)
            for part in self._parts(layer)
        ]
        return self._in_parts(asked, values, model, bounds)

    def _path_frame(self, found: list[list[paths.Step]], asked: Query, model: str) -> pd.DataFrame:
        ids = sorted({step.neuron for path in found for step in path})
        neurons = self._neurons(ids, model).set_index("id")
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
