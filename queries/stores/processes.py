"""Processes that open a model each, and share what is computed of many inputs."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from queries.core.model import StoredModel
    from queries.stores.base import Store

P = TypeVar("P")
T = TypeVar("T")

Begin = Callable[["Store", "StoredModel"], Callable[[P], T]]
"""Makes, once a process, what makes something of a part. It can be sent to other processes."""


class Processes(Protocol):
    """Processes that open a model each."""

    def mapped(self, begin: Begin[P, T], about: "StoredModel", parts: Iterable[P]) -> Iterator[T]:
        """Yield what is made of each part, in their order.

        Parameters
        ----------
        begin
            What each process begins with: it gets its own store, and the model.
        about
            The model.
        parts
            What something is made of; they are sent to the processes, a few ahead of the answers.

        Raises
        ------
        GraphUnavailableError
            If the processes, or the connection to them, are lost.
        GraphError
            If one of them fails, or sends back something else than it was to send.
        NeurongraphError
            If nothing can be made of a part.
        """
