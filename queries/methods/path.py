"""Paths from neurons to neurons."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import path as answers
from queries.answers.path import Distinct
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class PathMethods(Methods):
    """Paths, exactly."""

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        distinct: Distinct = "path",
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k strongest paths, one row a hop, by the product of absolute weights.

        Paths over a relationship of weight 0 are left out. Equally strong ones come in the order of
        their neurons' ids.

        A kernel has the same weights at every position, so that the strongest paths of a
        convolutional network are often one path at many positions: ``distinct="channel"`` gives one
        for each chain of channels, ``distinct="target"`` one for each target. Of equally strong
        ones that of the smallest ids is taken, compared from the end.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
        k
            How many paths (int, in paths, at least 1, default 10).
        distinct
            Path: all paths; channel: the strongest over each chain of channels alone; target: the
            strongest to each target alone (path or channel or target, default path).
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

            - ``path`` (int): rank of the path, from 1
            - ``strength`` (float, in products of weights): product of the absolute weights along
              the path
            - ``sign`` (int): sign of the product of the weights: 1 or -1
            - ``hop`` (int): position in the path, from 0
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``weight`` (float, in units of the weights): weight of the relationship into this
              neuron; null at hop 0

        Notes
        -----
        Order of the rows: by path, then by hop.

        Definition: best completion from each neuron by one pass a layer, then best-first search
        with it as the bound.

        Weights that are NaN or infinite: Paths over NaN are left out. Infinite strengths come
        first: those of more infinite weights, then by the product of the other weights.

        Examples
        --------
        >>> graph.strongest_paths("input_layer", "dense_1", k=5)
        """
        question = self._ask(
            "strongest_paths",
            model,
            source=source,
            target=target,
            k=k,
            distinct=distinct,
            by=by,
            input=input,
        )
        return self._answer(
            question, answers.strongest_paths, sort=sort, limit=limit, in_store=in_store
        )

    def longest_path(
        self,
        *,
        weights: Literal["absolute", "signed"] = "signed",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the path of the largest sum of weights, one row a hop.

        It may begin and end anywhere. Where no path has a sum above 0 there is none.

        Parameters
        ----------
        weights
            What is added up: |weight|, or weight (absolute or signed, default signed).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-length"``. NaN and null come last. Equal rows, and all without it,
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

            - ``hop`` (int): position in the path, from 0
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``weight`` (float, in units of the weights): weight of the relationship into this
              neuron; null at hop 0
            - ``length`` (float, in units of the weights): the sum up to here

        Notes
        -----
        Order of the rows: by hop.

        Definition: networkx.dag_longest_path.

        Weights that are NaN or infinite: Paths over NaN, or over minus infinity, are left out; an
        infinite sum is longer than any other.

        Examples
        --------
        >>> graph.longest_path()
        """
        question = self._ask("longest_path", model, weights=weights, by=by)
        return self._answer(
            question, answers.longest_path, sort=sort, limit=limit, in_store=in_store
        )

    def shortest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return for each target the fewest hops, and the smallest sum of absolute weights.

        A target that is a source is 0 away from itself.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-length"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``length``, to the neurons in the answer, as a property of
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

            - ``id`` (int): id of the target
            - ``name`` (text): name of the target
            - ``layer`` (text): name of the layer
            - ``hops`` (int?): the fewest relationships; null without a path
            - ``length`` (float, in units of the weights): the smallest sum of absolute weights,
              perhaps over other neurons; null without a path

        Notes
        -----
        Order of the rows: by id.

        Definition: Dijkstra (1959); networkx.multi_source_dijkstra_path_length.

        Weights that are NaN or infinite: The smallest sum leaves paths over NaN out, and is
        infinite where every other path has an infinite weight; the fewest hops take all paths.

        Examples
        --------
        >>> graph.shortest_paths("input_layer", "dense_1")
        """
        question = self._ask("shortest_paths", model, source=source, target=target, by=by)
        return self._answer(
            question,
            answers.shortest_paths,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )

    def widest_path(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the path whose weakest relationship is strongest, one row a hop.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weakest"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
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

            - ``hop`` (int): position in the path, from 0
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``weight`` (float, in units of the weights): weight of the relationship into this
              neuron; null at hop 0
            - ``weakest`` (float, in units of the weights): the smallest absolute weight of the
              whole path

        Notes
        -----
        Order of the rows: by hop.

        Definition: Pollack (1960), The maximum capacity through a network.

        Weights that are NaN or infinite: Paths over NaN are left out; an infinite weight is wider
        than any other.

        Examples
        --------
        >>> graph.widest_path("input_layer", "dense_1")
        """
        question = self._ask("widest_path", model, source=source, target=target, by=by)
        return self._answer(
            question, answers.widest_path, sort=sort, limit=limit, in_store=in_store
        )

    def path_norm(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row: the number of paths, and the sums of the products of their weights.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
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
            first, as in ``sort="-signed"``. NaN and null come last. Equal rows, and all without it,
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

            - ``paths`` (float, in paths): number of paths
            - ``absolute`` (float, in products of weights): sum over paths of the product of
              absolute weights: the path norm
            - ``signed`` (float, in products of weights): sum over paths of the product of weights:
              the sum of the effective weights

        Notes
        -----
        Order of the rows: one row.

        Definition: Neyshabur et al. (2015), Norm-based capacity control, sec. 2, with exponent 1:
        sum over paths of the product of absolute weights.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.path_norm("input_layer", "dense_1")
        """
        question = self._ask("path_norm", model, source=source, target=target, by=by, input=input)
        return self._answer(question, answers.path_norm, sort=sort, limit=limit, in_store=in_store)

    def path_counts(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return for each target the number of paths, and the sums of their products.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
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
            first, as in ``sort="-absolute"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``absolute``, to the neurons in the answer, as a property of
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

            - ``id`` (int): id of the target
            - ``name`` (text): name of the target
            - ``layer`` (text): name of the layer
            - ``paths`` (float, in paths): number of paths that end there
            - ``absolute`` (float, in products of weights): sum of the products of their absolute
              weights
            - ``signed`` (float, in products of weights): sum of the products of their weights

        Notes
        -----
        Order of the rows: by id.

        Definition: see path_norm.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.path_counts("input_layer", "dense_1")
        """
        question = self._ask("path_counts", model, source=source, target=target, by=by, input=input)
        return self._answer(
            question,
            answers.path_counts,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )
