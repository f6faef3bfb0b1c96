"""What a model puts out where somebody changes what some relationships carry."""

from collections.abc import Callable

import numpy as np

from queries.analysis.forward import ForwardPass, join_by_blocks
from queries.analysis.network import Network
from queries.analysis.neuron_output import REDUCE, WITHOUT_INPUTS
from queries.analysis.operators import Flags, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

CarriedBy = Callable[[WeightMatrix], Flags]
"""Tells which relationships carry what their sources put out, in the order of the matrix."""


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
        carried = self._carried(part).astype(np.float64)
        by_source, by_other = part.times(carried), part.times(1 - carried)
        return by_source.sum_in(values[part.sources]) + by_other.sum_in(self._others[part.sources])

    def _join(self, part: WeightMatrix, values: Scores, join: np.ufunc, joined: Scores) -> None:
        carried = self._carried(part)[:, np.newaxis]
        sources = part.matrix.indices + part.first_source

        def what_is_carried(entries: slice) -> Scores:
            own = sources[entries]
            return np.where(carried[entries], values[own], self._others[own])

        join_by_blocks(part, what_is_carried, join, joined)
