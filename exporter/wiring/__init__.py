"""Which neuron feeds which, and by what weight: one file a layer family.

Importing this package registers every handler. A new family is a new file here,
imported below, with one test.
"""

from exporter.wiring import (
    convolution,
    dense,
    elementwise,
    merge,
    normalization,
    operations,
    pooling,
    reshape,
    upsampling,
)
from exporter.wiring.handlers import (
    handled_classes,
    handler_key,
    handler_of,
    handles,
    is_of_keras,
)
from exporter.wiring.unwirable import UNWIRABLE, needs_code, reason
from exporter.wiring.wiring import (
    EMPTY,
    ZERO,
    Chain,
    Computed,
    Moved,
    NotWirableError,
    Stage,
    Wiring,
)

__all__ = [
    "EMPTY",
    "UNWIRABLE",
    "ZERO",
    "Chain",
    "Computed",
    "Moved",
    "NotWirableError",
    "Stage",
    "Wiring",
    "convolution",
    "dense",
    "elementwise",
    "handled_classes",
    "handler_key",
    "handler_of",
    "handles",
    "is_of_keras",
    "merge",
    "needs_code",
    "normalization",
    "operations",
    "pooling",
    "reason",
    "reshape",
    "upsampling",
]
