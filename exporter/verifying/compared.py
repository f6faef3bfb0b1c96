"""A graph of which each part is compared with its model as the proof reads it.

A replay cannot see all changes: an edge into a neuron that a ReLU holds at 0 changes nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.plan import Plan
from exporter.verifying.differences import (
    Change,
    Differences,
    Kind,
    UnlikeEdges,
    changed_properties,
    compared_ids,
    count_changes,
    in_order,
    unlike_edges,
    unlike_neurons,
)
from exporter.verifying.graph_source import LayerRow, ReadGraph, StreamSource, own_values
from exporter.verifying.replay import Edges, Ids, Neurons
from queries.core.layer import Layer
from queries.core.progress import Progress


def part_in(plan: Plan, graph: ReadGraph) -> Plan:
    """Return the range of layers of a plan that a graph is of.

    Parameters
    ----------
    plan
        That of the whole model.
    graph
        Layers may be missing from it: the node of the model says how many there were.
    """
    row = graph.model_row()
    names = {layer["name"] for layer in graph.layer_rows()}
    has = [layer.name in names for layer in plan.layers]
    layers = row.get("layers")
    if isinstance(layers, int) and 0 < layers <= len(has):
        says = row.get("neurons"), row.get("edges")
        starts = range(len(has) - layers + 1)
        for start in sorted(starts, key=lambda start: -sum(has[start : start + layers])):
            part = _between(plan, start, start + layers - 1)
            if (part.neurons, part.edges) == says:
                return part
    places = np.flatnonzero(has)
    return _between(plan, int(places[0]), int(places[-1])) if len(places) else plan


def _between(plan: Plan, begin: int, end: int) -> Plan:
    return plan.between(plan.layers[begin].name, plan.layers[end].name)


class ComparedGraph:
    """A graph for a replay, which finds out on the way what is not as the model has it.

    Ids and ranges are those of the model; how a layer computes, and with what, is the graph's.

    Parameters
    ----------
    graph
        The graph.
    part
        What it should be.
    at_once
        About how many relationships are read and built together.
    progress
        Called with ``relationships``, how many are compared, and how many there are.

    Attributes
    ----------
    differences
        What was found so far.
    """

    def __init__(self, graph: ReadGraph, part: Plan, at_once: int, progress: Progress) -> None:
        self._graph, self._part, self._progress = graph, part, progress
        self._model = StreamSource(part, at_once)
        self._rows = {str(row["name"]): row for row in graph.layer_rows()}
        self._layers = [
            _as_stored(layer, self._rows.get(layer.name)) for layer in self._expected_layers
        ]
        self._compared = self._read = 0
        self._layers_read: set[int] = set()
        self._has_nan = False
        self.differences = Differences()

    @property
    def _expected_layers(self) -> list[Layer]:
        return self._part.stored_layers

    def layers(self) -> list[Layer]:
        """Return the layers of the model, which compute as the graph says."""
        return self._layers

    def ranges(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield ranges that can be built as one block."""
        return self._model.ranges(layer)

    def neurons(self, layer: Layer, first: int, last: int) -> Neurons:
        """Return what neurons have of their own, compared; NaN where one is missing."""
        actual = self._graph.neuron_table(layer, first, last)
        expected = self._model.neuron_table(layer, first, last)
        ids, expected_ids = actual["id"].to_numpy(), expected["id"].to_numpy()
        ids, places = np.unique(ids, return_index=True)
        # Missing and doubled ones are counted among the ids of all neurons.
        there = np.isin(expected_ids, ids)
        actual = actual.take(places[np.isin(ids, expected_ids)])
        unlike, names = unlike_neurons(actual, expected.filter(pa.array(there)))
        changed = expected_ids[there][unlike]
        self.differences.add(
            layer.name,
            "neurons",
            "changed",
            len(changed),
            lambda: f"{', '.join(names)} of {self._name(int(changed[0]))}",
        )
        own = own_values(actual)
        bias, slope = np.full((2, len(expected_ids)), np.nan)
        bias[there], slope[there] = own
        return Neurons(bias, slope)

    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        """Return relationships by their targets, compared."""
        actual = in_order(self._graph.edges(layer, first, last), first)
        expected = in_order(self._model.edges(layer, first, last), first)
        for change, unlike in unlike_edges(actual, expected).items():
            self._add_edges(layer, change, unlike)
        self._layers_read.add(layer.index)
        self._read += len(actual.source)
        self._compared += len(expected.source)
        self._has_nan |= bool(np.isnan(expected.weight).any())
        if len(expected.source):
            self._progress("relationships", self._compared, self._part.edges)
        inside = (actual.target >= first) & (actual.target <= last)
        if inside.all():
            return actual
        return Edges(actual.source[inside], actual.target[inside], actual.weight[inside])

    def _add_edges(self, layer: Layer, change: Change, unlike: UnlikeEdges) -> None:
        def example() -> str:
            ends = f"{self._name(unlike.source)} -> {self._name(unlike.target)}"
            if change == "changed":
                return f"{ends}, weight {_weights(unlike.actual)} for {_weights(unlike.expected)}"
            return ends

        self.differences.add(layer.name, "relationships", change, unlike.count, example)

    @property
    def _first(self) -> int:
        return self._part.layers[0].first

    @property
    def _last(self) -> int:
        return self._part.layers[-1].last

    def _name(self, neuron: int) -> str:
        """Describe a neuron that relationships name, which may be none."""
        for layer in self._part.layers:
            if layer.first <= neuron <= layer.last:
                names = layer.neurons_at("", np.array([neuron - layer.first]), ["name"])["name"]
                return f"{names[0].as_py()} (id {neuron})"
        return f"a neuron of id {neuron}, which the model does not have"

    def compare_nodes(self) -> None:
        """Compare the nodes of the model and of its layers, and which neurons there are."""
        self._add_changed("", self._graph.model_row(), self._model.model_row())
        for expected in self._model.layer_rows():
            name = str(expected["name"])
            if name in self._rows:
                there = self._rows[name]
                there = {**there, "inputs": sorted(there["inputs"] or [])}
                self._add_changed(name, there, expected)
        expected_names = [layer.name for layer in self._part.layers]
        names = [str(row["name"]) for row in self._graph.layer_rows()]
        self._add_counted("node", count_changes(names, expected_names))
        present = [name for name in expected_names if name in self._rows]
        self._add_counted("HAS_LAYER", count_changes(self._graph.joined_layers(), present))
        self._compare_ids()

    def _add_changed(self, layer: str, row: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
        names = changed_properties(row, expected)
        example = ", ".join(f"{name} {row.get(name)!r} for {expected[name]!r}" for name in names)
        self.differences.add(layer, "properties", "changed", len(names), lambda: example)

    def _add_counted(self, kind: Kind, names_of: Mapping[Change, list[str]]) -> None:
        for change, names in names_of.items():
            for name in names:
                self.differences.add(name, kind, change, 1, str)

    def _compare_ids(self) -> None:
        ids_of = compared_ids(self._graph.neuron_ids(), self._first, self._last)
        for change in ("missing", "doubled"):
            ids = ids_of[change]
            for layer in self._part.layers:
                own = ids[(ids >= layer.first) & (ids <= layer.last)]
                self.differences.add(layer.name, "neurons", change, len(own), _of(self._name, own))
        beyond = ids_of["added"]
        self.differences.add("", "neurons", "added", len(beyond), lambda: f"id {beyond[0]}")

    def compare_rest(self) -> None:
        """Compare what a replay did not ask for, and count relationships that end elsewhere."""
        for layer in self._layers:
            if layer.index not in self._layers_read:
                for low, high in self.ranges(layer):
                    self.edges(layer, low, high)
                    self.neurons(layer, low, high)
        counted_again = self._graph.relationships()
        if counted_again is None:
            return
        total, weighted = counted_again
        self.differences.add(
            "",
            "relationships",
            "added",
            max(0, total - self._read),
            lambda: "out of its neurons into nodes that it does not have",
        )
        # They are read as NaN, which most models have nowhere.
        missing = total - weighted if self._has_nan else 0
        self.differences.add("", "relationships", "changed", missing, lambda: "one without weight")


def _of(name: Callable[[int], str], ids: Ids) -> Callable[[], str]:
    return lambda: name(int(ids[0]))


def _weights(weights: NDArray[np.floating[Any]]) -> str:
    return " and ".join(f"{weight:.9g}" for weight in weights.tolist())


def _as_stored(layer: Layer, row: LayerRow | None) -> Layer:
    """Return a layer of the model that computes as the graph says; as nothing if it does not."""
    if row is None:
        return replace(layer, reduce="")
    config, activation, shape = row["activation_config"], row["activation"], row["shape"]
    try:
        return replace(
            layer,
            reduce=str(row["reduce"]),
            activation=activation,
            activation_config=json.loads(config) if config else {},
            shape=tuple(int(size) for size in shape),
        )
    except (TypeError, ValueError):
        return replace(layer, reduce="")
