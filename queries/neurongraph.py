"""The Python wrapper: one method a query, each returning a pandas frame."""

import html
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from queries.answers.question import Question
from queries.core.closing import Closing
from queries.library.queries import Statement, query
from queries.methods.centrality import CentralityMethods
from queries.methods.comparison import ComparisonMethods
from queries.methods.export import ExportMethods
from queries.methods.field import FieldMethods
from queries.methods.history import HistoryMethods
from queries.methods.linear import LinearMethods
from queries.methods.matrix import MatrixMethods
from queries.methods.path import PathMethods
from queries.methods.properties import PropertyMethods
from queries.methods.pruning import PruningMethods
from queries.methods.stored import StoredMethods
from queries.methods.structure import StructureMethods

if TYPE_CHECKING:
    from queries.plots.plots import Plots

_SHOWN: Final = ["name", "state", "granularity", "layers", "neurons", "edges"]
"""Of each model in a notebook."""


class NeuronGraph(
    StoredMethods,
    CentralityMethods,
    PathMethods,
    FieldMethods,
    MatrixMethods,
    LinearMethods,
    StructureMethods,
    ComparisonMethods,
    HistoryMethods,
    PruningMethods,
    PropertyMethods,
    ExportMethods,
    Closing,
):
    """A graph of neurons, open for queries.

    Every method that takes ``neurons`` takes a ``NeuronFilter``, a name such as
    ``"conv_0"`` or ``"conv_0[3]@12,7"``, ids, or a frame with a column ``id``; None means all
    neurons. The columns and types of each frame stand in ``docs/queries.md``.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, a ``bolt://`` or ``neo4j://`` URI, the folder of a dataset,
        or a model file; by default the environment's NEURONGRAPH_GRAPH, else ``neurons.lbug``.
    model
        The model to ask about; needed where the graph holds more than one.
    progress
        Called with a phase (``relationships``), how many are done, and how many there are, while
        a query passes through all layers.
    dask
        Pass over a model file by many processes: ``local``, or the address of a Dask scheduler.
        The answers are those of one process. They are started when a query first passes through
        a large layer, and end when the graph is closed.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    ParameterError
        If ``dask`` is given and the graph is no model file.

    Examples
    --------
    >>> with NeuronGraph("digits.lbug") as graph:
    ...     graph.strength("dense_1")
    """

    @property
    def location(self) -> str:
        """The path or URI of the graph."""
        return self._store.location

    @property
    def plot(self) -> "Plots":
        """Pictures: ``graph.plot.adjacency(...)`` and so on, a method each."""
        from queries.plots.plots import Plots

        return Plots(self)

    def cypher(
        self,
        text: str,
        /,
        parameters: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        allow: Collection[str] = (),
        **more: Any,
    ) -> pd.DataFrame:
        """Run a Cypher statement that only reads what the graph holds, and return its rows.

        The whole statement is judged before a store sees it: its clauses must be known to read,
        and so must the procedures that it calls and, in Neo4j, functions with a dot in their
        name. Besides, a Neo4j server runs it with the access mode READ, and the embedded store
        opens the file for reading only.

        Parameters
        ----------
        text
            The statement; it names its parameters ``$name``.
        parameters, **more
            Values of the statement's parameters.
        model
            Which model's file to ask, in an embedded graph that holds several. In Neo4j a
            statement sees all models.
        allow
            Procedures and functions that may run although they are not known to read alone, such
            as ``apoc.meta.stats``, and LOAD where files or addresses may be read.

        Raises
        ------
        CypherError
            If the statement may do more than read the graph, or the store refuses it.
        """
        values = {**(parameters or {}), **more}
        return self._store.frame(text, values, model or self._model, allow)

    def write(
        self,
        text: str,
        /,
        parameters: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        **more: Any,
    ) -> pd.DataFrame:
        """Run a Cypher statement that may write, once, and return one row: what it changed.

        The columns are nodes_created, nodes_deleted, relationships_created,
        relationships_deleted and properties_set. The embedded store compares what there is before
        and after: what the statement itself made and deleted again counts as neither, and
        properties_set is null.

        Parameters
        ----------
        text
            The statement; it names its parameters ``$name``.
        parameters, **more
            Values of the statement's parameters.
        model
            Which model's file to change, in an embedded graph that holds several. In Neo4j a
            statement sees all models.

        Raises
        ------
        CypherError
            If the store refuses the statement.
        GraphLockedError
            If another process writes the embedded file.
        """
        values = {**(parameters or {}), **more}
        changes = self._store.write(text, values, model or self._model)
        self._models.clear()
        return pd.DataFrame([asdict(changes)]).astype("Int64")

    def statement(self, name: str, /, *, model: str | None = None, **values: Any) -> Statement:
        """Return the Cypher that answers a query in this graph's store, and its parameters.

        ``print(graph.statement("katz"))`` gives a text to paste into Neo4j Browser, in which the
        values stand. It is what ``in_store=True`` runs.

        Raises
        ------
        QueryNotFoundError, ParameterError, ModelNotFoundError
            If the name, a value or the model is wrong.
        CypherError
            If the query is not stated in Cypher, or not in that of the store, or the graph is a
            model file or a dataset, which answer without Cypher.
        """
        asked = query(name)
        # The query that lists the models is about none of them.
        if not asked.about_a_model:
            return self._store.statement(asked, asked.checked(values))
        question = self._ask(name, model, **values)
        return self._store.statement(
            asked, question.values, question.model.stored, **question.internal
        )

    def question(self, name: str, /, *, model: str | None = None, **values: Any) -> Question:
        """Return a question of the library about a model, to be answered with what is read once.

        The functions of ``queries.answers`` take it, and pictures are drawn of it.

        Parameters
        ----------
        name
            The query.
        model
            The model to ask about.
        **values
            Values of the query's parameters.

        Raises
        ------
        QueryNotFoundError, ParameterError, ModelNotFoundError
            If the name, a value or the model is wrong.
        """
        return self._ask(name, model, **values)

    def close(self) -> None:
        """Close the graph; closing twice does no harm."""
        self._store.close()

    def __repr__(self) -> str:
        chosen = f", model={self._model!r}" if self._model else ""
        return f"NeuronGraph({self._store.location!r}{chosen})"

    def _repr_html_(self) -> str:
        models = self.models()[_SHOWN].to_html(index=False)
        return f"<b>{html.escape(self.location)}</b>{models}"
