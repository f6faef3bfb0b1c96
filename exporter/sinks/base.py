"""What a load needs of a place to write to."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from exporter.planning.layer import EdgeBlock, PlannedLayer
from queries import NeuronGraph
from queries.core.closing import Closing
from queries.core.progress import Progress
from queries.errors import GraphDamagedError, ModelExistsError
from queries.stores import open_store
from queries.stores.models import chosen

STAGED: Final = "~new"
"""What the name of a model ends in while it is loaded to replace another."""

REPLACED: Final = "~old"
"""What the name of a model ends in while it is removed, since another took its place."""


def exists_error(location: str, name: str) -> ModelExistsError:
    """Return the error for a name that is taken."""
    return ModelExistsError(
        f"{location} holds a model {name!r} already; load it under another --name, or say "
        "--replace; if its load was interrupted, say --resume"
    )


class Sink(Closing):
    """A graph open for writing; takes one model at a time.

    The calls of a load come in this order: ``begin`` or ``resume``, ``add_layers``,
    ``add_neurons`` and ``add_edges`` (any number of times), ``flush``, ``stored_edges``,
    ``finish``, ``tidy``. Until ``finish`` returns the model's state is ``loading``, and a model
    that is to be replaced stays as it is.

    A load that goes on after a break makes the same calls with the same arguments. What is
    there already is recognised and not written again.

    Attributes
    ----------
    resumed_edges
        How many relationships of this load were there when it went on.
    """

    block_edges: ClassVar[int]
    """The most relationships in a block, that of a single neuron's aside.

    A block is written whole or not at all; one by itself can be recognised.
    """

    location: str
    """The path or URI that was opened."""

    resumed_edges: int = 0

    @abstractmethod
    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""

    @abstractmethod
    def find(self, model: str) -> dict[str, Any] | None:
        """Return the model of that name that a load would go on with.

        Returns
        -------
        dict or None
            The properties of ``schema.MODEL`` of a load under that name, or to replace it, that
            has not ended; else of the complete model; else what stands for one of a damaged note.
            The name is that under which it stands.
        """

    def checksums(self, model: str) -> dict[str, str]:
        """Return the checksum of the relationships into each layer of a complete model."""
        with NeuronGraph(self.location, model=model) as graph:
            layers = graph.layers()
        return dict(zip(layers["name"], layers["checksum"], strict=True))

    def damage(self, model: str, progress: Progress) -> list[str]:
        """Read all of a complete model; return what is not as its load wrote it.

        Parameters
        ----------
        model
            The name of the model.
        progress
            Told how much of it is read.
        """
        with open_store(self.location) as store:
            store.wholly = True
            try:
                about = chosen(store, model)
                return [each.text for each in store.damage(about, progress)]
            except GraphDamagedError as error:
                return [str(error)]

    def repair(self, model: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start a load that puts right a complete model that is damaged.

        By itself it writes all of it again, beside what is there.

        Parameters
        ----------
        model
            As for ``begin``.

        Returns
        -------
        Mapping
            The properties of the model in loading, as those that ``find`` returns.
        """
        self.begin(model, replace=True)
        return model

    @abstractmethod
    def begin(self, model: Mapping[str, Any], *, replace: bool) -> None:
        """Start a load: note the model with its properties as ``loading``.

        Raises
        ------
        ModelExistsError
            If a model of that name is there and ``replace`` is false.
        """

    @abstractmethod
    def resume(self, model: Mapping[str, Any]) -> None:
        """Go on with a load: take it over, and find out which blocks are there.

        Parameters
        ----------
        model
            What ``find`` returned; it is in state ``loading``.
        """

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
            Ids of the first and the last neuron of a layer.
        edges
            How many there should be, by which the reading is divided.

        Yields
        ------
        dict
            Columns of ``schema.connects_to``.
        """

    @abstractmethod
    def finish(self, checksums: Mapping[str, Mapping[str, str]], of_model: str) -> None:
        """Make the model complete, and let it take the place of the one that it replaces.

        Parameters
        ----------
        checksums
            The properties ``checksum`` and ``neuron_checksum`` of each layer, by its name.
        of_model
            The property ``checksum`` of the model.
        """

    @abstractmethod
    def tidy(self, model: str, progress: Progress) -> None:
        """Remove what is left of a load whose model is complete.

        Parameters
        ----------
        model
            The name of the model.
        progress
            Told how far the removal of the model is that was replaced.
        """

    @abstractmethod
    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Remove a model, complete or not; return how many relationships went.

        Raises
        ------
        ModelNotFoundError
            If there is no model of that name.
        """
