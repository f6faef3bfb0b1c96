"""The influence of all neurons on an answer, by passes over a model that need not be held."""

import numpy as np

from queries.analysis import passes
from queries.analysis.at_input.attribution import Attribution
from queries.analysis.operators import Scores
from queries.analysis.scaled_network import ScaledNetwork


def influence_of_neurons(attributed: Attribution, answer: Scores) -> Scores:
    """Return how much of an answer flows through each neuron.

    It is ``influence.node_influence`` of all relationships and leaves.

    Parameters
    ----------
    attributed
        What neurons and relationships have to do with the answer.
    answer
        How much of the answer each neuron is: shape (neurons,).

    Returns
    -------
    numpy.ndarray
        Shape (neurons,).
    """
    relationships = attributed.relationships()
    contributed = passes.in_strength(relationships) + np.abs(attributed.biases)
    share = np.divide(1.0, contributed, out=np.zeros_like(answer), where=contributed > 0)
    return passes.sums_backward(ScaledNetwork(relationships, target=share), answer)
