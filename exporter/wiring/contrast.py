"""Images whose channels are spread over all values, by their own smallest and largest."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.handlers import handles
from exporter.wiring.merge import merged
from exporter.wiring.reductions import extreme
from exporter.wiring.results import Chain, Computed, Ids, NotWirableError, Stage

_IMAGE: Final = 3
_SPACE: Final = (1, 2)


@handles("AutoContrast")
def auto_contrast(layer: Any, images: Ids) -> Chain:
    """Spread each channel from its smallest to its largest value, in steps; leave one alike.

    A channel of one value has no spread, by which Keras divides, and then takes the channel as
    it is. So do these steps, by ``differs``, which is 1, or 0 of such a channel.
    """
    low, high = (float(value) for value in layer.value_range)
    if images.ndim != _IMAGE or low == high:
        raise NotWirableError("it is given no images, or no range of their values")

    def differs(largest: Ids, smallest: Ids) -> Computed:
        return replace(merged([largest, smallest], weights=[1, -1]), activation="sign")

    def reciprocal(largest: Ids, smallest: Ids, differs: Ids) -> Computed:
        spread = merged([largest, smallest, differs], weights=[1, -1, -1])
        return replace(spread, bias=np.asarray(1.0), activation="reciprocal")

    def share(above: Ids, reciprocal: Ids) -> Computed:
        product = merged([above, reciprocal], "product")
        config = {"x_min": 0.0, "x_max": 1.0}
        return replace(product, activation="clip", activation_config=config)

    def result(share: Ids, kept: Ids, differs: Ids) -> Computed:
        return merged([share, kept, differs], weights=[high - low, 1, low])

    return Chain(
        (
            extreme("max", images, _SPACE, keepdims=True),
            extreme("min", images, _SPACE, keepdims=True),
            Stage(
                "differs",
                differs,
                output=lambda largest, smallest: np.sign(largest - smallest),
                reads=("max", "min"),
            ),
            Stage(
                "alike",
                lambda ids: one_to_one(ids, weight=-1.0, bias=np.asarray(1.0)),
                output=lambda differs: 1 - differs,
            ),
            Stage(
                "reciprocal",
                reciprocal,
                output=lambda largest, smallest, differs: 1 / (largest - smallest + 1 - differs),
                reads=("max", "min", "differs"),
            ),
            Stage(
                "above",
                lambda *both: merged(both, weights=[1, -1]),
                output=np.subtract,
                reads=(images, "min"),
            ),
            Stage(
                "share",
                share,
                output=lambda above, reciprocal: np.clip(above * reciprocal, 0, 1),
                reads=("above", "reciprocal"),
            ),
            Stage(
                "kept",
                lambda *both: merged(both, "product"),
                output=np.multiply,
                reads=(images, "alike"),
            ),
            Stage("result", result, reads=("share", "kept", "differs")),
        )
    )
