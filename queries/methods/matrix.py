"""The weights between neurons as matrices."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from queries.analysis.matrix import Walk
from queries.answers import matrix as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class MatrixMethods(Methods):
    """Neurons by neurons."""

    def adjacency(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weight between each two neurons that are joined, one row a pair.

        Parameters
        ----------
        source
            Which neurons are rows (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Which neurons are columns (neurons, default all).
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
            - ``weight`` (float, in units of the weights): the weight; of neurons that are joined
              more than once the sum

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: networkx.adjacency_matrix: rows are sources, columns are targets.

        Weights that are NaN or infinite: A sum is NaN where NaN, or both infinities, are in it, and
        nowhere else.

        Examples
        --------
        >>> graph.adjacency("dense_0", "dense_1")
        """
        question = self._ask("adjacency", model, source=source, target=target, by=by)
        return self._answer(question, answers.adjacency, sort=sort, limit=limit, in_store=in_store)

    def matrix(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        sparse: bool = False,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the adjacency matrix, labelled with the names of neurons.

        Rows are sources and columns are targets, as ``networkx.adjacency_matrix`` has it. Of two
        neurons that are joined more than once the weights are added up.

        Parameters
        ----------
        source
            Which neurons are rows (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Which neurons are columns (neurons, default all).
        sparse
            True for columns that keep nothing but what is not 0.
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            A row a source and a column a target, labelled with their names, in units of the
            weights; 0 where nothing joins two.

        Raises
        ------
        ParameterError
            If the matrix, not being sparse, would take more than 512 MB.

        Examples
        --------
        >>> graph.matrix("dense_0", "dense_1")
        """
        question = self._ask("adjacency", model, source=source, target=target, by=by)
        return answers.matrix(question, sparse=sparse)

    def to_scipy(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        model: str | None = None,
    ) -> "csr_array[np.float64]":
        """Return the adjacency matrix as a sparse array of scipy.

        Parameters
        ----------
        source
            Which neurons are rows (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Which neurons are columns (neurons, default all).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        scipy.sparse.csr_array
            Shape (sources, targets), in units of the weights, each in the order of
            ``neurons(source)["id"]``, which ascends.

        Examples
        --------
        >>> graph.to_scipy("dense_0", "dense_1")
        """
        question = self._ask("adjacency", model, source=source, target=target, by=by)
        sources, targets = question.neurons("source"), question.neurons("target")
        return answers.weights_between(question, sources, targets)

    def laplacian(
        self,
        neurons: NeuronsLike = None,
        *,
        walk: Walk = "pagerank",
        alpha: float = 0.95,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the directed Laplacian over absolute weights, a row for each of its entries.

        Parameters
        ----------
        neurons
            Which neurons, such as those of some layers (neurons, default all). Neurons are a name
            such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        walk
            Pagerank: jumps anywhere with probability 1 - alpha; random and lazy need a graph in
            which each neuron reaches every other, which a feed-forward model is not (pagerank or
            random or lazy, default pagerank).
        alpha
            Probability of following a relationship, for pagerank; between 0 and 1 (float, no unit,
            default 0.95).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-laplacian"``. NaN and null come last. Equal rows, and all without
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

            - ``source`` (int): id of the neuron of the row
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron of the column
            - ``target_name`` (text): name of that neuron
            - ``laplacian`` (float, no unit): entry of the matrix, which is symmetric; each has a
              row

        Raises
        ------
        ParameterError
            If there are more than 2,048 neurons, or the walk has no stationary distribution.

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: Chung (2005), Laplacians and the Cheeger inequality for directed graphs, section
        2; networkx.directed_laplacian_matrix of absolute weights: I - (S P S^-1 + S^-1 P^T S) / 2,
        with P the probabilities of a random walk and S the root of its stationary distribution.

        Weights that are NaN or infinite: Not defined, and an error that names the layers, where
        such a weight is between the neurons.

        Examples
        --------
        >>> graph.laplacian(range(768, 810))
        """
        question = self._ask("laplacian", model, neurons=neurons, walk=walk, alpha=alpha, by=by)
        return self._answer(
            question,
            answers.laplacian,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.laplacian_in_store,
        )
