"""A layer taken apart by the strides of its views, so that it is a product of matrices.

``Computed.sources`` and ``Computed.weights`` are views. An axis of the output along which the
sources do not move is one of channels: all of them read the same neurons, by weights of their own.
An axis along which the weights do not move is one of positions: all of them share the weights. So
a convolution or a dense layer is one product of matrices, (positions, fan-in) by (fan-in,
channels). Along the axes that are left both move: those make a batch of such products, one a
channel in a depthwise convolution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from exporter.wiring import Computed
from exporter.wiring.results import Ids, Weights

T = TypeVar("T", bound=np.number[Any])

Axes = tuple[int, ...]

Section = tuple[slice, slice, slice]
"""A section of a layer: which of the batch, of the positions, and of the channels."""


@dataclass(frozen=True)
class Addresses:
    """Where in memory the ids of the neurons stand that a layer reads.

    The source of the output ``(b, p, c)`` by its input ``k`` is
    ``ids[batch[b] + position[p] + fan[k]]``, and the weight is ``kernel[b, c, k]``.

    Parameters
    ----------
    ids
        All ids in the memory under the sources, those between the ones that are read included.
    batch, position, fan
        Addresses, which add up.
    kernel
        Shape (batch, channels, fan-in).
    shape
        Lengths of the axes of the output.
    groups
        Which of these axes are of the batch, of positions, and of channels.
    """

    ids: Ids
    batch: Ids
    position: Ids
    fan: Ids
    kernel: Weights
    shape: tuple[int, ...]
    groups: tuple[Axes, Axes, Axes]

    @property
    def lengths(self) -> tuple[int, int, int]:
        """How many there are in the batch, of positions, and of channels."""
        return len(self.batch), len(self.position), self.kernel.shape[1]

    def read(self, section: Section) -> Ids:
        """Return the addresses that a section reads: shape (batch, positions, fan-in)."""
        batch, position, _ = section
        rows = np.add.outer(self.batch[batch], self.position[position])
        return np.add.outer(rows, self.fan)

    def span(self, sections: Sequence[Section]) -> slice:
        """Return the addresses among which are all that some sections read."""
        rows = [(self.batch[batch], self.position[position]) for batch, position, _ in sections]
        low = min(batch.min() + position.min() for batch, position in rows) + self.fan.min()
        high = max(batch.max() + position.max() for batch, position in rows) + self.fan.max()
        return slice(int(low), int(high) + 1)

    @property
    def _order(self) -> Axes:
        return tuple(axis for group in self.groups for axis in group)

    def apart(self, values: NDArray[T]) -> NDArray[T]:
        """Return values of the neurons, in their order, in the shape of ``lengths``."""
        return values.reshape(self.shape).transpose(self._order).reshape(self.lengths)

    def together(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values of the shape of ``lengths`` in the order of the neurons."""
        in_order = values.reshape([self.shape[axis] for axis in self._order])
        return in_order.transpose(np.argsort(self._order)).reshape(-1)


def addresses(wiring: Computed) -> Addresses:
    """Take a layer apart."""
    sources = np.asarray(wiring.read)
    weights = np.broadcast_to(wiring.weights, sources.shape)
    reads, weighs = _steps(sources), _steps(weights)
    output = range(wiring.rank)
    channels = tuple(axis for axis in output if weighs[axis] and not reads[axis])
    positions = tuple(axis for axis in output if not weighs[axis])
    batch = tuple(axis for axis in output if weighs[axis] and reads[axis])
    fan = tuple(range(wiring.rank, sources.ndim))
    ids, origin = _memory(sources)
    once = weights[tuple(slice(1) if axis in positions else slice(None) for axis in output)]
    lengths = [math.prod(sources.shape[axis] for axis in axes) for axes in (batch, channels, fan)]
    return Addresses(
        ids=ids,
        batch=origin + spread(sources.shape, reads, batch),
        position=spread(sources.shape, reads, positions),
        fan=spread(sources.shape, reads, fan),
        kernel=once.transpose([*batch, *positions, *channels, *fan]).reshape(lengths),
        shape=sources.shape[: wiring.rank],
        groups=(batch, positions, channels),
    )


def _steps(view: NDArray[Any]) -> list[int]:
    """Return by how many entries a view moves along each axis; 0 along an axis of length 1."""
    moves = zip(view.shape, view.strides, strict=True)
    return [step // view.itemsize if length > 1 else 0 for length, step in moves]


def _memory(view: Ids) -> tuple[Ids, int]:
    """Return all that stands in memory from the first entry of a view to the last.

    Also returns where in it the entry of index 0 stands.
    """
    moves = zip(view.shape, _steps(view), strict=True)
    ends = [(length - 1) * step for length, step in moves]
    before, after = -sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends)
    lowest = view[tuple(slice(-1, None) if end < 0 else slice(1) for end in ends)]
    return as_strided(lowest, (before + after + 1,), (view.itemsize,), writeable=False), before


def spread(shape: Sequence[int], steps: Sequence[int], axes: Axes) -> Ids:
    """Return how far each entry of some axes is from the first, in the order of the axes."""
    far = np.zeros(1, dtype=np.int64)
    for axis in axes:
        far = np.add.outer(far, np.arange(shape[axis]) * steps[axis]).reshape(-1)
    return far
