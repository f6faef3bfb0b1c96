"""What neurons have where some others pass on given values, activations ignored."""

from functools import partial

import numpy as np

from queries.analysis.network import Network
from queries.analysis.operators import Flags, Ids, Scores, count, signed
from queries.analysis.sums import weighted_sums
from queries.core.layer import Layer


def values_at_rest(
    network: Network, bias: Scores, held: Ids, given: Scores | float, targets: Ids
) -> Scores:
    """Return the values of neurons where some others are held and nothing enters the inputs.

    Parameters
    ----------
    network
        The model.
    bias
        By neuron, counted from the model's first: shape (neurons,).
    held
        Neurons that pass on a given value, whatever they get.
    given
        What each of them passes on: shape (held,), or one number for all.
    targets
        Of which neurons to return the values.

    Returns
    -------
    numpy.ndarray
        Shape (targets,).
    """
    free = np.ones(network.neurons, dtype=bool)
    free[held] = False
    values = bias.astype(np.float64)
    passed_on = values.copy()
    passed_on[held] = given
    # Where nothing enters, nothing is passed on, whatever the weights are.
    alive = passed_on != 0
    for layer in _behind(network, free, targets):
        own = network.neurons_of(layer)
        for part in network.operators(layer):
            inside = alive[part.sources]
            arriving = weighted_sums(
                part, signed, passed_on[part.sources], alive=partial(np.copy, inside)
            )
            values[part.targets] += arriving
            reached = part.weighed(count).sum_in(inside.astype(np.float64)) > 0
            alive[part.targets] |= reached & free[part.targets]
        passed_on[own] = np.where(free[own], values[own], passed_on[own])
    return values[targets]


def _behind(network: Network, free: Flags, targets: Ids) -> list[Layer]:
    """Return the layers by which targets get their values, inputs first.

    A layer that passes on nothing but given values need not be read.
    """
    asked = np.zeros(network.neurons, dtype=bool)
    asked[targets] = True
    found: list[Layer] = []
    taken: set[int] = set()
    for layer in reversed(network.layers):
        own = network.neurons_of(layer)
        if asked[own].any() or (layer.index in taken and free[own].any()):
            found.append(layer)
            taken.update(layer.inputs)
    return found[::-1]
