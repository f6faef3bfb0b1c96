"""Where the proof reads a graph: as it is stored, and as it is built from its model."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exporter.planning.layer import BLOCK_EDGES
from exporter.planning.plan import Plan
from exporter.verifying.replay import Edges, Ids, Neurons
from queries.core.layer import Layer, id_ranges, layers_of
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter
from queries.core.schema import NEURON
from queries.errors import NeurongraphError, VerificationError
from queries.library.frames import to_columns
from queries.library.queries import query
from queries.stores import Store
from queries.stores.remedies import repair_text

EDGES_AT_ONCE: Final = 4 * BLOCK_EDGES
"""Relationships that are read together, unless one neuron alone has more."""

NEURON_COLUMNS: Final = [name for name in NEURON.names if name != "model"]

LayerRow = Mapping[str, Any]
"""A row of the query ``layers``."""


class ReadGraph(ABC):
    """A graph that the proof reads; a ``replay.GraphSource``."""

    @abstractmethod
    def layer_rows(self) -> list[LayerRow]:
        """Return a row a layer, inputs first: the columns of the query ``layers``."""

    @abstractmethod
    def model_row(self) -> Mapping[str, Any]:
        """Return what the node of the model says: some columns of the query ``models``."""

    @abstractmethod
    def joined_layers(self) -> list[str]:
        """Return the names of the layers that the model has, as relationships say it."""

    @abstractmethod
    def relationships(self) -> tuple[int, int] | None:
        """Return how many relationships begin at neurons, and how many of them have a weight.

        None where all of them end in layers, and have one.
        """

    @abstractmethod
    def neuron_ids(self) -> Ids:
        """Return the ids of all neurons, in any order; -1 of one that has none."""

    @abstractmethod
    def neuron_table(self, layer: Layer, first: int, last: int) -> pa.Table:
        """Return the neurons of a range of ids, by id: the columns ``NEURON_COLUMNS``."""

    @abstractmethod
    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        """Return all relationships into the neurons of one of the ranges."""

    def layers(self) -> list[Layer]:
        """Return the layers, inputs first."""
        return layers_of(self.layer_rows())

    def ranges(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield ranges of neurons that make up a layer, none with too many relationships."""
        most = max(layer.edges, layer.neurons)
        yield from id_ranges(layer.first, layer.last, most, EDGES_AT_ONCE)

    def neurons(self, layer: Layer, first: int, last: int) -> Neurons:
        """Return what the neurons of one of the ranges have of their own."""
        return own_values(self.neuron_table(layer, first, last))


def own_values(table: pa.Table) -> Neurons:
    """Return biases and slopes of neurons: a missing bias is 0, a missing slope NaN."""
    return Neurons(
        pc.fill_null(table["bias"], 0.0).to_numpy(), pc.fill_null(table["slope"], np.nan).to_numpy()
    )


