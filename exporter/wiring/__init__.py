"""Which neuron feeds which, and by what weight: one file a layer family.

Importing this package registers every handler. A new family is a new file here,
imported below, with one test.
"""

from exporter.wiring import (
    attention,
    choices,
    comparisons,
    constants,
    convolution,
    dense,
    elementwise,
    functions,
    merge,
    moves,
    normalization,
    operations,
    pooling,
    products,
    reductions,
    reshape,
    resizing,
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
from exporter.wiring.taken_apart import TAKEN_APART
from exporter.wiring.unwirable import (
    UNWIRABLE,
    how_to_register,
    is_unwirable,
    needs_code,
    reason,
)
from exporter.wiring.wrappers import WRAPPERS

__all__ = [
    "EMPTY",
    "TAKEN_APART",
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
    "attention",
    "choices",
    "comparisons",
    "constants",
    "convolution",
    "dense",
    "elementwise",
    "functions",
    "handled_classes",
    "handler_key",
    "handler_of",
    "handles",
    "how_to_register",
    "is_of_keras",
    "is_unwirable",
    "merge",
    "moves",
    "needs_code",
    "normalization",
    "operations",
    "pooling",
    "products",
    "reason",
    "reductions",
    "reshape",
    "resizing",
    "wrappers",
]
