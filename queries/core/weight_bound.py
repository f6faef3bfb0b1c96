"""The bound that weights are compared with, wherever a smallest or largest one is given."""

from typing import Final

import numpy as np

_COUNTED: Final = "edges"
"""The one property of a relationship that is no single-precision number."""


def weight_bound(bound: float, by: str = "weight") -> float:
    """Return what the values of a property are compared with where a bound is given.

    Weights are single-precision numbers, and a bound is given in decimal: 0.7 is none of them. So
    the single-precision number next to the bound takes its place, as that of the weight that is
    printed as 0.7 does. One above 0 stays above 0.

    Parameters
    ----------
    bound
        The smallest absolute value that is meant, or the largest; 0 or more.
    by
        The property of relationships. Numbers of relationships are compared as they are.
    """
    if by == _COUNTED:
        return bound
    with np.errstate(over="ignore"):
        single = np.float32(bound)
    if bound > 0:
        single = np.maximum(single, np.finfo(np.float32).smallest_subnormal)
    return float(single)
