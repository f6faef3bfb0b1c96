"""The Python wrapper: one method a query, each returning a pandas frame."""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from queries.answers.question import Question
from queries.core.arguments import described, require_text, require_texts
from queries.core.closing import Closing
from queries.core.model_input import InputLike
from queries.core.notebook import headed, table
from queries.errors import NeurongraphError, ParameterError
from queries.library.checks import require_count
from queries.library.queries import Statement, query
from queries.methods.at_input import AtInputMethods
from queries.methods.attention import AttentionMethods
from queries.methods.attribution import AttributionMethods
from queries.methods.centrality import CentralityMethods
from queries.methods.circuit import CircuitMethods
from queries.methods.circuit_exchange import CircuitExchangeMethods
from queries.methods.comparison import ComparisonMethods
from queries.methods.contrast import ContrastMethods
from queries.methods.export import ExportMethods
from queries.methods.field import FieldMethods
from queries.methods.history import HistoryMethods
from queries.methods.intervention import InterventionMethods
from queries.methods.linear import LinearMethods
from queries.methods.many_circuits import ManyCircuitsMethods
from queries.methods.matrix import MatrixMethods
from queries.methods.over_inputs import OverInputsMethods
from queries.methods.path import PathMethods
from queries.methods.properties import PropertyMethods
from queries.methods.pruning import PruningMethods
from queries.methods.records import RecordMethods
from queries.methods.stored import StoredMethods
from queries.methods.structure import StructureMethods
from queries.stores.models import MODEL_NAME

