"""Which neuron feeds which, and by what weight: one file a layer family.

Importing this package registers every handler. A new family is a new file here,
imported below, with one test.
"""

from exporter.wiring import (
    activation,
    convolution,
    dense,
    elementwise,
    normalization,
    pooling,
    reshape,
)
from exporter.wiring.handlers import handled_classes, handler_of, handles
from exporter.wiring.wiring import EMPTY, Computed, Moved, NotWirableError

__all__ = [
    "EMPTY",
    "Computed",
    "Moved",
    "NotWirableError",
    "activation",
    "convolution",
    "dense",
    "elementwise",
    "handled_classes",
    "handler_of",
    "handles",
    "normalization",
    "pooling",
    "reshape",
]
