"""The plan of a load: ordered ranges of neurons, and blocks of edges built when asked."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from exporter.refusal import Refusal
from exporter.threshold import LeftOut, Threshold
from exporter.wiring import Computed
from exporter.wiring.wiring import Floats, Ids, Weights
from queries.errors import LayerNotFoundError, listed
from queries.schema import NEURON

BLOCK_EDGES: Final = 1 << 17
"""Edges in a block, unless one neuron alone has more.

Three columns of 2.5 MB: the allocator hands the same memory out again, which is several times
faster than fresh pages for each block.
"""

MOST_AXES: Final = 4
"""Axes of an output that have names: z, y, x and channel."""


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
        Number of parameters of the Keras layer; 0 from its second use on.
    channel_axis
        Which axis of the output is the channel.
    """

    name: str
    class_name: str
    index: int
    first: int
    inputs: tuple[int, ...]
    parameters: int
    wiring: Computed
    channel_axis: int = -1

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
        return self._wired_edges

    @property
    def left_out(self) -> LeftOut:
        """What a load leaves out."""
        return LeftOut()

    @cached_property
    def _wired_edges(self) -> int:
        """Number of edges into the layer, counted without building them."""
        sources = self.wiring.sources
        if sources.size == 0:
            return 0
        # An axis of stride 0 repeats one array: look at it once and multiply.
        repeats: int = math.prod(
            size for size, step in zip(sources.shape, sources.strides, strict=True) if step == 0
        )
        one = tuple(0 if step == 0 else slice(None) for step in sources.strides)
        once = np.atleast_1d(sources[one])
        return repeats * sum(int(np.count_nonzero(row >= 0)) for row in once)

    @property
    def _axes(self) -> tuple[int, ...]:
        """Lengths of the axes along which blocks are cut."""
        return self.wiring.sources.shape[: self.wiring.rank]

    @property
    def _padded(self) -> bool:
        return self._wired_edges < math.prod(self.wiring.sources.shape)

    @property
    def fan_in(self) -> int:
        """Number of inputs of one neuron, padding included."""
        return math.prod(self.wiring.sources.shape[self.wiring.rank :])

    def ranges(self, edges: int = BLOCK_EDGES) -> Iterator[tuple[int, int]]:
        """Yield ranges of neurons, ``start`` to ``stop`` counted within the layer.

        Each holds at most ``edges`` edges, or one neuron. Together they cover the layer,
        in order. Each is a slice of one axis of the sources, so that ``block`` copies
        straight from views.
        """
        if not self._wired_edges:
            return
        row = size = self.neurons
        for length in self._axes:
            row, size = size, size // length
            if size * self.fan_in <= edges:
                break
        step = size * max(1, edges // (size * self.fan_in))
        for begin in range(0, self.neurons, row):
            for start in range(begin, begin + row, step):
                yield start, min(start + step, begin + row)

    def block(self, start: int, stop: int) -> EdgeBlock:
        """Build the edges into neurons ``start`` to ``stop`` of one of the ``ranges``."""
        index = _slab(self._axes, start, stop)
        sources = self.wiring.sources[index]
        weights = np.broadcast_to(self.wiring.weights, self.wiring.sources.shape)[index]
        source, weight = sources.reshape(-1), weights.reshape(-1)
        target = np.repeat(np.arange(self.first + start, self.first + stop), self.fan_in)
        if self._padded:
            real = source >= 0
            source, target, weight = source[real], target[real], weight[real]
        return EdgeBlock(source, target, weight)

    def neuron_table(self, model: str, start: int, stop: int) -> pa.Table:
        """Return the nodes of neurons ``start`` to ``stop``: the columns of ``schema.NEURON``."""
        offsets = np.arange(start, stop)
        shape = _named(self.shape)
        names = _axes(len(shape), self.channel_axis)
        place = dict(zip(names, np.unravel_index(offsets, shape), strict=True))
        columns = {
            "model": pa.repeat(model, len(offsets)),
            "id": pa.array(self.first + offsets),
            "name": _captions(self.name, place),
            "layer": pa.repeat(self.name, len(offsets)),
            "layer_index": pa.repeat(self.index, len(offsets)),
            **{axis: pa.array(values) for axis, values in place.items()},
            "bias": self._values(self.wiring.bias, offsets),
            "slope": self._values(self.wiring.slope, offsets),
        }
        nothing = pa.nulls(len(offsets))
        return pa.table(
            {
                field.name: (
                    nothing if columns.get(field.name) is None else columns[field.name]
                ).cast(field.type)
                for field in NEURON
            },
            schema=NEURON,
        )

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
            "activation": self.wiring.activation,
            "activation_config": json.dumps(config, sort_keys=True) if config else None,
            "reduce": self.wiring.reduce,
            "first": self.first,
            "last": self.last,
            "neurons": self.neurons,
            "edges": self.edges,
            "parameters": self.parameters,
            "left_out_edges": self.left_out.edges,
            "left_out_weight": self.left_out.weight,
            "left_out_absolute": self.left_out.absolute,
        }


