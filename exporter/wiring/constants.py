"""Values that no input changes, where a layer puts them among its neurons."""

from typing import Any

import numpy as np

from exporter.wiring.handlers import handles
from exporter.wiring.results import Computed, Ids


@handles("Constant")
def constant(operation: Any, *inputs: Ids) -> Computed:
    """Make neurons that say the same at any input: nothing feeds them, and they have a bias."""
    del inputs
    value = np.asarray(operation.value, dtype=np.float64)
    return Computed(
        sources=np.empty((*value.shape, 0), dtype=np.int64),
        weights=np.empty(0, dtype=np.float32),
        rank=value.ndim,
        bias=value,
    )
