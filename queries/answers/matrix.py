"""The weights between neurons as matrices."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from queries.analysis import matrix as matrices
from queries.analysis.matrix import directed_laplacian
from queries.analysis.not_finite import require_finite
from queries.answers.question import Question

MOST_CELLS: Final = 1 << 26
"""Entries of a matrix that is not sparse: 512 MB."""

MOST_ROWS: Final = 1 << 22
"""Entries of a matrix whose frame has a row for each, with names: 4 million."""


def adjacency(question: Question) -> pd.DataFrame:
    """Add up the weights between each two neurons that are joined."""
    sources, targets = question.neurons("source"), question.neurons("target")
    entries = weights_between(question, sources, targets).tocoo()
    weight = entries.data
    return question.answer(
        matrices.pairs(sources, entries.row, targets, entries.col, weight=weight)
    )


def matrix(question: Question, *, sparse: bool) -> pd.DataFrame:
    """Return the adjacency matrix of the query ``adjacency`` as a labelled frame.

    Parameters
    ----------
    question
        A question of the query ``adjacency``.
    sparse
        True for columns that keep nothing but what is not 0.
    """
    sources, targets = question.neurons("source"), question.neurons("target")
    if not sparse:
        instead = "name fewer sources or targets, or ask for sparse=True or to_scipy"
        matrices.check_size(len(sources), len(targets), MOST_CELLS, instead)
    weights = weights_between(question, sources, targets)
    rows, columns = sources["name"].tolist(), targets["name"].tolist()
    if sparse:
        # pandas-stubs know the accessor of a frame only.
        frame: pd.DataFrame = pd.DataFrame.sparse.from_spmatrix(  # type: ignore[attr-defined]
            weights, index=rows, columns=columns
        )
        return frame
    return pd.DataFrame(weights.toarray(), index=rows, columns=columns)


def laplacian(question: Question) -> pd.DataFrame:
    """Compute the directed Laplacian."""
    own, values = _rows_of_laplacian(question), question.values
    weights = abs(weights_between(question, own, own))
    require_finite(weights.data, question.layers, "the Laplacian")
    entries = directed_laplacian(weights, values["walk"], values["alpha"])
    row, column = np.indices(entries.shape).reshape(2, -1)
    return question.answer(matrices.pairs(own, row, own, column, laplacian=entries.ravel()))


def laplacian_in_store(question: Question) -> pd.DataFrame:
    """Let the store compute the directed Laplacian.

    Raises
    ------
    NotFiniteError, ParameterError
        As where it is computed here.
    """
    walk, alpha = question.values["walk"], question.values["alpha"]
    if len(_rows_of_laplacian(question)):
        if walk != "pagerank":
            # Relationships go forward only.
            raise matrices.never_back(walk)
        matrices.require_probability(alpha)
    frame = question.in_store_answer()
    require_finite(frame["laplacian"].to_numpy(), question.layers, "the Laplacian")
    return frame


def _rows_of_laplacian(question: Question) -> pd.DataFrame:
    """Return the neurons that are rows and columns.

    Raises
    ------
    ParameterError
        If they are too many.
    """
    own = question.neurons("neurons")
    instead = "name fewer neurons, such as those of a layer or two"
    matrices.check_size(len(own), len(own), MOST_ROWS, instead)
    return own


def weights_between(
    question: Question, sources: pd.DataFrame, targets: pd.DataFrame
) -> "csr_array[np.float64]":
    """Return the weights between neurons, a row a source and a column a target."""
    network = question.network
    return matrices.adjacency(network, network.places(sources), network.places(targets))
