"""What a store answers by itself."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import stored as answers
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.library.row_order import RowOrder
from queries.methods.base import Methods
from queries.stores.models import models


class StoredMethods(Methods):
    """Models, layers, neurons and relationships as they are stored."""

    def models(
        self, *, sort: str | Sequence[str] | None = None, limit: int | None = None
    ) -> pd.DataFrame:
        """Return the models in the graph, complete or not.

        Parameters
        ----------
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-schema_version"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``name`` (text): name of the model
            - ``state`` (text): complete; loading, where a load runs or was interrupted; dropping,
              where a removal was; damaged, where its note cannot be read
            - ``layers`` (int): number of layers that have neurons
            - ``neurons`` (int): number of nodes
            - ``edges`` (int): number of relationships
            - ``granularity`` (text): what a node stands for: a neuron, all neurons of a channel, or
              of a layer
            - ``replayable`` (bool): true where the graph computes what the model computes; false
              where relationships or layers were left out
            - ``input_shapes`` (text): shape of each input, as JSON
            - ``output_shapes`` (text): shape of each output, as JSON
            - ``source`` (text): what saved the model, such as Keras 3.15.1
            - ``loaded_at`` (text): when the load began, UTC
            - ``sha256`` (text): SHA-256 of the model file
            - ``key`` (text): what its neurons and layers have as their property model
            - ``schema_version`` (int): version of the graph's schema
            - ``load_id`` (text): what tells this load of the model from any other
            - ``checksum`` (text): checksum of the properties of the model and its layers
            - ``edited`` (bool): true where somebody's Cypher has changed something since the load

        Notes
        -----
        Order of the rows: by name.

        Examples
        --------
        >>> graph.models()
        """
        order = RowOrder.from_arguments(sort, limit)
        frame = models(self._store)
        order.require("models", list(frame.columns))
        return order.apply(frame)

    def layers(
        self,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the layers of a model, inputs first.

        Parameters
        ----------
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-not_finite_biases"``. NaN and null come last. Equal rows, and all
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

            - ``index`` (int): position among the layers that have neurons
            - ``name`` (text): name of the layer
            - ``class_name`` (text): class of Keras, or operation of ONNX
            - ``shape`` (ints): shape of the output, without the batch
            - ``axes`` (text): which coordinate each axis of the shape is, and what it counts where
              that is known, such as channel: head, y: query, x: key
            - ``activation`` (text): activation function; null for the identity
            - ``neurons`` (int): number of neurons
            - ``edges`` (int): number of relationships into the layer
            - ``parameters`` (int): number of parameters of the layer
            - ``kernel`` (ints): size of its kernel, or of the window that it pools, y before x;
              null where it has none
            - ``stride`` (ints): step of the kernel along the same axes
            - ``padding`` (text): what is put around the input: valid for nothing, same or causal
            - ``dilation`` (ints): distance of neighbours within the kernel along the same axes
            - ``groups`` (int?): into how many groups its channels are split
            - ``moved_by`` (text): layers that only move its values on, such as flatten (Flatten);
              null for none
            - ``reduce`` (text): what a neuron does with its weighted inputs: sum, max, min or
              product
            - ``activation_config`` (text): arguments of the activation function, as JSON
            - ``first`` (int): id of the first neuron
            - ``last`` (int): id of the last neuron
            - ``left_out_edges`` (int): number of relationships that were too weak to be loaded
            - ``left_out_weight`` (float, in units of the weights): sum of the weights of those
            - ``left_out_absolute`` (float, in units of the weights): sum of the absolute weights of
              those
            - ``not_finite_weights`` (int): number of relationships into the layer whose weight is
              NaN or infinite
            - ``not_finite_biases`` (int): number of its neurons whose bias or slope is NaN or
              infinite
            - ``checksum`` (text): checksum of the relationships into the layer, whatever their
              order
            - ``neuron_checksum`` (text): checksum of the neurons of the layer
            - ``inputs`` (ints): indices of the layers that feed it

        Notes
        -----
        Order of the rows: inputs first, by index.

        Examples
        --------
        >>> graph.layers()
        """
        question = self._ask("layers", model)
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def summary(
        self,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row about a model: counts, density, and the range of its weights.

        Parameters
        ----------
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-not_finite"``. NaN and null come last. Equal rows, and all without
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

            - ``layers`` (int): number of layers that have neurons
            - ``neurons`` (int): number of neurons
            - ``edges`` (int): number of relationships
            - ``density`` (float, no unit): number of relationships as a share of all possible ones,
              0 to 1
            - ``min_weight`` (float, in units of the weights): smallest weight
            - ``max_weight`` (float, in units of the weights): largest weight
            - ``mean_weight`` (float, in units of the weights): mean weight
            - ``mean_absolute_weight`` (float, in units of the weights): mean absolute weight
            - ``zero_weights`` (int): number of relationships of weight 0
            - ``not_finite`` (int): number of relationships of a weight that is NaN or infinite

        Notes
        -----
        Order of the rows: one row.

        Definition: density: relationships / (neurons * (neurons - 1)), as networkx.density has it.

        Weights that are NaN or infinite: The smallest and the largest weight leave NaN out; a mean
        is NaN where NaN is among the weights.

        Examples
        --------
        >>> graph.summary()
        """
        question = self._ask("summary", model)
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def neurons(
        self,
        neurons: NeuronsLike = None,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return neurons with their layer, channel, position and bias.

        Parameters
        ----------
        neurons
            Which neurons (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-neurons"``. NaN and null come last. Equal rows, and all without
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

            - ``id`` (int): id within the model
            - ``name`` (text): layer[channel]@x,y
            - ``layer`` (text): name of the layer
            - ``layer_index`` (int): position of the layer
            - ``channel`` (int?): channel, feature map or unit
            - ``x`` (int?): position along the width
            - ``y`` (int?): position along the height
            - ``z`` (int?): position along the depth
            - ``bias`` (float, in units of the neuron's sum): added to the reduced inputs; null
              where the layer has none
            - ``slope`` (float, no unit): factor of negative values in a PReLU; null elsewhere
            - ``neurons`` (int): how many neurons it stands for; 1 in a neuron graph

        Notes
        -----
        Order of the rows: by id.

        Examples
        --------
        >>> graph.neurons("conv_0[3]@0..5,1")
        """
        question = self._ask("neurons", model, neurons=neurons)
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def neighbours(
        self,
        neurons: NeuronsLike,
        *,
        direction: Literal["in", "out"] = "in",
        min_weight: float = 0.0,
        k: int = 1000,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what feeds some neurons, or what they feed, strongest first.

        Parameters
        ----------
        neurons
            Which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        direction
            In: what feeds them; out: what they feed (in or out, default in).
        min_weight
            Smallest absolute weight, rounded to single precision as weights are (float, in units of
            the weights, at least 0, default 0).
        k
            How many, the strongest (int, in relationships, at least 1, default 1000).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
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

            - ``neuron`` (int): id of the neuron that was asked about
            - ``id`` (int): id of its neighbour
            - ``name`` (text): name of the neighbour
            - ``layer`` (text): layer of the neighbour
            - ``channel`` (int?): channel of the neighbour
            - ``x`` (int?): position of the neighbour along the width
            - ``y`` (int?): position of the neighbour along the height
            - ``weight`` (float, in units of the weights): weight of the relationship, or the
              property that by names

        Notes
        -----
        Order of the rows: largest absolute weight first, then by neuron, by id and by weight.

        Weights that are NaN or infinite: Weights of NaN are left out; infinite ones come first.

        Examples
        --------
        >>> graph.neighbours("dense_1[3]")
        """
        question = self._ask(
            "neighbours",
            model,
            neurons=neurons,
            direction=direction,
            min_weight=min_weight,
            k=k,
            by=by,
        )
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def edges(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        min_weight: float = 0.0,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return relationships as columns ``source``, ``target`` and ``weight``.

        Parameters
        ----------
        source
            Where they begin (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where they end (neurons, default all).
        min_weight
            Smallest absolute weight, rounded to single precision as weights are (float, in units of
            the weights, at least 0, default 0).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-edges"``. NaN and null come last. Equal rows, and all without it,
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

            - ``source`` (int): id of the neuron where it begins
            - ``target`` (int): id of the neuron where it ends
            - ``weight`` (float, in units of the weights): weight; in channel and layer graphs the
              sum of those that it stands for
            - ``l1`` (float, in units of the weights): sum of their absolute values; in channel and
              layer graphs only
            - ``l2`` (float, in units of the weights): root of the sum of their squares; in channel
              and layer graphs only
            - ``largest`` (float, in units of the weights): largest absolute value among them; in
              channel and layer graphs only
            - ``edges`` (int): number of relationships between neurons that it stands for; in
              channel and layer graphs only

        Raises
        ------
        ParameterError
            If they do not fit into the memory that is free.

        Notes
        -----
        Order of the rows: by target, then by source, then by weight.

        Weights that are NaN or infinite: With min_weight, weights of NaN are left out.

        Examples
        --------
        >>> graph.edges("dense_0", "dense_1", min_weight=0.7)
        """
        question = self._ask("edges", model, source=source, target=target, min_weight=min_weight)
        return self._answer(question, answers.edges, sort=sort, limit=limit, in_store=in_store)

    def strongest_edges(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        k: int = 10,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships of the largest absolute weight.

        Parameters
        ----------
        source
            Where they begin (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where they end (neurons, default all).
        k
            How many (int, in relationships, at least 1, default 10).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
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

            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in units of the weights): weight, or the property that by names

        Notes
        -----
        Order of the rows: largest absolute weight first, then by source, by target and by weight.

        Weights that are NaN or infinite: Weights of NaN are left out; infinite ones come first.

        Examples
        --------
        >>> graph.strongest_edges("dense_0", "dense_1", k=5)
        """
        question = self._ask("strongest_edges", model, source=source, target=target, k=k, by=by)
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def weight_distribution(
        self,
        neurons: NeuronsLike = None,
        *,
        bins: int = 20,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return a histogram of the weights into each layer.

        Parameters
        ----------
        neurons
            Where the relationships end (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        bins
            Bins a layer (int, in bins, at least 1, at most 1,000,000, default 20).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-share"``. NaN and null come last. Equal rows, and all without it,
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

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``bin`` (int?): number of the bin, from 0; null for weights that are NaN or infinite
            - ``low`` (float, in units of the weights): lower end of the bin; null without a bin
            - ``high`` (float, in units of the weights): upper end of the bin; null without a bin
            - ``edges`` (int): number of relationships in the bin
            - ``share`` (float, no unit): edges as a share of the layer's, 0 to 1

        Notes
        -----
        Order of the rows: layers as in the model, then by bin, a row without one last.

        Weights that are NaN or infinite: They are in no bin: a row without bin, low and high counts
        those of a layer.

        Examples
        --------
        >>> graph.weight_distribution()
        """
        question = self._ask("weight_distribution", model, neurons=neurons, bins=bins, by=by)
        return self._answer(
            question, Question.stored_answer, sort=sort, limit=limit, in_store=in_store
        )

    def strength(
        self,
        neurons: NeuronsLike = None,
        *,
        direction: Literal["in", "out"] = "in",
        measure: Literal["absolute", "signed", "count"] = "absolute",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return in-strength or out-strength: the weights of each neuron, added up.

        Parameters
        ----------
        neurons
            Which neurons (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        direction
            Relationships into or out of a neuron (in or out, default in).
        measure
            What is added up: |weight|, weight, or 1 (absolute or signed or count, default
            absolute).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-strength"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        write_property
            Write the score, the column ``strength``, to the neurons in the answer, as a property of
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
            - ``strength`` (float, in units of the weights, or relationships where they are
              counted): the sum; 0 without relationships

        Notes
        -----
        Order of the rows: by id.

        Definition: Barrat et al. (2004), The architecture of complex weighted networks, eq. 2.

        Weights that are NaN or infinite: A sum is NaN where NaN, or both infinities, are in it, and
        nowhere else.

        Examples
        --------
        >>> graph.strength("dense_1")
        """
        question = self._ask(
            "strength", model, neurons=neurons, direction=direction, measure=measure, by=by
        )
        return self._answer(
            question,
            Question.stored_answer,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )
