"""What writes the nodes and relationships of a model into a store."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from queries.core.closing import Closing


class Writer(Closing):
    """Writes one model; what of it is there already is recognised and not written again.

    The calls come in this order: ``add_layers``, ``add_neurons`` and ``add_edges`` (any number of
    times), ``flush``, ``stored_edges``, ``finish``.

    Parameters
    ----------
    location
        The path or URI of the graph.
    model
        The properties of the model as they are noted: of a load that goes on those of its
        beginning.

    Attributes
    ----------
    resumed_edges
        How many relationships of this load were there when it went on.
    """

    def __init__(self, location: str, model: Mapping[str, Any]) -> None:
        self.location = location
        self.model = model
        self.resumed_edges = 0

    @abstractmethod
    def add_layers(
        self, layers: Sequence[Mapping[str, Any]], following: Sequence[tuple[str, str]]
    ) -> None:
        """Write the layers, and which follows which by name."""

    @abstractmethod
    def add_neurons(self, neurons: pa.Table, class_name: str) -> None:
        """Write neurons of one layer: the columns of ``schema.NEURON``."""

    @abstractmethod
    def add_edges(self, layer: PlannedLayer, start: int, block: EdgeBlock) -> None:
        """Take a block; it may be written later, at ``flush`` at the latest.

        It is written whole or not at all.

        Parameters
        ----------
        layer
            The layer that the relationships end in.
        start
            Which of its neurons is the first of the block.
        block
            All relationships into a range of neurons.
        """

    @abstractmethod
    def flush(self) -> None:
        """Wait until all that was handed over is written."""

    @abstractmethod
    def stored_edges(
        self, first: int, last: int, edges: int
    ) -> Iterator[dict[str, NDArray[np.generic]]]:
        """Read back all relationships into neurons ``first`` to ``last``, in any order.

        Parameters
        ----------
        first, last
            Ids of the first neuron of a layer, and of the last of this or a later one.
        edges
            How many there should be, by which the reading is divided.

        Yields
        ------
        dict
            Columns of ``schema.connects_to``.
        """

    @abstractmethod
    def finish(
        self, model: Mapping[str, Any], checksums: Mapping[str, Mapping[str, str]]
    ) -> Mapping[str, Any]:
        """Write what is known when all else is written.

        Parameters
        ----------
        model
            The properties of the model when it is complete.
        checksums
            The properties ``checksum`` and ``neuron_checksum`` of each layer, by its name.

        Returns
        -------
        Mapping
            What else is to be noted of the model.
        """
