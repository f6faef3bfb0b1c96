"""What a load needs of a place to write to."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, ClassVar, Final, Self

import pyarrow as pa

from exporter.batches import EdgeBlock
from queries.errors import GraphError, ModelExistsError

STAGED: Final = "~new"
"""What the name of a model ends in while it is loaded to replace another."""


def exists_error(location: str, name: str) -> ModelExistsError:
    """Return the error for a name that is taken."""
    return ModelExistsError(
        f"{location} holds a model {name!r} already; load it under another --name, or say --replace"
    )


def check_written(location: str, written: int, sent: int) -> None:
    """Raise GraphError where a store took another number of edges than was sent."""
    if written != sent:
        raise GraphError(
            f"{location} took {written:,} of {sent:,} relationships; load the model again with "
            "--replace, or drop it"
        )


class Sink(ABC):
    """A graph open for writing; takes one model at a time.

    The calls of a load come in this order: ``begin``, ``add_layers``, ``add_neurons`` and
    ``add_edges`` (any number of times), ``finish``. Until ``finish`` returns the model's
    state is ``loading``, and a model that is to be replaced stays as it is.
    """

    batch_size: ClassVar[int]
    """Relationships a transaction, unless the caller says otherwise."""

    location: str
    """The path or URI that was opened."""

    @abstractmethod
    def has(self, model: str) -> bool:
        """Tell whether a model of that name is there, complete or not."""

    @abstractmethod
    def begin(self, model: Mapping[str, Any], *, replace: bool, batch_size: int | None) -> None:
        """Start a load: note the model with its properties as ``loading``.

        Raises
        ------
        ModelExistsError
            If a model of that name is there and ``replace`` is false.
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
    def add_edges(self, block: EdgeBlock) -> None:
        """Take edges; they may be written later, at ``finish`` at the latest."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is left, and make the model complete.

        Raises
        ------
        GraphError
            If the store took another number of edges than was sent; the model stays as it
            is, in state ``loading``.
        """

    @abstractmethod
    def drop(self, model: str, progress: Callable[[int], None] | None = None) -> int:
        """Remove a model, complete or not; return how many relationships went.

        Raises
        ------
        ModelNotFoundError
            If there is no model of that name.
        """

    @abstractmethod
    def close(self) -> None:
        """Release the connection; closing twice does no harm."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
