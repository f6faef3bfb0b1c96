"""The layers of a plan: ranges of neurons, and blocks of edges built when asked."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exporter.planning.counted_weights import not_finite_weights
from exporter.planning.places import axes_text, captions, places
from exporter.planning.threshold import LeftOut, Threshold
from exporter.reading.finite import are_finite
from exporter.reading.settings import Settings
from exporter.wiring import Computed
from exporter.wiring.results import Floats, Ids, Weights
from queries.core.schema import NEURON

BLOCK_EDGES: Final = 1 << 17
"""Edges in a block, unless one neuron alone has more.

Three columns of 2.5 MB: the allocator hands the same memory out again, which is several times
faster than fresh pages for each block.
"""

MakeColumn = Callable[[], pa.Array | None]
"""Makes a column of neurons; None where they have none."""


@dataclass(frozen=True)
class EdgeBlock:
    """All edges into one range of neurons, as columns of equal length.

    Parameters
    ----------
    source, target
        Neuron ids; targets ascend.
    weight
        The weight as the model stores it, sign kept.
    """

    source: Ids
    target: Ids
    weight: Weights

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """All columns by their names, those of ``schema.connects_to``."""
        return {column.name: getattr(self, column.name) for column in fields(self)}

    def take(self, rows: NDArray[np.bool_] | slice) -> Self:
        """Return some of the edges."""
        return type(self)(**{name: column[rows] for name, column in self.columns.items()})


def joined(blocks: Sequence[EdgeBlock]) -> EdgeBlock:
    """Return several blocks of one kind as one."""
    columns = [block.columns for block in blocks]
    return type(blocks[0])(
        **{name: np.concatenate([each[name] for each in columns]) for name in columns[0]}
    )


@dataclass(frozen=True, eq=False)
class PlannedLayer:
    """One layer that makes neurons, and how to build the edges into it.

    Parameters
    ----------
    index
        0 for the first layer of neurons.
    first
        Id of its first neuron; ids follow Keras's memory order, channel fastest.
    inputs
        Indices of the layers that feed it.
    parameters
        Number of parameters of the layer of the model; 0 from its second use on.
    channel_axis
        Which axis of the output is the channel.
    settings
        How the layer of the model slides over positions.
    moved_by
        The layers that only move its values on, each with its class.
    threshold
        Which edges are strong enough to be loaded. Which ones these are shows only as they
        are built, so that counting builds them once.
    """

    name: str
    class_name: str
    index: int
    first: int
    inputs: tuple[int, ...]
    parameters: int
    wiring: Computed
    channel_axis: int = -1
    settings: Settings = field(default_factory=Settings)
    moved_by: tuple[str, ...] = ()
    threshold: Threshold = field(default_factory=Threshold)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of its output, without the batch."""
        return self.wiring.shape

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return math.prod(self.shape)

    @property
    def last(self) -> int:
        """Id of its last neuron."""
        return self.first + self.neurons - 1

    @property
    def edges(self) -> int:
        """Number of edges into the layer that a load writes."""
        return self._wired_edges - self.left_out.edges

    @cached_property
    def left_out(self) -> LeftOut:
        """What is too weak to be loaded."""
        if not self.threshold:
            return LeftOut()
        return sum((self._weak(start, stop) for start, stop in self.ranges()), LeftOut())

    @cached_property
    def not_finite_weights(self) -> int:
        """Number of edges that a load writes whose weight is not a number, or infinite."""
        return self._not_finite_edges() if self.threshold else not_finite_weights(self.wiring)

    def _not_finite_edges(self) -> int:
        """Count the same of the edges that are built."""
        if are_finite(self.wiring.weights):
            return 0
        blocks = (self.block(start, stop) for start, stop in self.ranges())
        return sum(int(np.count_nonzero(~np.isfinite(block.weight))) for block in blocks)

    @cached_property
    def not_finite_biases(self) -> int:
        """Number of its nodes whose bias or slope is not a number, or infinite."""
        own = [each for each in (self.wiring.bias, self.wiring.slope) if each is not None]
        if all(map(are_finite, own)):
            return 0
        table = self.neurons_at("", np.arange(self.neurons), ["bias", "slope"])
        finite = [pc.fill_null(pc.is_finite(column), True).to_numpy() for column in table.columns]
        return int(np.count_nonzero(~np.logical_and.reduce(finite)))

    def _weak(self, start: int, stop: int) -> LeftOut:
        whole = self._whole_block(start, stop)
        weak = whole.take(~self._strong(whole)).weight.astype(np.float64)
        # Infinite ones of either sign have no sum.
        with np.errstate(invalid="ignore"):
            return LeftOut(len(weak), float(weak.sum()), float(np.abs(weak).sum()))

    def _strong(self, whole: EdgeBlock) -> NDArray[np.bool_]:
        return self.threshold.keeps(whole.target, whole.weight)

    @cached_property
    def _wired_edges(self) -> int:
        """Number of edges into the layer, counted without building them."""
        return self.wiring.read.count

    @property
    def _axes(self) -> tuple[int, ...]:
        """Lengths of the axes along which blocks are cut."""
        return self.wiring.read.shape[: self.wiring.rank]

    @property
    def _padded(self) -> bool:
        return self._wired_edges < self.wiring.read.size

    @property
    def fan_in(self) -> int:
        """Number of inputs of one neuron, padding included."""
        return math.prod(self.wiring.read.shape[self.wiring.rank :])

    @property
    def most_edges(self) -> int:
        """The most edges into one node, known without building any."""
        return self.fan_in

    def _most_neurons(self, edges: int) -> int:
        """Return how many neurons have at most ``edges`` edges; at least 1."""
        return max(1, edges // self.most_edges)

    def ranges(self, edges: int = BLOCK_EDGES, *, begin: int = 0) -> Iterator[tuple[int, int]]:
        """Yield ranges of neurons, ``start`` to ``stop`` counted within the layer.

        Each holds at most ``edges`` edges, or one neuron. Together they cover the layer,
        in order, from the one on that holds neuron ``begin``. Each is a slice of one axis of
        the sources, so that ``block`` copies straight from views.
        """
        if self.wiring.read.size == 0:
            return
        row = size = self.neurons
        most = self._most_neurons(edges)
        for length in self._axes:
            row, size = size, size // length
            if size <= most:
                break
        step = size * max(1, most // size)
        for low in range(begin // row * row, self.neurons, row):
            for start in range(max(low, begin - (begin - low) % step), low + row, step):
                yield start, min(start + step, low + row)

    def block(self, start: int, stop: int) -> EdgeBlock:
        """Build the edges into neurons ``start`` to ``stop`` of one of the ``ranges``."""
        whole = self._whole_block(start, stop)
        return whole.take(self._strong(whole)) if self.threshold else whole

    def _whole_block(self, start: int, stop: int) -> EdgeBlock:
        """Build the weak edges as well."""
        read = self.wiring.read
        index = slab(self._axes, start, stop)
        sources = np.asarray(read[index])
        weights = np.broadcast_to(self.wiring.weights, read.shape)[index]
        target = np.arange(self.first + start, self.first + stop)
        if not self._padded:
            return _every_edge(sources, weights, np.repeat(target, self.fan_in))
        neurons = sources.ndim - (read.ndim - self.wiring.rank)
        if not any(sources.strides[:neurons]):
            # All read the same inputs, so that padding is looked for once.
            return _of_one_window(sources[(0,) * neurons].reshape(-1), weights, target)
        block = _every_edge(sources, weights, np.repeat(target, self.fan_in))
        real = block.source >= 0
        # Only blocks at a border of the layer hold padding.
        return block if real.all() else block.take(real)

    def neuron_table(self, model: str, start: int, stop: int) -> pa.Table:
        """Return the nodes of neurons ``start`` to ``stop``: the columns of ``schema.NEURON``."""
        return self.neurons_at(model, np.arange(start, stop))

    def neurons_at(self, model: str, offsets: Ids, names: Sequence[str] = NEURON.names) -> pa.Table:
        """Return the nodes of neurons counted within the layer: columns of ``schema.NEURON``."""
        place = places(self.shape, self.channel_axis, offsets)
        columns: dict[str, MakeColumn] = {
            "name": lambda: captions(self.name, place),
            **{axis: partial(pa.array, values) for axis, values in place.items()},
            "bias": lambda: self._values(self.wiring.bias, offsets),
            "slope": lambda: self._values(self.wiring.slope, offsets),
            "neurons": lambda: pa.repeat(1, len(offsets)),
        }
        return self._table(model, offsets, columns, names)

    def _table(
        self, model: str, offsets: Ids, own: Mapping[str, MakeColumn], names: Sequence[str]
    ) -> pa.Table:
        """Return nodes with what all of a layer have in common, and with columns of their own."""
        columns: dict[str, MakeColumn] = {
            "model": lambda: pa.repeat(model, len(offsets)),
            "id": lambda: pa.array(self.first + offsets),
            "layer": lambda: pa.repeat(self.name, len(offsets)),
            "layer_index": lambda: pa.repeat(self.index, len(offsets)),
            **own,
        }
        fields = [NEURON.field(name) for name in names]
        values_of_fields = (columns.get(name, lambda: None)() for name in names)
        arrays = (
            pa.nulls(len(offsets)) if values is None else values for values in values_of_fields
        )
        typed = [values.cast(field.type) for values, field in zip(arrays, fields, strict=True)]
        return pa.table(typed, schema=pa.schema(fields))

    def _values(self, values: Floats | None, offsets: Ids) -> pa.Array | None:
        """Return one value a neuron of what broadcasts to the layer's shape."""
        if values is None:
            return None
        index = np.unravel_index(offsets, self.shape)
        return pa.array(np.broadcast_to(values, self.shape)[index].astype(np.float64))

    def properties(self, model: str) -> dict[str, object]:
        """Return the properties of its node: the names of ``schema.LAYER``."""
        config = self.wiring.activation_config
        return {
            "model": model,
            "name": self.name,
            "index": self.index,
            "class_name": self.class_name,
            "shape": list(self.shape),
            "axes": axes_text(self.shape, self.channel_axis, self.wiring.counted),
            "activation": self.wiring.activation,
            "activation_config": json.dumps(config, sort_keys=True) if config else None,
            "reduce": self.wiring.reduce,
            **self.settings.properties,
            "first": self.first,
            "last": self.last,
            "neurons": self.neurons,
            "edges": self.edges,
            "parameters": self.parameters,
            "moved_by": ", ".join(self.moved_by) or None,
            "left_out_edges": self.left_out.edges,
            "left_out_weight": self.left_out.weight,
            "left_out_absolute": self.left_out.absolute,
            "not_finite_weights": self.not_finite_weights,
            "not_finite_biases": self.not_finite_biases,
        }


def _every_edge(sources: Ids, weights: Weights, target: Ids) -> EdgeBlock:
    return EdgeBlock(sources.reshape(-1), target, weights.reshape(-1))


def _of_one_window(window: Ids, weights: Weights, target: Ids) -> EdgeBlock:
    """Return the edges into neurons that all read one window, without its padding."""
    each = weights.reshape(len(target), -1)
    real = np.flatnonzero(window >= 0)
    if len(real) < len(window):
        window, each = window[real], each[:, real]
    return EdgeBlock(np.tile(window, len(target)), np.repeat(target, len(window)), each.reshape(-1))


def slab(shape: Sequence[int], start: int, stop: int) -> tuple[int | slice, ...]:
    """Return the index of a range that lies within one axis of a row-major array."""
    index: list[int | slice] = []
    size = math.prod(shape)
    if not shape:
        return ()
    for length in shape:
        size //= length
        position = start // size % length
        end = position + (stop - start) // size
        if end > position and (stop - start) % size == 0 and start % size == 0 and end <= length:
            return (*index, slice(position, end))
        index.append(position)
    raise ValueError(f"{start} to {stop} is no slice of one axis of {tuple(shape)}")
