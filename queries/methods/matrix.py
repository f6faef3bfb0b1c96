"""The weights between neurons as matrices."""

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from queries.analysis import matrix as matrices
from queries.analysis.matrix import Walk, directed_laplacian
from queries.analysis.not_finite import require_finite
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods

_MOST_CELLS: Final = 1 << 26
"""Entries of a matrix that is not sparse: 512 MB."""

_MOST_ROWS: Final = 1 << 22
"""Entries of a matrix whose frame has a row for each, with names: 4 million."""


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
        given = {"source": source, "target": target, "by": by}
        asked, values, about = self._asked("adjacency", model, given)
        sources, targets = self._sides(values, about)
        entries = self._weights(sources, targets, by, about).tocoo()
        weight = entries.data
        frame = matrices.pairs(sources, entries.row, targets, entries.col, weight=weight)
        return self._noted(frame, asked, about)

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
        given = {"source": source, "target": target, "by": by}
        _, values, about = self._asked("adjacency", model, given)
        sources, targets = self._sides(values, about)
        if not sparse:
            instead = "name fewer sources or targets, or ask for sparse=True or to_scipy"
            matrices.check_size(len(sources), len(targets), _MOST_CELLS, instead)
        matrix = self._weights(sources, targets, by, about)
        rows, columns = sources["name"].tolist(), targets["name"].tolist()
        if sparse:
            # pandas-stubs know the accessor of a frame only.
            frame: pd.DataFrame = pd.DataFrame.sparse.from_spmatrix(  # type: ignore[attr-defined]
                matrix, index=rows, columns=columns
            )
            return frame
        return pd.DataFrame(matrix.toarray(), index=rows, columns=columns)

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
        given = {"source": source, "target": target, "by": by}
        _, values, about = self._asked("adjacency", model, given)
        return self._weights(*self._sides(values, about), by, about)

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
        given = {"neurons": neurons, "walk": walk, "alpha": alpha, "by": by}
        _, values, about = self._asked("laplacian", model, given)
        own = self._neurons(values["neurons"], about)
        instead = "name fewer neurons, such as those of a layer or two"
        matrices.check_size(len(own), len(own), _MOST_ROWS, instead)
        weights = abs(self._weights(own, own, by, about))
        require_finite(weights.data, self._layers(about), "the Laplacian")
        entries = directed_laplacian(weights, walk, values["alpha"])
        row, column = np.indices(entries.shape).reshape(2, -1)
        return matrices.pairs(own, row, own, column, laplacian=entries.ravel())

    def _sides(
        self, values: dict[str, Any], about: StoredModel
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the neurons of the rows and of the columns, both by id."""
        return self._neurons(values["source"], about), self._neurons(values["target"], about)

    def _weights(
        self, sources: pd.DataFrame, targets: pd.DataFrame, by: str, about: StoredModel
    ) -> "csr_array[np.float64]":
        network = self._network(about, by)
        return matrices.adjacency(network, network.places(sources), network.places(targets))
