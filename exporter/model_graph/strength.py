"""In-strength and out-strength of a model file, layer by layer, without any relationship built."""

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import WEIGHT_FUNCTIONS, Flags, Scores, WeightKind
from queries.analysis.sums import weighted_sums


def strengths(network: Network, chosen: Flags, direction: str, measure: WeightKind) -> Scores:
    """Add up the weights of all neurons of the layers that hold chosen ones.

    Parameters
    ----------
    network
        The model.
    chosen
        Which neurons are asked about: shape (neurons,).
    direction, measure
        As in the query ``strength``.
    """
    sums = np.zeros(network.neurons)
    for layer in network.layers:
        for part in network.operators(layer):
            if direction == "in" and chosen[part.targets].any():
                sums[part.targets] += weighted_sums(
                    part, WEIGHT_FUNCTIONS[measure], _ones(part.sources)
                )
            elif direction == "out" and chosen[part.sources].any():
                ones = _ones(part.targets)
                sums[part.sources] += weighted_sums(part, WEIGHT_FUNCTIONS[measure], ones, "out")
    return sums


def _ones(neurons: slice) -> Scores:
    return np.ones(neurons.stop - neurons.start)
