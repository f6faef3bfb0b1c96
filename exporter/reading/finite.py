"""Whether numbers are finite, by a sum of them."""

import numpy as np
from numpy.typing import NDArray


def are_finite(values: NDArray[np.floating]) -> bool:
    """Tell whether all numbers are finite; it may also say no where they are very large."""
    once = values[tuple(slice(None) if step else slice(1) for step in values.strides)]
    # A sum is several times faster than a look at each, and not finite where one of them is not.
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(once.sum()))
