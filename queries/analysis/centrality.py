"""How central neurons are, by one or two passes; eigenvector centrality by power iteration."""

import numpy as np

from queries.analysis import passes
from queries.analysis.network import Network
from queries.analysis.not_finite import require_finite
from queries.analysis.operators import WEIGHT_FUNCTIONS, Scores, WeightKind
from queries.analysis.repeated import RepeatedStep
from queries.errors import ConvergenceError


def katz(network: Network, weights: WeightKind, *, alpha: float, beta: float) -> Scores:
    """Return Katz centrality: ``beta`` plus ``alpha * weight * katz`` of what feeds a neuron.

    One pass gives it exactly, since the graph is acyclic.

    Parameters
    ----------
    network
        The model.
    weights
        What a relationship counts.
    alpha
        Attenuation along a relationship.
    beta
        What each neuron has of its own.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).
    """
    own = _everywhere(network, beta)
    scores = passes.sums_forward(network, own, weights=weights, factor=alpha)
    scores += beta
    return scores


def pagerank(network: Network, alpha: float) -> Scores:
    """Return PageRank over absolute weights; that of all neurons adds up to 1.

    Parameters
    ----------
    network
        The model.
    alpha
        The probability of a step along a relationship, against a jump to any neuron.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).

    Raises
    ------
    NotFiniteError
        If weights are NaN or infinite.
    """
    # Both the jump and what neurons without a way on pass back are spread evenly, so that they
    # only scale the score of one neuron alone.
    with np.errstate(invalid="ignore"):
        scores = passes.shares_forward(network, _everywhere(network, 1.0), alpha)
        scores += 1.0
        scores /= scores.sum()
    require_finite(scores, network.layers, "PageRank")
    return scores


def path_centrality(network: Network) -> Scores:
    """Return the share of the weight of all paths, from inputs to outputs, through each neuron.

    The weight of a path is the product of its absolute weights.

    Parameters
    ----------
    network
        The model.

    Returns
    -------
    numpy.ndarray
        Shape (neurons,); 0 everywhere where no path has any weight.

    Raises
    ------
    NotFiniteError
        If weights are NaN or infinite.
    """
    begin, end = network.inputs, network.outputs
    forward, backward = passes.log_path_masses(network, begin, end)
    with np.errstate(invalid="ignore"):
        all_paths = np.logaddexp.reduce(forward[end])
        if all_paths == -np.inf:
            return np.zeros(network.neurons)
        forward += backward
        forward -= all_paths
        scores = np.exp(forward, out=forward)
    require_finite(scores, network.layers, "path centrality")
    return scores


def eigenvector_centrality(
    network: Network, weights: WeightKind, *, max_iter: int, tol: float
) -> Scores:
    """Return the limit of ``x -> x + A.T x``, normalised in each step, as NetworkX defines it.

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
    step = RepeatedStep(network, WEIGHT_FUNCTIONS[weights])
    scores = np.full(network.neurons, 1 / network.neurons)
    for _ in range(max_iter):
        before, scores = scores, scores.copy()
        step.add_to(scores, before)
        scores /= np.linalg.norm(scores) or 1.0
        require_finite(scores, network.layers, "eigenvector centrality")
        if np.abs(scores - before).sum() < network.neurons * tol:
            return scores
    raise ConvergenceError(
        f"eigenvector centrality has not converged after {max_iter} steps; allow more with "
        "max_iter, or a larger tol; on an acyclic graph Katz centrality says more"
    )


def _everywhere(network: Network, score: float) -> Scores:
    """Return the same score for each neuron, in no room: some models have many millions."""
    return np.broadcast_to(np.float64(score), network.neurons)
