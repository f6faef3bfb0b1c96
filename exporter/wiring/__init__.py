"""Which neuron feeds which, and by what weight: one file a layer family.

Importing this package registers every handler. A new family is a new file here,
imported below, with one test.
"""

from exporter.wiring import (
    contrast,
    convolution,
    dense,
    elementwise,
    functions,
    merge,
    moves,
    normalization,
    norms,
    operations,
    pooling,
    reductions,
    reshape,
    resizing,
    standardization,
    wrappers,
)
from exporter.wiring.handlers import handled_classes, handler_key, handler_of, handles, is_of_keras
from exporter.wiring.results import (
    EMPTY,
    ZERO,
    Chain,
    Computed,
    Moved,
    NotWirableError,
    Parts,
    Stage,
    Wiring,
)
from exporter.wiring.unwirable import UNWIRABLE, needs_code, reason
from exporter.wiring.wrappers import WRAPPERS

__all__ = [
    "EMPTY",
    "UNWIRABLE",
    "WRAPPERS",
    "ZERO",
    "Chain",
    "Computed",
    "Moved",
    "NotWirableError",
    "Parts",
    "Stage",
    "Wiring",
    "contrast",
    "convolution",
    "dense",
    "elementwise",
    "functions",
    "handled_classes",
    "handler_key",
    "handler_of",
    "handles",
    "is_of_keras",
    "merge",
    "moves",
    "needs_code",
    "normalization",
    "norms",
    "operations",
    "pooling",
    "reason",
    "reductions",
    "reshape",
    "resizing",
    "standardization",
    "wrappers",
]