@dataclass(frozen=True, eq=False)
class ThinnedLayer(PlannedLayer):
    """A planned layer of whose edges only the strong ones are loaded.

    Which ones these are shows only as they are built, so that counting builds them once.
    """

    threshold: Threshold = field(default_factory=Threshold)

    @property
    def edges(self) -> int:
        """Number of edges that are strong enough."""
        return self._wired_edges - self.left_out.edges

    @cached_property
    def left_out(self) -> LeftOut:
        """What is too weak."""
        return sum((self._weak(start, stop) for start, stop in self.ranges()), LeftOut())

    def _weak(self, start: int, stop: int) -> LeftOut:
        whole = super().block(start, stop)
        weak = whole.weight[~self.threshold.keeps(whole.target, whole.weight)].astype(np.float64)
        return LeftOut(len(weak), float(weak.sum()), float(np.abs(weak).sum()))

    def block(self, start: int, stop: int) -> EdgeBlock:
        """Build the strong edges into neurons ``start`` to ``stop`` of one of the ``ranges``."""
        whole = super().block(start, stop)
        kept = self.threshold.keeps(whole.target, whole.weight)
        return EdgeBlock(whole.source[kept], whole.target[kept], whole.weight[kept])


@dataclass(frozen=True)
class LayerRow:
    """One line of what ``inspect`` shows: a Keras layer, neurons or none."""

    name: str
    class_name: str
    shape: tuple[int, ...]
    activation: str | None
    neurons: int
    edges: int
    parameters: int


@dataclass(frozen=True)
class Plan:
    """What a load of a model, or of a range of its layers, consists of.

    Parameters
    ----------
    layers
        The layers that make neurons, inputs first.
    rows
        Every Keras layer, those included that only move data.
    refused
        The layers that cannot be wired; they are not planned, nor is what stands behind them.
    """

    layers: tuple[PlannedLayer, ...]
    rows: tuple[LayerRow, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def replayable(self) -> bool:
        """True where the graph of this plan computes what the model computes."""
        return not self.refused and not self.left_out.edges

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return sum(layer.neurons for layer in self.layers)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return sum(layer.edges for layer in self.layers)

    @property
    def parameters(self) -> int:
        """Number of parameters of the Keras layers."""
        return sum(row.parameters for row in self.rows)

    @property
    def left_out(self) -> LeftOut:
        """What a load leaves out of all layers."""
        return sum((layer.left_out for layer in self.layers), LeftOut())

    def thinned(self, threshold: Threshold) -> "Plan":
        """Return the plan without the edges that are too weak."""
        if not threshold:
            return self
        layers = (
            ThinnedLayer(
                **{f.name: getattr(layer, f.name) for f in fields(layer)}, threshold=threshold
            )
            for layer in self.layers
        )
        return replace(self, layers=tuple(layers))

    def between(self, from_layer: str | None, to_layer: str | None) -> "Plan":
        """Return the part of the plan from one layer to another, both included.

        Ids stay as they are. A layer that is fed from outside the part keeps its neurons
        and loses its incoming edges.

        Raises
        ------
        LayerNotFoundError
            If no layer of neurons has that name, or the two are in the wrong order.
        """
        begin = 0 if from_layer is None else self._position(from_layer)
        end = len(self.layers) - 1 if to_layer is None else self._position(to_layer)
        if begin > end:
            raise LayerNotFoundError(
                f"layer {from_layer!r} comes after layer {to_layer!r}; exchange the two"
            )
        kept = {layer.index for layer in self.layers[begin : end + 1]}
        layers = tuple(
            layer if kept.issuperset(layer.inputs) else _without_edges(layer)
            for layer in self.layers[begin : end + 1]
        )
        names = {layer.name for layer in layers}
        rows = tuple(row for row in self.rows if row.name in names)
        return replace(self, layers=layers, rows=rows)

    def _position(self, name: str) -> int:
        for position, layer in enumerate(self.layers):
            if layer.name == name:
                return position
        raise LayerNotFoundError(
            f"the model has no layer {name!r} that makes neurons; "
            f"its layers are {listed([layer.name for layer in self.layers])}"
        )


def _without_edges(layer: PlannedLayer) -> PlannedLayer:
    nothing = np.empty((*layer.shape, 0), dtype=np.int64)
    wiring = replace(
        layer.wiring,
        sources=nothing,
        weights=np.empty(0, dtype=np.float32),
        rank=len(layer.shape),
        output=None,
    )
    return replace(layer, inputs=(), wiring=wiring)


def _named(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape of as many axes as have names: z counts the axes before it as well."""
    before = len(shape) - MOST_AXES
    return shape if before <= 0 else (math.prod(shape[: before + 1]), *shape[before + 1 :])


def _axes(rank: int, channel_axis: int) -> tuple[str, ...]:
    """Return what the axes of an output are called, in memory order."""
    names = [*"zyx"[MOST_AXES - rank :]]
    names.insert(channel_axis % rank, "channel")
    return tuple(names)


def _captions(layer: str, place: dict[str, NDArray[np.int64]]) -> pa.Array:
    """Return readable names such as ``conv_0[3]@12,7``: layer, channel, then x, y, z."""
    parts: list[object] = [layer]
    for axis, before in (("channel", "["), ("x", "]@"), ("y", ","), ("z", ",")):
        if axis in place:
            parts += [before, pa.array(place[axis]).cast(pa.string())]
    if set(place) == {"channel"}:
        parts.append("]")
    return pc.binary_join_element_wise(*parts, "")


def _slab(shape: Sequence[int], start: int, stop: int) -> tuple[int | slice, ...]:
    """Return the index of a range that lies within one axis of a row-major array."""
    index: list[int | slice] = []
    size = math.prod(shape)
    for length in shape:
        size //= length
        position = start // size % length
        end = position + (stop - start) // size
        if end > position and (stop - start) % size == 0 and start % size == 0 and end <= length:
            return (*index, slice(position, end))
        index.append(position)
    raise ValueError(f"{start} to {stop} is no slice of one axis of {tuple(shape)}")