class StreamSource(ReadGraph):
    """The graph as a plan builds it, before it is stored anywhere.

    Parameters
    ----------
    plan
        The plan.
    at_once
        About how many relationships are built together.
    """

    def __init__(self, plan: Plan, at_once: int = BLOCK_EDGES) -> None:
        self._plan, self._at_once = plan, at_once
        self._layers = {layer.index: layer for layer in plan.layers}

    def layer_rows(self) -> list[LayerRow]:
        """Return what the plan says of its layers."""
        return [
            {**_without_model(layer.properties("")), "inputs": list(layer.inputs)}
            for layer in self._plan.layers
        ]

    def model_row(self) -> Mapping[str, Any]:
        """Return what the plan has of each."""
        return {
            "layers": len(self._plan.layers),
            "neurons": self._plan.neurons,
            "edges": self._plan.edges,
        }

    def joined_layers(self) -> list[str]:
        """Return the names of all layers."""
        return [layer.name for layer in self._plan.layers]

    def relationships(self) -> None:
        """Return None: a plan joins its own neurons only."""
        return

    def neuron_ids(self) -> Ids:
        """Return the ids of all neurons."""
        return np.arange(self._plan.layers[0].first, self._plan.layers[-1].last + 1)

    def ranges(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield ranges that can be built as one block."""
        planned = self._layers[layer.index]
        if planned.wiring.read.size == 0:
            yield from super().ranges(layer)
        for start, stop in planned.ranges(self._at_once):
            yield planned.first + start, planned.first + stop - 1

    def neuron_table(self, layer: Layer, first: int, last: int) -> pa.Table:
        """Build neurons."""
        planned = self._layers[layer.index]
        offsets = np.arange(first, last + 1) - planned.first
        return planned.neurons_at("", offsets, NEURON_COLUMNS)

    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        """Build the relationships into one of the ranges."""
        planned = self._layers[layer.index]
        if planned.wiring.read.size == 0:
            nothing = np.empty(0, dtype=np.int64)
            return Edges(nothing, nothing, nothing.astype(np.float32))
        block = planned.block(first - planned.first, last + 1 - planned.first)
        return Edges(block.source, block.target, block.weight)


class StoredSource(ReadGraph):
    """The graph as it is read back from a store, whatever it has become there.

    Parameters
    ----------
    store
        The open graph.
    about
        The model.
    """

    def __init__(self, store: Store, about: StoredModel) -> None:
        self._store, self._about = store, about

    def layer_rows(self) -> list[LayerRow]:
        """Read what the nodes of layers say, which may be nothing."""
        layers_query = query("layers")
        with self._reading("the layers"):
            table = self._store.answer(layers_query, {}, self._about)
            rows: list[LayerRow] = to_columns(table, layers_query.columns).to_pylist()
        return rows

    def model_row(self) -> Mapping[str, Any]:
        """Read what the node of the model says."""
        rows = self._store.models(self._about.name)
        return next(row for row in rows if row["key"] == self._about.key)

    def joined_layers(self) -> list[str]:
        """Read which layers the node of the model is joined to."""
        with self._reading("the layers of the model"):
            return self._store.joined_layers(self._about)

    def relationships(self) -> tuple[int, int] | None:
        """Count the relationships that begin at neurons, wherever they end."""
        return self._store.relationships(self._about)

    def neuron_ids(self) -> Ids:
        """Read the ids of all neurons."""
        with self._reading("the neurons"):
            return _whole_numbers(self._store.neurons(NeuronFilter(), self._about, ["id"])["id"])

    def neuron_table(self, layer: Layer, first: int, last: int) -> pa.Table:
        """Read neurons."""
        neurons = NeuronFilter(id=range(first, last + 1))
        columns = [column for column in query("neurons").columns if column.name in NEURON_COLUMNS]
        with self._reading(f"the neurons {first} to {last} of layer {layer.name!r}"):
            table = self._store.neurons(neurons, self._about, NEURON_COLUMNS)
            return to_columns(table, columns).select(NEURON_COLUMNS)

    def edges(self, layer: Layer, first: int, last: int) -> Edges:
        """Read the relationships into a range of neurons."""
        what = f"the relationships into neurons {first} to {last} of layer {layer.name!r}"
        with self._reading(what):
            table = self._store.edges_into(layer, first, last, self._about)
            source, target = (_whole_numbers(table[name]) for name in ("source", "target"))
            # A missing weight becomes NaN.
            return Edges(source, target, table["weight"].to_numpy().astype(np.float64))

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        """Say what of a graph cannot be read, since it is not what a load writes."""
        try:
            yield
        except NeurongraphError as error:
            raise type(error)(f"cannot read {what}: {error}") from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            advice = repair_text(self._store.location, self._about.name)
            raise VerificationError(
                f"cannot read {what}: they are not as a load writes them ({reason}); {advice}"
            ) from None


def _without_model(properties: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in properties.items() if name != "model"}


def _whole_numbers(column: pa.ChunkedArray) -> Ids:
    """Return ids; -1 where there is none."""
    numbers: Ids = pc.fill_null(column, -1).to_numpy()
    return numbers
