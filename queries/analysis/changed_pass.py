"""What a model says where somebody changes what neurons or relationships pass on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from queries.analysis.forward import ForwardPass, join_by_blocks
from queries.analysis.network import Network
from queries.analysis.neuron_output import REDUCE, WITHOUT_INPUTS
from queries.analysis.operators import Flags, Ids, Scores
from queries.analysis.weight_matrix import WeightMatrix
from queries.core.layer import Layer

_VALUES: Final = 1 << 23
"""Values of neurons that are held at once, unless one intervention has more: 64 MiB, twice."""


@dataclass(frozen=True)
class Change:
    """What becomes of what a neuron passes on: ``share * value + offset``.

    Parameters
    ----------
    share
        How much of the value stays.
    offset
        What comes to it: shape (neurons,).
    """

    share: float
    offset: Scores

    def added(self, neurons: Ids, values: Scores) -> Scores:
        """Return how much more some neurons pass on, by their values, one after the other."""
        return np.asarray((self.share - 1.0) * values + self.offset[neurons])


@dataclass(frozen=True)
class Changed:
    """The neurons or relationships that several interventions change, each by itself.

    Neurons are counted from the model's first.

    Parameters
    ----------
    source
        The neurons that are changed, or where the relationships begin: shape (n,).
    target, weight
        Where the relationships end, and what they weigh: shape (n,). Of a neuron itself, and 1.
    number
        The intervention that each is part of, ascending: shape (n,).
    count
        How many interventions there are.
    neurons
        Whether neurons are changed.
    """

    source: Ids
    target: Ids
    weight: Scores
    number: Ids
    count: int
    neurons: bool

    def some(self, numbers: Ids) -> "Changed":
        """Return some of the interventions, counted from 0 in the order in which they are given."""
        starts, stops = (np.searchsorted(self.number, numbers, side) for side in ("left", "right"))
        counts = stops - starts
        before = np.cumsum(counts) - counts
        entries = np.arange(counts.sum()) + np.repeat(starts - before, counts)
        number = np.repeat(np.arange(len(numbers)), counts)
        return replace(self._taken(entries), number=number, count=len(numbers))

    def into(self, place: slice) -> "Changed":
        """Return what of them are some consecutive neurons, or relationships into these."""
        return self._taken(np.flatnonzero(self.ends_in(place)))

    def ends_in(self, place: slice) -> Flags:
        """Tell which of them are some consecutive neurons, or relationships into these."""
        return np.asarray((self.target >= place.start) & (self.target < place.stop))

    def _taken(self, entries: Ids) -> "Changed":
        return replace(
            self,
            source=self.source[entries],
            target=self.target[entries],
            weight=self.weight[entries],
            number=self.number[entries],
        )


class ChangedPass(ForwardPass):
    """Computes what neurons get where some of them, or some relationships, are changed.

    All is computed in double precision. Where a change takes a value, it is what the neuron puts
    out after all that is changed before it.

    Parameters
    ----------
    network, bias, slope
        As in ``ForwardPass``.
    change
        What is done.
    """

    def __init__(self, network: Network, bias: Scores, slope: Scores, change: Change) -> None:
        super().__init__(network, bias, slope, double=True)
        self._change = change
        self._here: Changed | None = None

    def blocks(self, numbers: Ids) -> Iterator[Ids]:
        """Yield interventions, as many as are computed at once."""
        most = max(1, _VALUES // self.network.neurons)
        for start in range(0, len(numbers), most):
            yield numbers[start : start + most]

    def pre_activations(self, value: Scores, pre_activation: Scores, changed: Changed) -> Scores:
        """Return what the activation functions of all neurons are applied to.

        Parameters
        ----------
        value, pre_activation
            What neurons have where nothing is changed: shape (neurons,).
        changed
            What is changed.

        Returns
        -------
        numpy.ndarray
            Shape (neurons, interventions).
        """
        values = np.repeat(value[:, np.newaxis], changed.count, axis=1)
        inner = np.repeat(pre_activation[:, np.newaxis], changed.count, axis=1)
        reached: set[int] = set()
        for layer in self.network.layers:
            here = changed.into(self.network.neurons_of(layer))
            among = len(here.source) > 0
            self._here = here if among and not here.neurons else None
            if self._here is not None or reached.intersection(layer.inputs):
                self.compute([layer], values, inner)
                reached.add(layer.index)
            if among and here.neurons:
                own = here.source, here.number
                values[own] += self._change.added(here.source, values[own])
                reached.add(layer.index)
        return inner

    def _reduced(self, layer: Layer, values: Scores) -> Scores:
        here = self._here
        if here is None:
            return super()._reduced(layer, values)
        first = self.network.neurons_of(layer).start
        if layer.reduce == "sum":
            joined = super()._reduced(layer, values)
            more = self._change.added(here.source, values[here.source, here.number])
            np.add.at(joined, (here.target - first, here.number), here.weight * more)
            return joined
        joined = np.full((layer.neurons, values.shape[1]), WITHOUT_INPUTS[layer.reduce])
        for part in self._matrices(layer):
            own = joined[part.targets.start - first : part.targets.stop - first]
            self._join(part, values, REDUCE[layer.reduce], own, here.into(part.targets))
        return joined

    def _join(
        self, part: WeightMatrix, values: Scores, join: np.ufunc, joined: Scores, here: Changed
    ) -> None:
        """Write the joined inputs of neurons that do not add them up."""
        sources = part.matrix.indices + part.first_source
        entries, place = entries_of(part, here)

        def carried(among: slice) -> Scores:
            each = values[sources[among]]
            low, high = np.searchsorted(entries, [among.start, among.stop]).tolist()
            own, source = place[low:high], here.source[place[low:high]]
            at = entries[low:high] - among.start, here.number[own]
            each[at] += self._change.added(source, each[at])
            return each

        join_by_blocks(part, carried, join, joined)


def entries_of(part: WeightMatrix, here: Changed) -> tuple[Ids, Ids]:
    """Return which relationships of a matrix are changed, and which of the changed ones each is.

    Parameters
    ----------
    part
        The matrix.
    here
        What is changed of relationships into its neurons.

    Returns
    -------
    tuple
        Places in ``matrix.data``, ascending, and in ``here``.
    """
    # A relationship is part of one intervention, and of two between the same neurons both are.
    source, target, _ = part.columns
    width = part.sources.stop
    own, keys = here.target * width + here.source, target * width + source
    return np.flatnonzero(np.isin(keys, own)), np.argsort(own, kind="stable")
