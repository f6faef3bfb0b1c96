"""What the weights into a layer are at one time."""

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Scores
from queries.core.layer import Layer


def layer_state(network: Network, layer: Layer, strength: Scores) -> dict[str, float]:
    """Return what ``history`` says of the weights into a layer that is fed, whatever changed.

    Parameters
    ----------
    network, layer
        The model, and the layer.
    strength
        The sum of the absolute weights into each neuron of the model.
    """
    squares, zero, edges = 0.0, 0, 0
    with np.errstate(over="ignore"):
        for weights, counts in network.weights(layer):
            squares += float(np.dot(weights**2, counts))
            zero += int(counts[weights == 0].sum())
            edges += int(counts.sum())
    return {
        "edges": edges,
        "frobenius_norm": float(np.sqrt(squares)),
        "zero_share": zero / edges,
        "dead_share": float(np.mean(strength[network.neurons_of(layer)] == 0)),
    }