if TYPE_CHECKING:
    from queries.plots.plots import Plots
    from queries.viewer.in_cell import SavedPage, ServedPage

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
    AtInputMethods,
    AttributionMethods,
    ContrastMethods,
    CircuitMethods,
    AttentionMethods,
    OverInputsMethods,
    CircuitExchangeMethods,
    ManyCircuitsMethods,
    InterventionMethods,
    PruningMethods,
    PropertyMethods,
    RecordMethods,
    ExportMethods,
    Closing,
):
    """A graph of neurons, open for queries.

    Every method that takes ``neurons`` takes a ``NeuronFilter``, a name such as
    ``"conv_0"`` or ``"conv_0[3]@12,7"``, ids, or a frame with a column ``id``; None means all
    neurons. The columns of each frame stand in the help of its
    method, and in ``docs/queries.md``.

    Parameters
    ----------
    graph
        A path that ends in ``.lbug``, a ``bolt://`` or ``neo4j://`` URI, the folder of a dataset,
        a model file, or a ``keras.Model``, an ``onnx.ModelProto`` or a ``torch.nn.Module`` in
        memory, of which a copy is asked; by default the environment's NEURONGRAPH_GRAPH, else
        ``neurons.lbug``.
    model
        The model to ask about; needed where the graph holds more than one.
    progress
        True for a bar while a query passes through all layers, where there is a display: a
        notebook, or a terminal at stderr. False for none. A function is called with a phase
        (``relationships``), how many are done, and how many there are.
    dask
        Pass over a model file by many processes: ``local``, or the address of a Dask scheduler.
        The answers are those of one process. They are started when a query first passes through
        a large layer, and end when the graph is closed.
    input_shape
        The lengths of axes that a model file leaves open, the batch left out: the shape of its
        input, such as ``(32, 128)``, or shapes by the names of inputs.
    example_inputs
        What a ``torch.nn.Module`` is called with, a batch of one: a tensor, a list of its
        arguments, or a dictionary of them by name. Only such a module takes them.

    Raises
    ------
    GraphError
        If the graph cannot be opened; the subclass tells why.
    ModelNotFoundError
        If it holds no model of the name that is given.
    ParameterError
        If an argument is of a wrong kind, or one is given that the graph does not take.

    Examples
    --------
    >>> with NeuronGraph("digits.lbug") as graph:
    ...     graph.strength("dense_1")
    """

    @property
    def location(self) -> str:
        """The path or URI of the graph.

        Examples
        --------
        >>> graph.location
        'digits.lbug'
        """
        return self._store.location

    @property
    def model(self) -> str | None:
        """The model that is asked about where none is named.

        It may be set at any time, to a model that the graph holds or to None.

        Returns
        -------
        str or None
            Its name; None where none was chosen.

        Examples
        --------
        >>> graph.model
        'digits'
        """
        return self._model

    @model.setter
    def model(self, name: str | None) -> None:
        if name is not None:
            # None would mean the only one.
            require_text("model", name, MODEL_NAME)
            self._models.find(name)
        self._model = name

    @property
    def plot(self) -> "Plots":
        """Pictures of the graph, a method each.

        Returns
        -------
        Plots
            Each of its methods returns a picture, which shows itself in a notebook; ``save`` writes
            it to a file. ``help(graph.plot)`` says which there are.

        Examples
        --------
        >>> graph.plot.adjacency("dense_0", "dense_1")
        """
        from queries.plots.plots import Plots

        return Plots(self, self._showing)

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

        A node ``n`` becomes the columns ``n.id``, ``n.name`` and so on, a relationship ``r``
        ``type(r)``, ``r.weight`` and so on. Of nodes that differ in their labels ``labels(n)``
        tells them. In lists and paths they stay dictionaries of their properties.

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

        Returns
        -------
        pandas.DataFrame
            What the statement returns, a column for each name behind its RETURN: what AS says, else
            what stands there as it is written, such as ``count(n)``.

        Raises
        ------
        CypherError
            If the statement may do more than read the graph, or the store refuses it.
        ParameterError
            If it names a parameter that has no value, or one has a value that it does not name.

        Examples
        --------
        >>> graph.cypher("MATCH (n:Neuron {layer: $layer}) RETURN count(*) AS n", layer="conv_0")
        """
        require_texts("allow", allow, "names of procedures and functions")
        values = _values(text, parameters, more)
        return self._store.frame(text, values, self._meant(model), allow)

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

        Returns
        -------
        pandas.DataFrame
            One row. The columns:

            - ``nodes_created`` (int?): number of nodes that the statement made
            - ``nodes_deleted`` (int?): number of nodes that it removed
            - ``relationships_created`` (int?): number of relationships that it made
            - ``relationships_deleted`` (int?): number of relationships that it removed
            - ``properties_set`` (int?): number of properties that it set; null in the embedded
              store

        Raises
        ------
        CypherError
            If the store refuses the statement.
        ParameterError
            If it names a parameter that has no value, or one has a value that it does not name.
        GraphLockedError
            If another process writes the embedded file.

        Examples
        --------
        >>> graph.write("MATCH (n:Neuron {id: $id}) SET n.bias = $bias", id=7, bias=0.5)
        """
        values = _values(text, parameters, more)
        changes = self._store.write(text, values, self._meant(model))
        self._models.clear()
        return pd.DataFrame([asdict(changes)]).astype("Int64")

    def statement(self, name: str, /, *, model: str | None = None, **values: Any) -> Statement:
        """Return the Cypher that answers a query in this graph's store, and its parameters.

        Printed, it is a text to paste into Neo4j Browser, in which the values stand. It is what
        ``in_store=True`` runs.

        Parameters
        ----------
        name
            The query.
        model
            The model to ask about; needed where the graph holds more than one.
        **values
            Values of the query's parameters.

        Returns
        -------
        Statement
            The Cypher and the values of its parameters, ``cypher`` and ``parameters``; as a text
            both in one.

        Raises
        ------
        QueryNotFoundError, ParameterError, ModelNotFoundError
            If the name, a value or the model is wrong.
        CypherError
            If the query is not stated in Cypher, or not in that of the store, or the graph is a
            model file or a dataset, which answer without Cypher.

        Examples
        --------
        >>> print(graph.statement("strength", neurons="dense_1"))
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
            The model to ask about; needed where the graph holds more than one.
        **values
            Values of the query's parameters.

        Returns
        -------
        Question
            The query, its checked values, and the model with its layers and relationships.

        Raises
        ------
        QueryNotFoundError, ParameterError, ModelNotFoundError
            If the name, a value or the model is wrong.

        Examples
        --------
        >>> graph.question("katz", neurons="dense_1").layers
        """
        return self._ask(name, model, **values)

    def view(
        self,
        *,
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        height: int = 700,
        live: bool = True,
    ) -> "ServedPage | SavedPage":
        """Show the page of ``neurongraph view`` in the cell of a notebook.

        The page is served until the graph is closed, on the machine of the kernel and for browsers
        there, to who has its address. Elsewhere, as on a hub, a saved page works; it also stays in
        the notebook.

        Parameters
        ----------
        input
            What the model computes with, as queries take it: the page shows what neurons do at it,
            and its circuit. Of two inputs the second one stands beside. By default none.
        model
            The model that is shown first; by default the one that the graph asks about.
        height
            Of the page in the cell, in pixels.
        live
            False for a saved page, as the page itself saves one: it has no search and no Cypher.

        Returns
        -------
        ServedPage or SavedPage
            Shows itself where a cell ends with it; ``close`` of a served one ends it.

        Raises
        ------
        GraphError, ModelNotFoundError
            If the graph cannot be read, or holds no such model.
        ParameterError
            If an input does not fit the model, or the graph does not compute what its model does.

        Examples
        --------
        >>> graph.view()
        >>> graph.view(input="samples/digits.npz:7")
        """
        from queries.viewer.in_cell import SavedPage, ServedPage

        require_count("height", height)
        shown = self._meant(model)
        opening = {**self._opening, "model_input": input}
        if not live:
            return SavedPage(self._place, shown, height, **opening)
        page = ServedPage(self._place, shown, height, **opening)
        self._pages.append(page)
        return page

    def close(self) -> None:
        """Close the graph, and the page of ``view``; closing twice does no harm.

        Examples
        --------
        >>> graph.close()
        """
        self._closed = True
        with ExitStack() as stack:
            stack.callback(self._store.close)
            for page in self._pages:
                stack.callback(page.close)

    def __repr__(self) -> str:
        chosen = f", model={self._model!r}" if self._model else ""
        state = ", closed" if self._closed else ""
        return f"<NeuronGraph {self.location!r}{chosen}{state}>"

    def _repr_html_(self) -> str:
        if self._closed:
            return headed(f"{self.location}, closed")
        try:
            return headed(self.location, table(self.models()[_SHOWN]))
        except NeurongraphError as error:
            return headed(str(error))


def _values(text: object, parameters: object, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the parameters of a statement, once both are of the right kind."""
    require_text("text", text, "a Cypher statement")
    if not isinstance(parameters, Mapping | None):
        raise ParameterError(
            f"parameters: {described(parameters)} is no dictionary; give values by name"
        )
    for name in parameters or {}:
        require_text("parameters", name, "names of parameters, without the dollar sign")
    values = {**(parameters or {}), **more}
    # Columns of a frame hold numbers of NumPy, which stores do not know.
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
    }
