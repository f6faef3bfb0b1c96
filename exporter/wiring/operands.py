"""What the handlers of operations get: neuron ids for tensors, arrays of numbers for constants."""

import numpy as np

from exporter.wiring.results import Floats, Ids, NotWirableError

Operand = Ids | Floats | float
"""Ids are of int64; constants are float64, int32, or plain numbers."""


def is_neurons(operand: object) -> bool:
    """Tell whether an operand stood for a tensor."""
    return isinstance(operand, np.ndarray) and operand.dtype == np.int64


def constant(value: Operand, rank: int) -> Floats:
    """Return a constant without the axis of the batch.

    Parameters
    ----------
    value
        The constant.
    rank
        How many axes the tensors beside it have, that of the batch not counted.
    """
    values: Floats = np.asarray(value, dtype=np.float64)
    if values.ndim <= rank:
        return values
    if values.shape[0] != 1:
        raise NotWirableError("a constant of it differs between the samples of a batch")
    first: Floats = values[0]
    return first


def number(value: Operand) -> float:
    """Return a constant that is the same for all neurons, as a layer of the graph keeps it."""
    values = np.unique(np.asarray(value, dtype=np.float64))
    if len(values) != 1:
        raise NotWirableError("a constant of it differs between neurons")
    return float(values[0])
