"""The bias of a linear map: what targets have where sources pass on given values."""

from functools import partial

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores, count, signed
from queries.analysis.sums import weighted_sums
from queries.core.layer import Layer


def values_at_rest(
    network: Network, bias: Scores, sources: Ids, source_values: Scores | float, targets: Ids
) -> Scores:
    """Return the values of neurons where sources pass on given values.

    Nothing enters the inputs, and activations are ignored.

    Parameters
    ----------
    network
        The model.
    bias
        By neuron, counted from the model's first: shape (neurons,).
    sources
        Neurons that pass on a given value, whatever they get.
    source_values
        What each of them passes on: shape (sources,), or one number for all.
    targets
        Of which neurons to return the values.

    Returns
    -------
    numpy.ndarray
        Shape (targets,).
    """
    free = np.ones(network.neurons, dtype=bool)
    free[sources] = False
    values = bias.astype(np.float64)
    outputs = values.copy()
    outputs[sources] = source_values
    # Where nothing enters, nothing is passed on, whatever the weights are.
    alive = outputs != 0
    for layer in _behind(network, free, targets):
        own = network.neurons_of(layer)
        for part in network.operators(layer):
            inside = alive[part.sources]
            arriving = weighted_sums(
                part, signed, outputs[part.sources], alive=partial(np.copy, inside)
            )
            values[part.targets] += arriving
            arrives = part.weighed(count).sum_in(inside.astype(np.float64)) > 0
            alive[part.targets] |= arrives & free[part.targets]
        outputs[own] = np.where(free[own], values[own], outputs[own])
    return values[targets]


def _behind(network: Network, free: Flags, targets: Ids) -> list[Layer]:
    """Return the layers by which targets get their values, inputs first.

    A layer that passes on nothing but given values need not be read.
    """
    is_target = np.zeros(network.neurons, dtype=bool)
    is_target[targets] = True
    layers: list[Layer] = []
    feeding: set[int] = set()
    for layer in reversed(network.layers):
        own = network.neurons_of(layer)
        if is_target[own].any() or (layer.index in feeding and free[own].any()):
            layers.append(layer)
            feeding.update(layer.inputs)
    return layers[::-1]
