"""What passes on over relationships into neurons that do not add up: maxima, minima and products.

A multiplier stands beside the weight: the sum of multiplier * weight * value over what feeds a
neuron is its maximum, or its product.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from queries.analysis.at_input.fan_in import by_fan_in
from queries.analysis.at_input.rule import Products
from queries.analysis.operators import Flags, Scores
from queries.analysis.weight_matrix import WeightMatrix

_SIGN: Final = {"max": 1.0, "min": -1.0}


@dataclass(frozen=True)
class Multipliers:
    """What passes on at an input.

    Parameters
    ----------
    products
        How products are shared out.
    value
        What neurons put out: shape (neurons,).
    before
        What they put out at the baseline; None without one.
    gates
        Which neurons are gates; None where that does not matter.
    """

    products: Products
    value: Scores
    before: Scores | None = None
    gates: Flags | None = None

    def of(self, part: WeightMatrix) -> Scores:
        """Return the multiplier of each relationship into neurons that do not add up.

        Parameters
        ----------
        part
            The relationships, of a layer that does not add up.

        Returns
        -------
        numpy.ndarray
            In the order of ``part.matrix.data``.
        """
        source = part.matrix.indices + part.sources.start
        each = part.matrix.data * self.value[source]
        begun = None if self.before is None else part.matrix.data * self.before[source]
        multipliers = np.zeros(len(each))
        for _, entries in by_fan_in(part):
            start = None if begun is None else begun[entries]
            if part.layer.reduce == "product":
                gates = None if self.gates is None else self.gates[source[entries]]
                multipliers[entries] = _of_product(each[entries], start, gates, self.products)
            else:
                sign = _SIGN[part.layer.reduce]
                multipliers[entries] = _of_largest(
                    sign * each[entries], None if start is None else sign * start
                )
        return multipliers

    def leaves_rest(self, reduce: str) -> bool:
        """Tell whether they do not add up to all that a neuron of a layer has."""
        if reduce != "product":
            return False
        return self.products == "gradient" or (
            self.products == "frozen" and self.before is not None
        )


def _of_largest(each: Scores, start: Scores | None) -> Scores:
    """Return by row what share each number has in the largest: shape (rows, fan-in).

    Without a baseline the first of the largest has all of it. On the line from a baseline each has
    the time during which it is the largest: the Aumann-Shapley shares of a maximum.
    """
    shares = np.zeros(each.shape)
    rows = np.arange(len(each))
    if start is None:
        shares[rows, each.argmax(axis=1)] = 1.0
        return shares
    rise = each - start
    # Of those that begin alike the one that rises most is the largest from there on.
    largest = np.where(start == start.max(axis=1, keepdims=True), rise, -np.inf).argmax(axis=1)
    time = np.zeros(len(each))
    while len(rows):
        ahead = start[rows, largest][:, np.newaxis] - start[rows]
        faster = rise[rows] - rise[rows, largest][:, np.newaxis]
        with np.errstate(divide="ignore", invalid="ignore"):
            meets = np.where(faster > 0, ahead / faster, np.inf)
        meets = np.maximum(meets, time[:, np.newaxis])
        next_time = meets.min(axis=1)
        shares[rows, largest] += np.minimum(next_time, 1.0) - time
        best = np.where(meets == next_time[:, np.newaxis], faster, -np.inf).argmax(axis=1)
        goes_on = next_time < 1.0
        rows, largest, time = rows[goes_on], best[goes_on], next_time[goes_on]
    return shares


def _of_product(
    each: Scores, start: Scores | None, gates: Flags | None, products: Products
) -> Scores:
    """Return by row what each factor is multiplied with: shape (rows, fan-in)."""
    if products == "gradient":
        return _others(each)
    signals = np.ones(each.shape, dtype=bool)
    if products == "frozen" and gates is not None:
        # Where all factors are alike, none of them only says how much of another passes.
        alike = gates.all(axis=1, keepdims=True)
        signals = ~gates | alike
    if start is None:
        return np.where(signals, _others(each) / signals.sum(axis=1, keepdims=True), 0.0)
    begun = np.where(signals, start, each)
    # A polynomial of the time, of which so many points give the integral exactly.
    nodes, weights = np.polynomial.legendre.leggauss((each.shape[1] + 1) // 2)
    shares = np.zeros(each.shape)
    for node, weight in zip(nodes.tolist(), weights.tolist(), strict=True):
        shares += weight / 2 * _others(begun + (node + 1) / 2 * (each - begun))
    return np.where(signals, shares, 0.0)


def _others(factors: Scores) -> Scores:
    """Return by row the product of all other factors; none of them is divided by."""
    ones = np.ones((len(factors), 1))
    left = np.cumprod(np.hstack([ones, factors[:, :-1]]), axis=1)
    right = np.cumprod(np.hstack([ones, factors[:, :0:-1]]), axis=1)[:, ::-1]
    return np.asarray(left * right)
