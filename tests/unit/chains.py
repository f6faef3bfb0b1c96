"""What the steps of a chain compute, by plain NumPy, without a model and without a plan."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.wiring import Chain, Computed
from exporter.wiring.results import Ids
from queries.core.activations import activated

Values = NDArray[np.float64]
_REDUCE = {"sum": (np.add, 0.0), "product": (np.multiply, 1.0)}


def ids_of(arrays: Sequence[Values]) -> list[Ids]:
    """Number the values of arrays one after the other."""
    ends = np.cumsum([0, *(each.size for each in arrays)])
    return [
        np.arange(first, first + each.size).reshape(each.shape)
        for first, each in zip(ends, arrays, strict=False)
    ]


def computed(chain: Chain, arrays: Sequence[Values]) -> Values:
    """Return what the last step of a chain puts out, if the neurons of ``ids_of`` have values."""
    values = np.concatenate([each.reshape(-1) for each in arrays])
    ids: dict[str, Ids] = {}
    last = np.empty(0)
    for stage in chain.stages:
        reads = stage.reads if stage.reads is not None else [*ids][-1:]
        operands = [ids[read] if isinstance(read, str) else read for read in reads]
        last = _of_step(stage.wire(*operands), values)
        ids[stage.name] = np.arange(len(values), len(values) + last.size).reshape(last.shape)
        values = np.append(values, last)
    return last


def _of_step(wiring: Computed, values: Values) -> Values:
    join, nothing = _REDUCE[wiring.reduce]
    sources = np.asarray(wiring.read)
    each = np.where(sources >= 0, values[sources] * wiring.weights, nothing)
    joined: Any = join.reduce(each, axis=tuple(range(wiring.rank, each.ndim)))
    joined = joined + (0.0 if wiring.bias is None else wiring.bias)
    if wiring.activation is None:
        return np.asarray(joined)
    config = dict(wiring.activation_config)
    return np.asarray(activated(wiring.activation, joined[np.newaxis], config)[0])
