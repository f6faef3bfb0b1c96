"""Relationships from some neurons to others, block by block."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from queries.analysis.operators import Flags, Ids, Scores
from queries.core.layer import Layer, id_ranges
from queries.core.neuron_filter import NeuronFilter
from queries.stores.blocks.base import Blocks, Columns
from queries.stores.blocks.neurons import flags

_EDGES_A_RANGE: Final = 1 << 20
"""About how many relationships into neurons among which none is meant are read in vain."""


@dataclass(frozen=True)
class Relationships:
    """The relationships that begin and end where that is said.

    Parameters
    ----------
    blocks
        The model.
    source, target
        Which neurons they begin at, and end at.
    """

    blocks: Blocks
    source: NeuronFilter
    target: NeuronFilter

    @cached_property
    def _begins(self) -> Flags | None:
        return flags(self.blocks, self.source) if self.source else None

    @cached_property
    def _ends(self) -> Flags | None:
        return flags(self.blocks, self.target) if self.target else None

    @property
    def layers(self) -> Iterator[Layer]:
        """The layers into which there may be some, inputs first."""
        for layer in self.blocks.layers:
            if layer.edges and self._is_fed(layer):
                yield layer

    def _is_fed(self, layer: Layer) -> bool:
        """Tell whether neurons are meant among those that feed a layer."""
        begins = self._begins
        return begins is None or any(
            begins[self.blocks.places(other)].any()
            for other in self.blocks.layers
            if other.index in layer.inputs
        )

    def into(self, layer: Layer, names: Sequence[str]) -> Iterator[Columns]:
        """Yield some columns of those into a layer, in any order."""
        flags_of = {"source": self._begins, "target": self._ends}
        ends = {end: flags for end, flags in flags_of.items() if flags is not None}
        columns = list(dict.fromkeys([*names, *ends]))
        for block in self._read(layer, columns):
            rest = self._filtered(block, ends)
            if len(rest[names[0]]):
                yield rest

    def _read(self, layer: Layer, names: Sequence[str]) -> Iterator[Columns]:
        """Yield blocks that hold all of those into a layer, and others."""
        if self._begins is not None:
            block = self.blocks.outgoing(layer, np.flatnonzero(self._begins) + self.blocks.first)
            if block is not None:
                yield {name: block[name] for name in names}
                return
        for low, high in self._ranges(layer):
            yield from self.blocks.edge_blocks(layer, low, high, names)

    def _filtered(self, block: Columns, ends: Mapping[str, Flags]) -> Columns:
        """Return those that begin and end at neurons that are meant."""
        if not ends:
            return block
        first = self.blocks.first
        mask = np.logical_and.reduce([flag[block[end] - first] for end, flag in ends.items()])
        return block if mask.all() else {name: own[mask] for name, own in block.items()}

    def all(self, names: Sequence[str]) -> Iterator[Columns]:
        """Yield some columns of all of them."""
        for layer in self.layers:
            yield from self.into(layer, names)

    def weights(self, layer: Layer, by: str) -> Iterator[tuple[Scores, Ids]]:
        """Yield what those into a layer weigh, and how many of them each value stands for."""
        if self._begins is None and self._ends is None:
            for values, counts in self.blocks.weights(layer, by):
                if len(values):
                    yield values.astype(np.float64), counts
            return
        for block in self.into(layer, [by]):
            yield block[by].astype(np.float64), np.ones(len(block[by]), dtype=np.int64)

    def _ranges(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield the first and the last of neurons of a layer among which some are meant."""
        if self._ends is None:
            yield layer.first, layer.last
            return
        for low, high in id_ranges(layer.first, layer.last, layer.edges, _EDGES_A_RANGE):
            start = low - self.blocks.first
            places = np.flatnonzero(self._ends[start : high + 1 - self.blocks.first])
            if len(places):
                yield low + int(places[0]), low + int(places[-1])
