"""Inputs and circuits that are stored beside a model."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from queries.answers.storing import store_inputs
from queries.core.memory import too_little_memory_named
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter
from queries.core.records import check_record_name
from queries.errors import ParameterError
from queries.library.declaration import Column, SlopeRule
from queries.library.frames import to_frame
from queries.library.records import CIRCUITS, INPUTS
from queries.library.row_order import RowOrder
from queries.methods.base import Methods


class RecordMethods(Methods):
    """Inputs, with what neurons put out at them, and circuits, which Cypher knows as well."""

    def activate(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        slope: SlopeRule = "gradient",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Store inputs beside a model, with what its neurons put out at them.

        Cypher then answers from ``(:Input)-[:ACTIVATES]->(:Neuron)``. An input of the same name
        is replaced.

        Parameters
        ----------
        input
            Samples, as ``activations`` takes them.
        slope
            What stands for an activation function: its derivative, or the line from 0 (gradient or
            secant, default gradient).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The inputs that were stored, with the columns of ``inputs``.

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.
        GraphError
            If the graph cannot be written, or circuits are stored at another input of that name.

        Examples
        --------
        >>> graph.activate("samples/digits.npz:7")
        """
        if slope not in ("gradient", "secant"):
            raise ParameterError(f"slope: {slope!r} is not one of gradient, secant")
        question = self._ask(
            "contributions", model, input=input, neurons=NeuronFilter(), slope=slope
        )
        with self._showing(), too_little_memory_named():
            names = store_inputs(question)
        stored = to_frame(question.model.store.inputs(question.model.stored), INPUTS)
        return stored[stored["name"].isin(names)].reset_index(drop=True)

    def inputs(
        self,
        *,
        model: str | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return the inputs that are stored with a model.

        Parameters
        ----------
        model
            The model to ask about; needed where the graph holds more than one.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-neurons"``. NaN and null come last. Equal rows, and all
            without it, come by name.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``name`` (text): name of the input
            - ``label`` (text): what it is, where that is known
            - ``predicted`` (text): what the model takes it for
            - ``source`` (text): where it came from, such as a file
            - ``sha256`` (text): checksum of its numbers
            - ``neurons`` (int?): how many neurons are not 0 at it, of which the values are stored
            - ``state`` (text): complete; unfinished, where a write or a removal runs or was
              interrupted

        Examples
        --------
        >>> graph.inputs()
        """
        order = _order("inputs", INPUTS, sort, limit)
        about = self._models.find(self._meant(model))
        return _shown(about.store.inputs(about.stored), INPUTS, order)

    def circuits(
        self,
        *,
        model: str | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return the circuits that are stored with a model.

        Parameters
        ----------
        model
            The model to ask about; needed where the graph holds more than one.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-edges"``. NaN and null come last. Equal rows, and all
            without it, come by name.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``name`` (text): name of the circuit
            - ``input`` (text): name of its input
            - ``target`` (text): what it explains, such as a neuron
            - ``level`` (text): what a node stands for: a neuron, a channel or a layer
            - ``rule`` (text): how slopes are chosen
            - ``products`` (text): what the factors of a product get
            - ``baseline`` (text): what the input is compared with; null where with nothing
            - ``by`` (text): by what it was pruned
            - ``node_share`` (float): the share of what its nodes were to hold
            - ``edge_share`` (float): the share of what its relationships were to hold
            - ``value`` (float): value of the target
            - ``bias`` (float): the sum of what begins at its nodes
            - ``left_out`` (float): the sum of what comes to its nodes over relationships that are
              not in it, which may count a path several times
            - ``nodes`` (int?): how many nodes are stored
            - ``edges`` (int?): how many relationships are stored
            - ``state`` (text): complete; unfinished, where a write or a removal runs or was
              interrupted

        Examples
        --------
        >>> graph.circuits()
        """
        order = _order("circuits", CIRCUITS, sort, limit)
        about = self._models.find(self._meant(model))
        return _shown(about.store.circuits(about.stored), CIRCUITS, order)

    def drop_input(self, name: str, *, model: str | None = None) -> None:
        """Remove a stored input, and what neurons put out at it.

        Parameters
        ----------
        name
            Its name; it may be unfinished.
        model
            The model to ask about; needed where the graph holds more than one.

        Raises
        ------
        InputNotFoundError
            If none of that name is stored.
        GraphError
            If circuits are stored at it, or the graph cannot be written.

        Examples
        --------
        >>> graph.drop_input("digits.npz:7")
        """
        check_record_name("input", name)
        about = self._models.find(self._meant(model))
        about.store.remove_input(about.stored, name)

    def drop_circuit(self, name: str, *, model: str | None = None) -> None:
        """Remove a stored circuit; its input stays.

        Parameters
        ----------
        name
            Its name; it may be unfinished.
        model
            The model to ask about; needed where the graph holds more than one.

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphError
            If the graph cannot be written.

        Examples
        --------
        >>> graph.drop_circuit("why a seven")
        """
        check_record_name("circuit", name)
        about = self._models.find(self._meant(model))
        about.store.remove_circuit(about.stored, name)


def _order(
    what: str, columns: Sequence[Column], sort: str | Sequence[str] | None, limit: int | None
) -> RowOrder:
    order = RowOrder.from_arguments(sort, limit)
    order.require(what, [each.name for each in columns])
    return order


def _shown(rows: pa.Table, columns: Sequence[Column], order: RowOrder) -> pd.DataFrame:
    return order.apply(to_frame(rows, columns))
