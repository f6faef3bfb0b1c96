"""One step over all relationships of a model at once, for what is computed by many of them."""

from typing import Final

import numpy as np
from scipy.sparse import csr_array

from queries.analysis.network import Network, matrix_of
from queries.analysis.operators import EdgeColumns, Operator, Scores, WeightFunction

_SMALL: Final = 1 << 14
"""Relationships into a layer of which the sums take less time than their preparation."""

_MOST: Final = 1 << 22
"""Relationships of small layers in all, of 12 bytes each."""


class RepeatedStep:
    """Adds up what feeds each neuron, again and again; small layers are one matrix.

    Parameters
    ----------
    network
        The model.
    function
        What a relationship counts by its weight.
    """

    def __init__(self, network: Network, function: WeightFunction) -> None:
        self._parts: list[Operator] = []
        self._matrix: csr_array[np.float64] | None = None
        blocks: list[EdgeColumns] = []
        everywhere = np.ones(network.neurons, dtype=bool)
        joined = done = 0
        total = sum(layer.edges for layer in network.layers)
        for layer in network.layers:
            network.progress("relationships", done, total)
            done += layer.edges
            if layer.edges <= min(_SMALL, _MOST - joined):
                blocks += network.edge_blocks(layer, everywhere) if layer.edges else ()
                joined += layer.edges
            else:
                self._parts += [part.weighed(function) for part in network.operators(layer)]
        if blocks:
            source, target, weight = map(np.concatenate, zip(*blocks, strict=True))
            weighed = function(weight.astype(np.float64))
            self._matrix = matrix_of(source, target, weighed, (network.neurons, network.neurons))

    def add_to(self, scores: Scores, before: Scores) -> None:
        """Add to the score of each neuron the sum of ``weight * before`` over what feeds it.

        Parameters
        ----------
        scores, before
            Shape (neurons,); the former is changed.
        """
        with np.errstate(invalid="ignore"):
            for part in self._parts:
                scores[part.targets] += part.sum_in(before[part.sources])
            if self._matrix is not None:
                scores += np.asarray(self._matrix @ before)
