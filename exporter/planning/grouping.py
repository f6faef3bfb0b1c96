"""Coarser graphs: one node for all neurons of a channel, or of a layer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial

import numpy as np
import pyarrow as pa

from exporter.planning.aggregation import PIECE, aggregated
from exporter.planning.channels_of import ChannelsOf
from exporter.planning.layer import EdgeBlock, MakeColumn, PlannedLayer, slab
from exporter.planning.places import captions
from exporter.planning.plan import Plan
from exporter.wiring.results import Floats, Ids, Weights
from exporter.wiring.sources import Sources
from queries.core.granularity import GRANULARITIES, NEURON_GRAPH, Granularity
from queries.core.schema import NEURON
from queries.core.wording import option
from queries.errors import ParameterError, listed, meant


@dataclass(frozen=True)
class GroupedBlock(EdgeBlock):
    """All edges into a range of groups; each stands for those between two groups of neurons.

    Parameters
    ----------
    weight, l1, l2, largest
        Sum of their weights, sum of the absolute values, root of the sum of squares, and
        largest absolute value.
    edges
        How many there are.
    """

    l1: Weights
    l2: Weights
    largest: Weights
    edges: Ids


@dataclass(frozen=True, eq=False, kw_only=True)
class GroupedLayer(PlannedLayer):
    """A planned layer whose neurons are put together by channel, or all in one.

    Parameters
    ----------
    group_of
        The group of each neuron of the model.
    by_channel
        True where each channel is a group, false where the whole layer is one.
    feeding
        How many groups the layers that feed it have.
    """

    group_of: ChannelsOf
    by_channel: bool
    feeding: int

    @property
    def neurons(self) -> int:
        """Number of groups."""
        return self.shape[self.channel_axis] if self.by_channel else 1

    @cached_property
    def _wired_edges(self) -> int:
        """Number of edges between groups, which shows only as they are built."""
        return sum(len(self._whole_block(start, stop)) for start, stop in self.ranges())

    @cached_property
    def not_finite_weights(self) -> int:
        """Number of edges that a load writes whose weight is not a number, or infinite."""
        return self._not_finite_edges()

    @cached_property
    def _alike(self) -> Sources:
        """The sources, or others of the same groups."""
        return self.group_of.alike(self.wiring.read)

    @cached_property
    def _target_axes(self) -> list[int]:
        """Axes of the sources along which the group changes."""
        if not self.by_channel:
            return []
        lead = self.wiring.read.shape[: self.wiring.rank]
        return _axes_of(lead, self.shape)[self.channel_axis % len(self.shape)]

    @property
    def _axes(self) -> tuple[int, ...]:
        """Lengths of the axes along which blocks are cut."""
        return tuple(self.wiring.read.shape[axis] for axis in self._target_axes)

    @property
    def most_edges(self) -> int:
        """The most edges into one group: one from each that may feed it."""
        return max(1, self.feeding)

    def _most_neurons(self, edges: int) -> int:
        """Return how many groups have at most ``edges`` edges and make one piece; at least 1."""
        return max(1, min(edges // self.most_edges, PIECE // self.fan_in))

    def _whole_block(self, start: int, stop: int) -> EdgeBlock:
        """Build the edges between groups, from those between neurons."""
        read = self._alike
        weights = np.broadcast_to(self.wiring.weights, read.shape)
        index = slab(self._axes, start, stop)
        fixed = max(0, len(index) - 1)
        front = range(len(self._target_axes))
        sums = aggregated(
            read.to_front(self._target_axes)[index],
            np.moveaxis(weights, self._target_axes, front)[index],
            self.group_of,
            targets=len(self._target_axes) - fixed,
            rank=self.wiring.rank - fixed,
        )
        return GroupedBlock(
            source=sums.source,
            target=sums.target + (self.first + start),
            weight=sums.total.astype(np.float32),
            l1=sums.absolute.astype(np.float32),
            l2=np.sqrt(sums.squares).astype(np.float32),
            largest=sums.largest.astype(np.float32),
            edges=sums.edges.astype(np.int64),
        )

    def neurons_at(self, model: str, offsets: Ids, names: Sequence[str] = NEURON.names) -> pa.Table:
        """Return the nodes of groups counted within the layer: columns of ``schema.NEURON``."""
        place = {"channel": offsets} if self.by_channel else {}
        columns: dict[str, MakeColumn] = {
            "name": lambda: captions(self.name, place) if place else pa.array([self.name]),
            **{axis: partial(pa.array, values) for axis, values in place.items()},
            "bias": lambda: self._means(self.wiring.bias, offsets),
            "slope": lambda: self._means(self.wiring.slope, offsets),
            "neurons": lambda: pa.repeat(math.prod(self.shape) // self.neurons, len(offsets)),
        }
        return self._table(model, offsets, columns, names)

    def _means(self, values: Floats | None, offsets: Ids) -> pa.Array | None:
        """Return the mean a group of what broadcasts to the layer's shape."""
        if values is None:
            return None
        every = np.broadcast_to(values, self.shape)
        if self.by_channel:
            every = np.moveaxis(every, self.channel_axis, 0)
        return pa.array(every.reshape(self.neurons, -1).mean(axis=1, dtype=np.float64)[offsets])


def require_granularity(granularity: object) -> None:
    """Raise ParameterError where a node of a graph cannot stand for that."""
    if not isinstance(granularity, str) or granularity not in GRANULARITIES:
        raise ParameterError(
            f"{option('granularity')} {granularity!r} is not one of {listed(GRANULARITIES)}"
            f"{meant(str(granularity), GRANULARITIES)}"
        )


def grouped(plan: Plan, granularity: Granularity) -> Plan:
    """Return the plan of a coarser graph of the same model.

    Parameters
    ----------
    plan
        The plan of a whole model.
    granularity
        ``neuron`` returns the plan as it is; ``channel`` makes a node of each feature map or
        unit, ``layer`` of each layer.
    """
    grouping = Grouping(granularity)
    layers = tuple(grouping.of(layer) for layer in plan.layers)
    return replace(plan, layers=layers, granularity=granularity)


class Grouping:
    """Puts the neurons of one layer after the other together, inputs first.

    Parameters
    ----------
    granularity
        As in ``grouped``.
    """

    def __init__(self, granularity: Granularity) -> None:
        self._granularity = granularity
        self._groups: list[int] = []
        self._group_of = ChannelsOf()

    def of(self, layer: PlannedLayer) -> PlannedLayer:
        """Return the next layer as it is at this granularity."""
        if self._granularity == NEURON_GRAPH:
            return layer
        new = GroupedLayer(
            **{field.name: getattr(layer, field.name) for field in fields(layer)},
            group_of=self._group_of,
            by_channel=self._granularity == "channel",
            feeding=sum(self._groups[before] for before in layer.inputs),
        )
        new = replace(new, first=sum(self._groups))
        self._groups.append(new.neurons)
        behind = new.shape[new.channel_axis % len(new.shape) + 1 :] if new.by_channel else ()
        self._group_of.add(layer.first, math.prod(behind), new.neurons)
        return new


def _axes_of(lengths: Sequence[int], shape: Sequence[int]) -> list[list[int]]:
    """Return which axes make up each axis of a shape of the same elements in the same order."""
    axes: list[list[int]] = []
    axis = 0
    for size in shape:
        own = [axis]
        while math.prod(lengths[a] for a in own) < size:
            own.append(own[-1] + 1)
        axes.append(own)
        axis = own[-1] + 1
    axes[-1] += range(axis, len(lengths))
    return axes
