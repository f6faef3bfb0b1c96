"""How central neurons are."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.analysis.operators import WeightKind
from queries.answers import centrality as answers
from queries.answers.centrality import Measure
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class CentralityMethods(Methods):
    """Centrality, exact, by one or two passes through the layers."""

    def degree(
        self,
        neurons: NeuronsLike = None,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return how many relationships end and begin at each neuron.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-degree"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        write_property
            Write the score, the column ``degree``, to the neurons in the answer, as a property of
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
            - ``in_degree`` (int): number of relationships into it
            - ``out_degree`` (int): number of relationships out of it
            - ``degree`` (int): in_degree + out_degree

        Notes
        -----
        Order of the rows: by id.

        Examples
        --------
        >>> graph.degree("input_layer")
        """
        question = self._ask("degree", model, neurons=neurons)
        return self._answer(
            question,
            answers.degree,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )

    def katz(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.1,
        beta: float = 1.0,
        weights: Literal["absolute", "signed"] = "absolute",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return Katz centrality, exact, by one pass a layer.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        alpha
            Attenuation along a relationship (float, no unit, default 0.1).
        beta
            What each neuron has of its own (float, no unit, default 1.0).
        weights
            What a relationship counts: |weight|, or weight (absolute or signed, default absolute).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-katz"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``katz``, to the neurons in the answer, as a property of
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
            - ``katz`` (float, no unit): Katz centrality, not normalized

        Notes
        -----
        Order of the rows: by id.

        Definition: Katz (1953); networkx.katz_centrality, not normalized: beta + alpha * sum of
        weight * centrality over what feeds a neuron.

        Weights that are NaN or infinite: A sum is NaN where NaN, or both infinities, are in it, and
        nowhere else.

        Examples
        --------
        >>> graph.katz("dense_1")
        """
        question = self._ask(
            "katz", model, neurons=neurons, alpha=alpha, beta=beta, weights=weights, by=by
        )
        return self._answer(
            question,
            answers.katz,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )

    def pagerank(
        self,
        neurons: NeuronsLike = None,
        *,
        alpha: float = 0.85,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return PageRank over absolute weights, exact; that of all neurons adds up to 1.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        alpha
            Damping: the share that goes on along relationships (float, no unit, at least 0, default
            0.85).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-pagerank"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``pagerank``, to the neurons in the answer, as a property of
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
            - ``pagerank`` (float, no unit): PageRank; that of all neurons adds up to 1

        Notes
        -----
        Order of the rows: by id.

        Definition: Page et al. (1999); networkx.pagerank: teleport and dangling neurons spread
        evenly.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.pagerank("dense_1")
        """
        question = self._ask("pagerank", model, neurons=neurons, alpha=alpha, by=by)
        return self._answer(
            question,
            answers.pagerank,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
            write_property=write_property,
            index=index,
        )

    def path_centrality(
        self,
        neurons: NeuronsLike = None,
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
        """Return the share of all path weight, from inputs to outputs, through each neuron.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
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
            first, as in ``sort="-path_centrality"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``path_centrality``, to the neurons in the answer, as a
            property of this name; it takes the place of one of that name. Neurons without a number
            get none. ``limit`` leaves none out.
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
            - ``path_centrality`` (float, no unit): the share, from 0 to 1; that of the neurons of a
              layer that all paths cross adds up to 1

        Notes
        -----
        Order of the rows: by id.

        Definition: sum over all paths through a neuron of the product of absolute weights, by the
        same sum over all paths; the path norm of Neyshabur et al. (2015), sec. 2, with exponent 1.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.path_centrality("dense_0")
        """
        question = self._ask("path_centrality", model, neurons=neurons, by=by, input=input)
        return self._answer(
            question,
            answers.path_centrality,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
            write_property=write_property,
            index=index,
        )

    def eigenvector_centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        max_iter: int = 1000,
        tol: float = 1e-6,
        weights: WeightKind = "count",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return eigenvector centrality as NetworkX computes it; Katz says more here.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        max_iter
            Most steps of the iteration (int, in steps, at least 1, default 1000).
        tol
            It ends where a step changes a neuron by less than this on average (float, no unit, at
            least 0, default 1e-06).
        weights
            What a relationship counts: |weight|, weight, or 1 (absolute or signed or count, default
            count).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-eigenvector_centrality"``. NaN and null come last. Equal rows, and
            all without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. This query has none: it reads all relationships again and again
            until a step changes little, and Cypher has no loop that ends by a condition.
        write_property
            Write the score, the column ``eigenvector_centrality``, to the neurons in the answer, as
            a property of this name; it takes the place of one of that name. Neurons without a
            number get none. ``limit`` leaves none out.
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
            - ``eigenvector_centrality`` (float, no unit): the centrality; the sum of the squares of
              all is 1

        Raises
        ------
        ConvergenceError
            If the iteration does not converge.

        Notes
        -----
        Order of the rows: by id.

        Definition: Bonacich (1972); networkx.eigenvector_centrality: the power iteration of A + I.
        An acyclic graph has no eigenvalue but 0, so that the iteration only goes on to where most
        long paths end.

        Weights that are NaN or infinite: Not defined, and an error that names the layers, unless
        weights are only counted.

        Examples
        --------
        >>> graph.eigenvector_centrality("dense_1", weights="absolute")
        """
        question = self._ask(
            "eigenvector_centrality",
            model,
            neurons=neurons,
            max_iter=max_iter,
            tol=tol,
            weights=weights,
            by=by,
        )
        return self._answer(
            question,
            answers.eigenvector_centrality,
            sort=sort,
            limit=limit,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )

    def top_neurons(
        self,
        neurons: NeuronsLike = None,
        *,
        measure: Measure = "katz",
        k: int = 5,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k neurons of each layer that a measure puts first.

        Parameters
        ----------
        neurons
            Among which neurons (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        measure
            By what; each with its usual parameters (katz or pagerank or path_centrality or
            in_strength or out_strength or in_degree or out_degree, default katz).
        k
            How many a layer (int, in neurons, at least 1, default 5).
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
            first, as in ``sort="-value"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        write_property
            Write the score, the column ``value``, to the neurons in the answer, as a property of
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

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``rank`` (int): rank within the layer, from 1
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``value`` (float, in the unit of the measure): the measure

        Notes
        -----
        Order of the rows: layers as in the model, then by rank.

        Weights that are NaN or infinite: Neurons of which the measure is NaN are left out; an
        infinite one comes first. PageRank and path centrality are not defined.

        Examples
        --------
        >>> graph.top_neurons(measure="path_centrality", k=2)
        """
        question = self._ask(
            "top_neurons", model, neurons=neurons, measure=measure, k=k, by=by, input=input
        )
        return self._answer(
            question,
            answers.top_neurons,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
            write_property=write_property,
            index=index,
        )
