"""Which group each neuron is of, by its id: a channel, or a whole layer."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.sources import EMPTY, Ids, IdSum, Sources

Groups = NDArray[np.int32]

_MOST: Final = np.iinfo(np.int64).max


class ChannelsOf:
    """The groups of the neurons of layers, which are numbered one layer after the other.

    The ``n``-th neuron of a layer is of its channel ``n // behind % channels``, so that nothing is
    kept of each neuron.
    """

    def __init__(self) -> None:
        self._layers: list[tuple[int, int, int, int]] = []

    def add(self, first: int, behind: int, channels: int) -> None:
        """Add the next layer.

        Parameters
        ----------
        first
            The id of its first neuron.
        behind
            How many neurons of one channel follow each other.
        channels
            How many channels it has; 1 where all of it is one group.
        """
        group = sum(self._layers[-1][2:]) if self._layers else 0
        self._layers.append((first, behind if channels > 1 else 1, channels, group))

    def __getitem__(self, ids: Ids) -> Groups:
        """Return the group of each neuron, ``EMPTY`` of ids below 0."""
        none = ids < 0
        low = int(ids.min(initial=_MOST, where=~none))
        layer = self._layer(int(ids.max(initial=0)))
        if low >= self._layers[layer][0]:
            first, behind, channels, group = self._layers[layer]
            groups = _channel(ids - first, behind, channels) + group
        else:
            table = np.asarray(self._layers)
            places = np.searchsorted(table[:, 0], ids, side="right") - 1
            firsts, follow, counts, begin = table[places.clip(0)].transpose(-1, *range(ids.ndim))
            groups = (ids - firsts) // follow % counts + begin
        groups[none] = EMPTY
        return groups.astype(np.int32)

    def alike(self, sources: Sources) -> Sources:
        """Return ids of the same groups that change along fewer axes, where their terms show it."""
        return Sources(tuple(map(self._alike, sources.parts)))

    def _alike(self, ids: IdSum) -> IdSum:
        if len(ids.terms) == 1:
            return ids
        real = [term >= 0 for term in ids.terms]
        if not all(map(np.any, real)):
            return ids
        pairs = list(zip(ids.terms, real, strict=True))
        low = [int(term.min(initial=_MOST, where=own)) for term, own in pairs]
        layer = self._layer(sum(low))
        if layer != self._layer(sum(int(term.max()) for term in ids.terms)):
            return ids
        first, behind, channels, _ = self._layers[layer]
        steps = [
            np.where(own, term - least, 0) for (term, own), least in zip(pairs, low, strict=True)
        ]
        begin = sum(low) - first
        within = [begin % behind, *(int((step % behind).max()) for step in steps)]
        channel = [_channel(step, behind, channels) for step in steps]
        most = [begin // behind % channels, *(int(each.max()) for each in channel)]
        # The channels of the terms add up to that of their sum if nothing is carried over.
        if sum(within) >= behind or sum(most) >= channels:
            return ids
        terms = [np.full((1,) * ids.ndim, first + most[0] * behind)]
        for each, own in zip(channel, real, strict=True):
            terms.append(_shortened(np.where(own, each * behind, EMPTY)))
        return IdSum(tuple(terms), ids.shape)

    def _layer(self, id_: int) -> int:
        return int(np.searchsorted([first for first, *_ in self._layers], id_, side="right")) - 1


def _channel(places: Ids, behind: int, channels: int) -> Ids:
    """Return the channels of neurons, counted within a layer."""
    each = places // behind if behind > 1 else places
    return each % channels


def _shortened(term: Ids) -> Ids:
    """Return a term of length 1 along axes on which it does not change."""
    for axis in range(term.ndim):
        first = term.take([0], axis)
        if (term == first).all():
            term = first
    return term
