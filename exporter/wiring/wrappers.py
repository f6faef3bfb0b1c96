"""Wrappers: layers that call the layer in them, which is what gets wired."""

from typing import Any, Final, NoReturn

from exporter.wiring.handlers import handles
from exporter.wiring.results import Ids, NotWirableError

WRAPPERS: Final = ("TimeDistributed", "SpectralNormalization")


@handles(*WRAPPERS)
def wrapper(layer: Any, *inputs: Ids) -> NoReturn:
    """Wire the layer in it, as it is at inference: at each step, if it is distributed over time."""
    del layer, inputs
    # Plain calls never come here: exporter.reading.keras.calls puts those
    # of the layer within in their place.
    raise NotWirableError("it is called with a mask, or an open number of steps")
