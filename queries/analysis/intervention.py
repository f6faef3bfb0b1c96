"""What a model puts out where somebody changes what some neurons or relationships carry."""

from collections.abc import Callable

import numpy as np

from queries.analysis.forward import ForwardPass, join_by_blocks
from queries.analysis.network import Network
from queries.analysis.neuron_output import REDUCE, WITHOUT_INPUTS
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

CarriedBy = Callable[[WeightMatrix], Flags]
"""Tells which relationships carry what their sources put out, in the order of the matrix."""

Change = Callable[[Ids, Scores], Scores]
"""Gets neurons and what they would put out, shape (neurons, samples); returns what they do."""


class MixedPass(ForwardPass):
    """Computes what neurons put out where some relationships carry other values.

    Parameters
    ----------
    network, bias, slope
        As in ``ForwardPass``.
    carried
        Which relationships carry what their sources put out.
    others
        What the others carry, by source, before their weight: shape (neurons, samples), or
        (neurons, 1) for all samples alike.
    """

    def __init__(
        self, network: Network, bias: Scores, slope: Scores, carried: CarriedBy, others: Scores
    ) -> None:
        super().__init__(network, bias, slope)
        self._carried, self._others = carried, others

    def _reduced(self, layer: Layer, values: Scores) -> Scores:
        joined = np.full((layer.neurons, values.shape[1]), WITHOUT_INPUTS[layer.reduce])
        first = self.network.neurons_of(layer).start
        for part in self._matrices(layer):
            own = joined[part.targets.start - first : part.targets.stop - first]
            if layer.reduce == "sum":
                own += self._sums(part, values)
            else:
                self._join(part, values, REDUCE[layer.reduce], own)
        return joined

    def _sums(self, part: WeightMatrix, values: Scores) -> Scores:
        weight, carried = part.matrix.data, self._carried(part)
        by_source = part.with_weights(np.where(carried, weight, 0.0))
        by_other = part.with_weights(np.where(carried, 0.0, weight))
        return by_source.sum_in(values[part.sources]) + by_other.sum_in(self._others[part.sources])

    def _join(self, part: WeightMatrix, values: Scores, join: np.ufunc, joined: Scores) -> None:
        carried = self._carried(part)[:, np.newaxis]
        sources = part.matrix.indices + part.first_source

        def what_is_carried(entries: slice) -> Scores:
            own = sources[entries]
            return np.where(carried[entries], values[own], self._others[own])

        join_by_blocks(part, what_is_carried, join, joined)


def intervened(forward: ForwardPass, values: Scores, neurons: Ids, change: Change) -> Scores:
    """Return what all neurons put out where some put out something else.

    Parameters
    ----------
    forward
        Computes the model.
    values
        What all neurons put out as it is: shape (neurons, samples).
    neurons
        Those that are changed, counted from the model's first, ascending.
    change
        Gets what some of them would put out, given the changes before them.

    Returns
    -------
    numpy.ndarray
        Shape (neurons, samples).
    """
    after = values.copy()
    begun: set[int] = set()
    for layer in forward.network.layers:
        bounds = forward.network.neurons_of(layer)
        if begun.intersection(layer.inputs):
            forward.compute([layer], after)
            begun.add(layer.index)
        own = neurons[(neurons >= bounds.start) & (neurons < bounds.stop)]
        if len(own):
            after[own] = change(own, after[own])
            begun.add(layer.index)
    return after
