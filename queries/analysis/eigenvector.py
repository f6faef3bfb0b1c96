"""Eigenvector centrality by power iteration, as NetworkX defines it."""

import numpy as np

from queries.analysis.network import Network
from queries.analysis.not_finite import require_finite
from queries.analysis.operators import MEASURES, Scores, Weights
from queries.errors import ConvergenceError


def eigenvector_centrality(
    network: Network, weights: Weights, *, max_iter: int, tol: float
) -> Scores:
    """Return the limit of ``x -> x + A.T x``, normalised in each step.

    Parameters
    ----------
    network
        The model.
    weights
        What a relationship counts.
    max_iter, tol
        The most steps; the mean absolute change of a neuron's score below which it ends.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,), of Euclidean norm 1.

    Raises
    ------
    ConvergenceError
        If it has not converged after so many steps.
    NotFiniteError
        If weights are NaN or infinite.
    """
    parts = [part.weighed(MEASURES[weights]) for part in network.forward()]
    scores = np.full(network.neurons, 1 / network.neurons)
    for _ in range(max_iter):
        before, scores = scores, scores.copy()
        for part in parts:
            with np.errstate(invalid="ignore"):
                scores[part.targets] += part.sum_in(before[part.sources])
        scores /= np.linalg.norm(scores) or 1.0
        require_finite(scores, network.layers, "eigenvector centrality")
        if np.abs(scores - before).sum() < network.neurons * tol:
            return scores
    raise ConvergenceError(
        f"eigenvector centrality has not converged after {max_iter} steps; allow more with "
        "max_iter, or a larger tol; on an acyclic graph Katz centrality says more"
    )
