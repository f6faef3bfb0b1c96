"""The best path itself, found back from the scores that a pass gave."""

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Combine, Scores
from queries.analysis.paths import Step


def best_path(
    network: Network, own: Scores, arriving: Scores, combine: Combine, end: int
) -> list[Step]:
    """Return the steps of a best path that ends at a neuron.

    Parameters
    ----------
    network
        The model.
    own, combine
        What ``passes.maxima_forward`` was given.
    arriving
        What it returned.
    end
        Where the path ends, counted from the model's first neuron; a path arrives there.

    Returns
    -------
    list of Step
        The path is at least one relationship long. It begins at a neuron whose own score is
        at least what arrives there.
    """
    scores = np.maximum(own, arriving)
    backwards: list[tuple[int, float]] = []
    neuron, arrived = end, True
    while arrived:
        source, weight = network.incoming(neuron)
        best = int(np.argmax(combine(scores[source], weight)))
        backwards.append((neuron, float(weight[best])))
        neuron = int(source[best])
        arrived = bool(arriving[neuron] > own[neuron])
    steps = [Step(neuron, 1.0, None)]
    for neuron, weight_into in reversed(backwards):
        steps.append(Step(neuron, weight_into, steps[-1]))
    return steps
