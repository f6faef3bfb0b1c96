"""The weights between neurons as matrices."""

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
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weight between each two neurons that are joined, one row a pair.

        Parameters
        ----------
        source
            Which neurons are rows (neurons, default all).
        target
            Which neurons are columns (neurons, default all).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. In Neo4j all are stated but a few.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): its name
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): its name
            - ``weight`` (float): the weight; of neurons that are joined more than once the sum

        Notes
        -----
        Definition: networkx.adjacency_matrix: rows are sources, columns are targets.

        Weights that are NaN or infinite: A sum is NaN where NaN, or both infinities, are in it, and
        nowhere else.

        Examples
        --------
        >>> graph.adjacency("dense_0", "dense_1")
        """
        question = self._ask("adjacency", model, source=source, target=target, by=by)
        return self._answer(question, answers.adjacency, in_store=in_store)

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
            Which neurons are rows (neurons, default all).
        target
            Which neurons are columns (neurons, default all).
        sparse
            True for columns that keep nothing but what is not 0.
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.

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
            Which neurons are rows (neurons, default all).
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
            Shape (sources, targets), each in the order of ``neurons(source)["id"]``, which
            ascends.

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
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the directed Laplacian over absolute weights, a row for each of its entries.

        Parameters
        ----------
        neurons
            Which neurons, such as those of some layers (neurons, default all).
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
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. In Neo4j all are stated but a few.
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
            - ``laplacian`` (float): entry of the matrix, which is symmetric

        Raises
        ------
        ParameterError
            If there are more than 2,048 neurons, or the walk has no stationary distribution.

        Notes
        -----
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
            question, answers.laplacian, in_store=in_store, stated=answers.laplacian_in_store
        )
