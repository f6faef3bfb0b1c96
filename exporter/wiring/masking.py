"""Steps that are masked: those where every number is the same."""

from typing import Any

import numpy as np

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.results import Chain, Computed, Ids, Moved, Stage


@handles("Masking")
def masking(layer: Any, ids: Ids) -> Moved | Chain:
    """Pass the input on; where all numbers of a step are the mask's, make them 0."""
    value = float(np.float32(np.asarray(layer.mask_value)))
    if value == 0:
        return Moved(ids)

    def equal(read: Ids) -> Computed:
        return one_to_one(read, "isin", bias=np.asarray(-value), x2=[0.0])

    def kept(equals: Ids) -> Computed:
        # 1 - the product: one factor has its sign changed.
        signs = np.ones(equals.shape[-1], dtype=np.float32)
        signs[0] = -1.0
        sources = equals[..., np.newaxis, :]
        return Computed(sources, signs, equals.ndim, reduce="product", bias=np.ones(()))

    def masked(read: Ids, kept_steps: Ids) -> Computed:
        return merged([read, kept_steps], "product")

    return Chain(
        (
            Stage("equal", equal, output=lambda x: (x == value).astype(np.float32), reads=(ids,)),
            Stage("kept", kept, output=lambda x: 1 - x.min(axis=-1, keepdims=True)),
            Stage("masked", masked, reads=(ids, "kept")),
        )
    )
