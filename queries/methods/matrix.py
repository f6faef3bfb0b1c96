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
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weight between each two neurons that are joined, one row a pair."""
        return answers.adjacency(self._ask("adjacency", model, source=source, target=target, by=by))

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

        Parameters
        ----------
        source, target
            Which neurons are rows, and which columns, as ``networkx.adjacency_matrix`` has it.
        sparse
            True for columns that keep nothing but what is not 0.
        by
            Which property of the relationships weighs them. Of two neurons that are joined more
            than once the weights are added up.
        model
            The model to ask about.

        Raises
        ------
        ParameterError
            If the matrix, not being sparse, would take more than 512 MB.
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
        source, target, by, model
            As in ``matrix``.

        Returns
        -------
        scipy.sparse.csr_array
            Shape (sources, targets), each in the order of ``neurons(source)["id"]``, which
            ascends.
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
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the directed Laplacian over absolute weights, a row for each of its entries.

        Raises
        ------
        ParameterError
            If there are more than 2,048 neurons, or the walk has no stationary distribution.
        """
        return answers.laplacian(
            self._ask("laplacian", model, neurons=neurons, walk=walk, alpha=alpha, by=by)
        )
