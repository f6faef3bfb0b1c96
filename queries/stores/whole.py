"""Hold answers that cover whole layers against what their load wrote.

An answer about some neurons of a layer is not compared: to count all of its relationships would
take longer than the answer.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.core.checksum import NEURON_COLUMNS, Checksum, LayerChecksums, neuron_columns
from queries.core.layer import Layer, runs_of
from queries.core.neuron_filter import NeuronFilter
from queries.errors import GraphDamagedError
from queries.stores.remedies import check_text, repair_text

_NEURONS_AT_ONCE: Final = 1 << 13
"""Neurons of small layers whose checksums are computed at once."""


class Whole:
    """The layers of a model as its load wrote them.

    Parameters
    ----------
    location, model
        The graph and the name of the model, for errors.
    layers
        The layers.
    """

    def __init__(self, location: str, model: str, layers: Sequence[Layer]) -> None:
        self._location, self._model, self._layers = location, model, layers
        self._compared: set[int] = set()

    def lacks(self, neurons: NeuronFilter) -> bool:
        """Tell whether all neurons of a layer are meant that were never compared."""
        return any(layer.index not in self._compared for layer in self._layers_of(neurons))

    def require_neurons(self, neurons: NeuronFilter, answer: pa.Table) -> None:
        """Compare neurons by their number, and by their checksum where all columns are there.

        Parameters
        ----------
        neurons
            Which neurons were meant.
        answer
            Columns of ``schema.NEURON``, by id.

        Raises
        ------
        GraphDamagedError
            If a layer of which all neurons were meant has others than its load wrote.
        """
        parts = list(self._parts(neurons, answer, "id"))
        for layer, part in parts:
            self._require_count(layer, "neurons", len(part), layer.neurons)
        if set(NEURON_COLUMNS) <= set(answer.column_names):
            for run in runs_of(parts, _NEURONS_AT_ONCE, lambda each: len(each[1])):
                sums = LayerChecksums([layer.first for layer, _ in run])
                sums.add(neuron_columns(pa.concat_tables([part for _, part in run])), "id")
                for (layer, _), each in zip(run, sums.sums, strict=True):
                    self._require_sum(layer, "neurons", each, layer.neuron_checksum)
                    self._compared.add(layer.index)
        if parts and len(answer) != (wrote := sum(layer.neurons for layer, _ in parts)):
            raise self.damaged(
                f"there are {len(answer):,} neurons, where its load wrote {wrote:,}: some are of "
                "none of its layers"
            )

    def require_edges(self, targets: NeuronFilter, answer: pa.Table) -> None:
        """Compare relationships by their number and checksum.

        Parameters
        ----------
        targets
            Into which neurons all relationships were meant.
        answer
            The columns of ``schema.connects_to``, in the order of targets.

        Raises
        ------
        GraphDamagedError
            If a layer of which all neurons were meant has others than its load wrote.
        """
        for layer, part in self._parts(targets, answer, "target"):
            sums = Checksum()
            sums.add({name: part[name].to_numpy() for name in part.column_names})
            self.require_relationships(layer, sums)

    def require_relationships(self, layer: Layer, checksum: Checksum, *, sums: bool = True) -> None:
        """Compare what was read of the relationships into a layer.

        Parameters
        ----------
        layer, checksum
            The layer, and what was read.
        sums
            Whether the checksum is compared, or the count alone.

        Raises
        ------
        GraphDamagedError
            If they are not those that its load wrote.
        """
        self._require_count(layer, "relationships", checksum.rows, layer.edges)
        if sums:
            self._require_sum(layer, "relationships", checksum, layer.checksum)

    def require_counts(self, neurons: NeuronFilter, answer: pa.Table) -> None:
        """Compare how many relationships an answer counted by layer, in a column ``edges``."""
        counts = dict.fromkeys((layer.name for layer in self._layers), 0)
        layers, edges = (answer[each].to_pylist() for each in ("layer", "edges"))
        for name, count in zip(layers, edges, strict=True):
            counts[name] = counts.get(name, 0) + count
        for layer in self._layers_of(neurons):
            self._require_count(layer, "relationships", counts[layer.name], layer.edges)

    def require_total(self, answer: pa.Table) -> None:
        """Compare how many relationships of a model an answer counted, in a column ``edges``."""
        count, wrote = pc.sum(answer["edges"]).as_py(), sum(layer.edges for layer in self._layers)
        if count != wrote:
            raise self.damaged(f"it has {count:,} relationships; its load wrote {wrote:,}")

    def damaged(self, what: str) -> GraphDamagedError:
        """Return the error that tells what differs, and what to do."""
        return GraphDamagedError(
            f"{self._model!r} in {self._location} is damaged: {what}; "
            f"{check_text(self._location)}; {repair_text(self._location, self._model)}"
        )

    def _require_count(self, layer: Layer, what: str, count: int, wrote: int) -> None:
        if count != wrote:
            raise self.damaged(
                f"layer {layer.name!r} has {count:,} {what}; its load wrote {wrote:,}"
            )

    def _require_sum(self, layer: Layer, what: str, checksum: Checksum, wrote: str | None) -> None:
        if str(checksum) != wrote:
            raise self.damaged(
                f"layer {layer.name!r} has {what} of checksum {checksum}; its load wrote "
                f"{checksum.rows:,} of checksum {wrote}"
            )

    def _layers_of(self, neurons: NeuronFilter) -> Iterator[Layer]:
        """Yield the layers of which all neurons are meant, where no part of another is."""
        if neurons.either is None and {each.field for each in neurons.comparisons()} <= {"layer"}:
            names = neurons.layers
            yield from (each for each in self._layers if names is None or each.name in names)

    def _parts(
        self, neurons: NeuronFilter, answer: pa.Table, ids: str
    ) -> Iterator[tuple[Layer, pa.Table]]:
        """Yield layers of which all neurons are meant, each with its rows of an answer.

        The column ``ids`` ascends.
        """
        for layer in self._layers_of(neurons):
            start, stop = np.searchsorted(answer[ids].to_numpy(), [layer.first, layer.last + 1])
            yield layer, answer.slice(start, stop - start)
