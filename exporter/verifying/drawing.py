"""Random inputs of a model: numbers, and where it looks tokens up, tokens that it knows."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.planning.layer import PlannedLayer
from exporter.planning.plan import Plan
from exporter.reading.opened_model import OpenedModel
from exporter.wiring.sources import Sources

Ids = NDArray[np.int64]

_HALVES: Final = 1 << 22
"""Up to here single precision holds every half."""


def drawn_inputs(
    model: OpenedModel, plan: Plan, *, samples: int = 4, seed: int = 0
) -> list[NDArray[Any]]:
    """Draw random inputs of a model.

    Parameters
    ----------
    model, plan
        The model, and its neurons.
    samples
        How many, from the standard normal distribution; integers are what a pixel can be. An input
        that is looked up gets what the model knows, and if it is no integer also a half more.
    seed
        Seed of the random numbers.

    Returns
    -------
    list
        One array for each input of the model: shape ``(samples, *shape)``.
    """
    random = np.random.default_rng(seed)
    inputs = [
        _random_array(random, (samples, *(size or 0 for size in tensor.shape)), tensor.dtype)
        for tensor in model.inputs
    ]
    layers = {layer.name: layer for layer in plan.layers}
    made_by = {call.outputs[0]: layers.get(call.name) for call in model.calls if not call.inputs}
    known = _known(plan)
    for tensor, values in zip(model.inputs, inputs, strict=True):
        if (layer := made_by.get(tensor.position)) is not None:
            flat = values.reshape(samples, -1)
            for numbers, ids in known.of(layer):
                flat[:, ids - layer.first] = _drawn(random, numbers, (samples, len(ids)), flat)
    return inputs


def _random_array(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    """Draw an input of the model; one of integers gets what a pixel can be."""
    if "float" in dtype:
        return random.standard_normal(shape).astype(np.float32)
    most = 1 if dtype == "bool" else min(255, np.iinfo(dtype).max)
    return random.integers(0, most, shape, endpoint=True).astype(dtype)


def _drawn(
    random: np.random.Generator, numbers: Ids, shape: tuple[int, int], like: NDArray[Any]
) -> NDArray[Any]:
    """Draw from whole numbers; where decimals are left out, some of them have one half more."""
    drawn: NDArray[Any] = random.choice(numbers, shape)
    if like.dtype.kind != "f":
        return drawn.astype(like.dtype)
    more = np.where(np.abs(drawn) < _HALVES, random.choice([0.0, 0.5], shape), 0.0)
    return np.asarray(drawn + np.copysign(more, drawn), dtype=like.dtype)


class _Known:
    """Which neurons are looked up, and among which numbers."""

    def __init__(self) -> None:
        self._numbers: list[Ids] = []
        self._ids: list[Ids] = []

    def add(self, numbers: Ids, ids: Ids) -> None:
        """Note that neurons are looked up among numbers; twice, among those of both."""
        rest = ids
        for place, (earlier, others) in enumerate([*zip(self._ids, self._numbers, strict=True)]):
            both = np.intersect1d(earlier, rest)
            if len(both):
                self._ids[place] = np.setdiff1d(earlier, both)
                self._numbers.append(np.intersect1d(numbers, others))
                self._ids.append(both)
                rest = np.setdiff1d(rest, both)
        self._numbers.append(numbers)
        self._ids.append(rest)

    def of(self, layer: PlannedLayer) -> Iterator[tuple[Ids, Ids]]:
        """Yield numbers, and the neurons of a layer that are looked up among them."""
        for numbers, ids in zip(self._numbers, self._ids, strict=True):
            own = ids[(ids >= layer.first) & (ids <= layer.last)]
            if len(own) and len(numbers):
                yield numbers, own


def _known(plan: Plan) -> _Known:
    """Return what is looked up; a neuron that is cut to a whole number takes it to its source."""
    known = _Known()
    for layer in reversed(plan.layers):
        wiring = layer.wiring
        if wiring.known is not None:
            known.add(wiring.known, _read_by(wiring.read))
        elif wiring.activation == "trunc":
            sources = np.asarray(wiring.read).reshape(-1)
            for numbers, ids in known.of(layer):
                known.add(numbers, np.unique(sources[ids - layer.first]))
    return known


def _read_by(sources: Sources) -> Ids:
    """Return the neurons that are read, once where they repeat along axes."""
    ids = np.unique(np.asarray(sources.at_first(sources.repeating)))
    return ids[ids >= 0]
