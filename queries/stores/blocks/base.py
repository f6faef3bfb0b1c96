"""A model as blocks of columns: what a store without Cypher gives of it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from queries.analysis.operators import Ids, Scores, WeightKind
from queries.core.layer import Layer, layers_of
from queries.core.neuron_filter import NeuronFilter

Columns = Mapping[str, NDArray[Any]]
"""Relationships as columns of equal length, by the names of ``schema.connects_to``."""


class Blocks(ABC):
    """The graph of one model.

    Ids are those of the graph; of a first and a last one both are included.
    """

    granularity: str
    """What a node stands for."""

    @property
    @abstractmethod
    def layer_rows(self) -> Sequence[Mapping[str, Any]]:
        """A row a layer, inputs first: the columns of the query ``layers``."""

    @abstractmethod
    def neuron_rows(self, layer: Layer, ids: Ids, names: Sequence[str]) -> pa.Table:
        """Return some columns of ``schema.NEURON`` of neurons of a layer.

        Parameters
        ----------
        layer, ids
            Which neurons; their ids ascend, and there is one at least.
        names
            Which columns.
        """

    @abstractmethod
    def edge_blocks(
        self, layer: Layer, first: int, last: int, names: Sequence[str]
    ) -> Iterator[Columns]:
        """Yield all relationships into some neurons of a layer, in the order of their targets.

        Each block is small enough for the cache, or has one target.

        Parameters
        ----------
        layer, first, last
            Which neurons.
        names
            Which columns of ``schema.connects_to``.
        """

    def outgoing(self, layer: Layer, sources: Ids) -> Columns | None:
        """Return all relationships into a layer out of some neurons, in any order.

        Parameters
        ----------
        layer
            The layer.
        sources
            Ids of neurons, ascending.

        Returns
        -------
        Columns or None
            All columns; None where looking at all relationships into the layer is as fast.
        """
        return None

    def strengths(
        self, neurons: NeuronFilter, direction: str, measure: WeightKind
    ) -> Scores | None:
        """Return the strength of some neurons, counted from the first; of others any number.

        Parameters
        ----------
        neurons, direction, measure
            As in the query ``strength``.

        Returns
        -------
        numpy.ndarray or None
            None where nothing is as fast as looking at all relationships.
        """
        return None

    def weights(self, layer: Layer, by: str) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Yield what relationships into a layer weigh, each with how many of them do so.

        Parameters
        ----------
        layer
            The layer.
        by
            The column that weighs them. A value may come again, and a block may be empty.
        """
        for block in self.edge_blocks(layer, layer.first, layer.last, [by]):
            yield block[by], np.ones(len(block[by]), dtype=np.int64)

    def largest(self, layer: Layer, by: str) -> float:
        """Return what no absolute weight into a layer exceeds; infinite where that is not known."""
        return np.inf

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, inputs first."""
        return tuple(layers_of(self.layer_rows))

    @property
    def joined_layers(self) -> Sequence[str]:
        """The names of the layers that the model is joined to."""
        return [layer.name for layer in self.layers]

    @property
    def first(self) -> int:
        """Id of the first neuron."""
        return self.layers[0].first

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return self.layers[-1].last + 1 - self.first

    def places(self, layer: Layer) -> slice:
        """Return the neurons of a layer, counted from the first."""
        return layer.places(self.first)


def table_of(blocks: Iterable[Columns], schema: pa.Schema) -> pa.Table:
    """Return relationships as a table, without a copy of what is contiguous.

    Parameters
    ----------
    blocks
        Relationships with all columns of the schema.
    schema
        That of ``schema.connects_to``.
    """
    return pa.Table.from_batches(
        (
            pa.RecordBatch.from_arrays(
                [pa.array(block[name]) for name in schema.names], schema=schema
            )
            for block in blocks
        ),
        schema,
    )
