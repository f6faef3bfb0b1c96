"""Inputs and circuits that are stored beside a model."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from queries.answers import records as answers
from queries.answers.storing import store_inputs
from queries.core.memory import too_little_memory_named
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
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
        name: str | None = None,
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
        name
            What the input is called; several get it with a colon and their place, counted from 0,
            as in ``"seven:0"``. By default an input has the name of its file and its row, or its
            number.
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
        >>> graph.activate("samples/digits.npz:7", name="a five")
        """
        if name is not None:
            check_record_name("input", name)
        if slope not in ("gradient", "secant"):
            raise ParameterError(f"slope: {slope!r} is not one of gradient, secant")
        question = self._ask(
            "contributions", model, input=input, neurons=NeuronFilter(), slope=slope
        )
        with self._showing(), too_little_memory_named():
            names = store_inputs(question, name)
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
              interrupted; damaged, where its file in a dataset is

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
            Its name; it may be unfinished, or damaged.
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

    def stored_contributions(
        self,
        at: str,
        neurons: NeuronsLike,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what made a neuron fire at a stored input: what relationships pass on into it.

        Parameters
        ----------
        at
            Name of a stored input (text, required).
        neurons
            Which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-contribution"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in units of the weights): weight
            - ``value`` (float, in units of the neuron's output): what the source puts out
            - ``contribution`` (float, in units of the target's output): what it passes on; rows of
              0 are left out

        Raises
        ------
        InputNotFoundError
            If none of that name is stored.
        GraphDamagedError
            If it is not as it was written.

        Notes
        -----
        Order of the rows: by target, largest absolute contribution first, then by source.

        Definition: contribution = slope of the target * weight * value of the source, of what
        activate stored. Of a maximum or minimum only the winner contributes; of a product each
        factor an equal share of its value less its residual.

        Weights that are NaN or infinite: Not stored: such a model has no activations.

        Examples
        --------
        >>> graph.stored_contributions("digits.npz:7", "dense_1[5]")
        """
        question = self._ask("stored_contributions", model, at=at, neurons=neurons)
        return self._answer(
            question,
            answers.stored_contributions,
            in_store=in_store,
            sort=sort,
            limit=limit,
            stated=answers.in_store,
        )

    def stored_circuit(
        self,
        circuit: str,
        *,
        k: int = 1000,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the strongest relationships of a stored circuit.

        Parameters
        ----------
        circuit
            Name of a stored circuit (text, required).
        k
            How many, the strongest (int, in relationships, at least 1, default 1000).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-influence"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of the node where it begins: of a channel or a layer that of its
              first neuron
            - ``source_name`` (text): name of that node
            - ``target`` (int): id of the node where it ends
            - ``target_name`` (text): name of that node
            - ``weight`` (float, no unit): what a unit more of the source's value adds to the
              target's; of a circuit that was traced elsewhere what its file says; null between
              channels and layers
            - ``contribution`` (float, in units of the target's output): what it adds to the value
              of its target
            - ``attribution`` (float, in units of what it leads towards): what of the target comes
              over it
            - ``influence`` (float, no unit): share of the answer that flows over it, 0 to 1

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphDamagedError
            If it is not as it was written.

        Notes
        -----
        Order of the rows: largest absolute attribution first, where none is known largest absolute
        weight, then by source and by target.

        Examples
        --------
        >>> graph.stored_circuit("five", k=5)
        """
        question = self._ask("stored_circuit", model, circuit=circuit, k=k)
        return self._answer(
            question,
            answers.stored_circuit,
            in_store=in_store,
            sort=sort,
            limit=limit,
            stated=answers.in_store,
        )

    def stored_nodes(
        self,
        circuit: str,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the nodes of a stored circuit, with their attributions.

        Parameters
        ----------
        circuit
            Name of a stored circuit (text, required).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-influence"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``id`` (int): id of the neuron; of a channel or a layer that of its first
            - ``name`` (text): name of the neuron, the channel or the layer
            - ``layer`` (text): name of the layer
            - ``channel`` (int?): channel, feature map or unit; null of a layer
            - ``value`` (float, in units of the output): what it puts out, an output before its
              activation function; of a channel or a layer the sum of its neurons
            - ``attribution`` (float, in units of what it leads towards): what of the target comes
              through it
            - ``bias_part`` (float, in units of what it leads towards): what of that begins at it
            - ``left_out`` (float, in units of what it leads towards): what of that comes over
              relationships that are not in the circuit; null of an input
            - ``influence`` (float, no unit): share of the answer that flows through it, 0 to 1

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphDamagedError
            If it is not as it was written.

        Notes
        -----
        Order of the rows: by id.

        Examples
        --------
        >>> graph.stored_nodes("five")
        """
        question = self._ask("stored_nodes", model, circuit=circuit)
        return self._answer(
            question,
            answers.stored_nodes,
            in_store=in_store,
            sort=sort,
            limit=limit,
            stated=answers.in_store,
        )

    def stored_conservation(
        self,
        circuit: str,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Check whether a stored circuit adds up, layer by layer, by what is stored alone.

        Parameters
        ----------
        circuit
            Name of a stored circuit (text, required).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-id"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer`` (text): name of the layer
            - ``nodes`` (int): how many nodes of the circuit are in the layer
            - ``error`` (float, no unit): largest error of a node in the layer, as a share of the
              largest attribution in the circuit
            - ``id`` (int): id of the node with the largest error, the first of several
            - ``name`` (text): name of that node

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphDamagedError
            If it does not add up, or is not as it was written; where, the error says.
        ParameterError
            If it was traced elsewhere: no attributions are stored then.

        Notes
        -----
        Order of the rows: layers as in the model.

        Definition: error of a node = attribution - bias_part - left_out - the sum of the
        attributions of the relationships into it, as a share of the largest attribution in the
        circuit, rounded to twelve decimals, of which none is left where it adds up. Into an input
        nothing comes. Where one is above a millionth, or the circuit is not as it was written, it
        is an error that names the node; the statement answers nevertheless. A circuit that was
        traced elsewhere has no attributions: an error, and null of the statement.

        Examples
        --------
        >>> graph.stored_conservation("five")
        """
        question = self._ask("stored_conservation", model, circuit=circuit)
        return self._answer(
            question,
            answers.stored_conservation,
            in_store=in_store,
            sort=sort,
            limit=limit,
            stated=answers.in_store,
        )

    def shared_channels(
        self,
        first: str,
        second: str,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return where two stored circuits meet: the channels that are in both.

        Parameters
        ----------
        first
            Name of the one circuit (text, required).
        second
            Name of the other circuit (text, required).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-second_attribution"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer`` (text): name of the layer
            - ``channel`` (int?): channel, feature map or unit; null of a layer
            - ``first_nodes`` (int): nodes of the channel in the first circuit
            - ``second_nodes`` (int): nodes of the channel in the second circuit
            - ``shared_nodes`` (int): how many of them are in both, by their names; 0 where the
              circuits are of two levels
            - ``first_attribution`` (float, in units of what the first leads towards): the sum of
              the attributions of the nodes of the first; null where none is stored
            - ``second_attribution`` (float, in units of what the second leads towards): that of the
              nodes of the second

        Raises
        ------
        CircuitNotFoundError
            If none of that name is stored.
        GraphDamagedError
            If one is not as it was written.

        Notes
        -----
        Order of the rows: layers as in the model, others last and by name, then by channel.

        Examples
        --------
        >>> graph.shared_channels("five", "eight")
        """
        question = self._ask("shared_channels", model, first=first, second=second)
        return self._answer(
            question,
            answers.shared_channels,
            in_store=in_store,
            sort=sort,
            limit=limit,
            stated=answers.in_store,
        )


def _order(
    what: str, columns: Sequence[Column], sort: str | Sequence[str] | None, limit: int | None
) -> RowOrder:
    order = RowOrder.from_arguments(sort, limit)
    order.require(what, [each.name for each in columns])
    return order


def _shown(rows: pa.Table, columns: Sequence[Column], order: RowOrder) -> pd.DataFrame:
    return order.apply(to_frame(rows, columns))
