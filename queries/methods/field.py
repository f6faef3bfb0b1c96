"""Receptive and projective fields: what feeds some neurons, and what they feed."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import field as answers
from queries.answers.field import Direction
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class FieldMethods(Methods):
    """What is joined to some neurons by paths of any length."""

    def receptive_field(
        self,
        neurons: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what feeds some neurons, a row a layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): number of its neurons in the field
            - ``share`` (float, no unit): neurons as a share of the layer, 0 to 1
            - ``channels`` (int?): number of channels that they are in; null where they have none
            - ``x_min`` (int?): smallest position of theirs along the width; null where they have
              none
            - ``x_max`` (int?): largest position along the width
            - ``y_min`` (int?): smallest position along the height
            - ``y_max`` (int?): largest position along the height
            - ``weight`` (float, in products of weights): sum over paths of the product of absolute
              weights

        Notes
        -----
        Order of the rows: layers as in the model.

        Definition: Araujo et al. (2019), Computing receptive fields of convolutional neural
        networks, distill.pub.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.receptive_field("conv_1[3]@1,1")
        """
        question = self._ask("receptive_field", model, neurons=neurons, by=by, input=input)
        return self._answer(
            question, answers.receptive_field, sort=sort, limit=limit, in_store=in_store
        )

    def projective_field(
        self,
        neurons: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what some neurons feed, a row a layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): number of its neurons in the field
            - ``share`` (float, no unit): neurons as a share of the layer, 0 to 1
            - ``channels`` (int?): number of channels that they are in; null where they have none
            - ``x_min`` (int?): smallest position of theirs along the width; null where they have
              none
            - ``x_max`` (int?): largest position along the width
            - ``y_min`` (int?): smallest position along the height
            - ``y_max`` (int?): largest position along the height
            - ``weight`` (float, in products of weights): sum over paths of the product of absolute
              weights

        Notes
        -----
        Order of the rows: layers as in the model.

        Definition: Lehky and Sejnowski (1988), Network model of shape-from-shading, for the term.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.projective_field("input_layer[0]@3,3")
        """
        question = self._ask("projective_field", model, neurons=neurons, by=by, input=input)
        return self._answer(
            question, answers.projective_field, sort=sort, limit=limit, in_store=in_store
        )

    def field_neurons(
        self,
        neurons: NeuronsLike,
        among: NeuronsLike = None,
        *,
        direction: Direction = "in",
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons of a field, each with the weight of its paths to or from them.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        among
            Of which of them to tell, such as the input layer (neurons, default all).
        direction
            What feeds them, or what they feed (in or out, default in).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``weight``, to the neurons in the answer, as a property of
            this name; it takes the place of one of that name. Neurons without a number get none.
            ``limit`` leaves none out.
        index
            With write_property: make an index on it, which Neo4j has.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``channel`` (int?): channel, feature map or unit
            - ``x`` (int?): position along the width
            - ``y`` (int?): position along the height
            - ``z`` (int?): position along the depth
            - ``weight`` (float, in products of weights): sum over paths of the product of absolute
              weights

        Notes
        -----
        Order of the rows: by id.

        Definition: see receptive_field.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.field_neurons("conv_1[3]@1,1", "input_layer")
        """
        question = self._ask(
            "field_neurons",
            model,
            neurons=neurons,
            among=among,
            direction=direction,
            by=by,
            input=input,
        )
        return self._answer(
            question,
            answers.field_neurons,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )
