"""What the query library needs of a store."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from queries.models import StoredModel


@dataclass(frozen=True)
class Changes:
    """What a statement changed.

    Parameters
    ----------
    nodes_created, nodes_deleted, relationships_created, relationships_deleted, properties_set
        How many; the embedded store counts what there is before and after, and no properties.
    """

    nodes_created: int
    nodes_deleted: int
    relationships_created: int
    relationships_deleted: int
    properties_set: int | None


class Store(ABC):
    """An open graph, read by Cypher.

    A statement without a model name is about all models of the graph.
    """

    name: ClassVar[str]
    """What templates call the store: ``neo4j``, ``embedded`` or ``dataset``."""

    edges_a_part: ClassVar[int]
    """Into how many relationships a pass is best divided for ``tables``."""

    location: str
    """The path or URI that was opened."""

    @abstractmethod
    def table(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> "pa.Table":
        """Run a statement of the query library and return its rows as columns."""

    @abstractmethod
    def tables(
        self, cypher: str, parts: Sequence[Mapping[str, Any]], model: str | None = None
    ) -> "pa.Table":
        """Run a statement once for each set of parameters; return all rows, in any order."""

    @abstractmethod
    def frame(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> "pd.DataFrame":
        """Run somebody's own read-only statement and return its rows."""

    @abstractmethod
    def write(
        self, cypher: str, parameters: Mapping[str, Any], model: str | None = None
    ) -> Changes:
        """Run somebody's own statement that may write, once, and say what it changed."""

    @abstractmethod
    def sources(self, column: "pa.ChunkedArray", model: "StoredModel") -> "pa.Array":
        """Return the ids of neurons for what the query ``edges`` gives without a source filter.

        That is what the store itself calls the nodes, which it reads faster.

        Parameters
        ----------
        column
            Its column ``source``, one value a row.
        model
            The model whose relationships they are.

        Raises
        ------
        GraphError
            If the model was replaced while it was read.
        """

    def models(self, cypher: str, model: str | None) -> list[dict[str, Any]]:
        """Return the models, complete or not.

        Parameters
        ----------
        cypher
            The statement of the query library that lists them.
        model
            The one that is meant, None for all; others may be returned as well.
        """
        rows: list[dict[str, Any]] = self.table(cypher, {}, model).to_pylist()
        return rows + self.unfinished()

    def unfinished(self) -> list[dict[str, Any]]:
        """Return the properties of models in loading that no statement can see."""
        return []

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
