"""What layers amount to as one linear map: weights and biases, activations ignored."""

import pandas as pd

from queries.analysis import linear, matrix
from queries.analysis.linear_bias import values_at_rest
from queries.analysis.operators import Scores
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter


def effective_weights(question: Question) -> pd.DataFrame:
    """Compute the linear map from sources to targets, and its bias."""
    network = question.network
    sources, targets = question.neurons("source"), question.neurons("target")
    begin, end = network.places(sources), network.places(targets)
    weights = linear.effective_weights(network, begin, end)
    bias = values_at_rest(network, question.biases(), begin, 0.0, end)
    return question.answer(_linear_map(sources, targets, weights, bias))


def combine(question: Question) -> pd.DataFrame:
    """Compute the linear map through some neurons onto others, and its bias."""
    network = question.network
    through, targets = question.neurons("first"), question.neurons("second")
    held, end = network.places(through), network.places(targets)
    combined = linear.combine(network, held, end)
    everyone = question.model.neurons(NeuronFilter())
    own = question.biases()
    bias = values_at_rest(network, own, held, own[held], end)
    sources = everyone.take(combined.feeding)
    return question.answer(_linear_map(sources, targets, combined.weights, bias))


def _linear_map(
    sources: pd.DataFrame, targets: pd.DataFrame, weights: linear.Matrix, bias: Scores
) -> pd.DataFrame:
    """Return a row for each two neurons that are joined, the bias being that of the target."""
    entries = weights.tocoo()
    columns = {"weight": entries.data, "bias": bias[entries.col]}
    return matrix.pairs(sources, entries.row, targets, entries.col, **columns)
