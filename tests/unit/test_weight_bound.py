"""A bound of weights is the single-precision number next to it."""

from fractions import Fraction

import numpy as np
import pytest

from queries.core.weight_bound import weight_bound
from queries.library.queries import queries

BOUNDS = (0.1, 0.3, 0.5, 0.7, 0.9, 1 / 3, 1e-6, 123456.789, 16777217.0, 3e38)


@pytest.mark.parametrize("bound", BOUNDS)
def test_no_other_weight_is_nearer(bound: float) -> None:
    found = np.float32(weight_bound(bound))
    distance = abs(Fraction(float(found)) - Fraction(bound))
    for other in (np.nextafter(found, np.float32(np.inf)), np.nextafter(found, np.float32(0))):
        if np.isfinite(other):
            assert abs(Fraction(float(other)) - Fraction(bound)) >= distance


@pytest.mark.parametrize("text", ["0.7", "0.1", "1e-05", "2.3456", "7.25e+20"])
def test_it_is_the_weight_that_is_printed_so(text: str) -> None:
    assert weight_bound(float(text)) == np.float32(text)


def test_what_is_above_0_stays_so() -> None:
    assert weight_bound(0) == 0
    assert 0 < weight_bound(1e-300) < 1e-44
    assert weight_bound(1e300) == np.inf


def test_numbers_of_relationships_are_compared_as_they_are() -> None:
    assert weight_bound(16777217, "edges") == 16777217
    neighbours = queries()["neighbours"]
    for by, expected in (("edges", 16777217), ("l1", 16777216), (None, 16777216)):
        given = {"neurons": "a", "min_weight": 16777217, "by": by}
        assert neighbours.checked(given)["min_weight"] == expected


def test_all_that_bounds_weights_is_rounded() -> None:
    rounded = {
        f"{asked.name}.{parameter.name}"
        for asked in queries().values()
        for parameter in asked.parameters
        if parameter.bounds_weights
    }
    assert rounded == {
        "bifans.threshold",
        "dead_neurons.threshold",
        "edges.min_weight",
        "layer_statistics.threshold",
        "neighbours.min_weight",
    }
