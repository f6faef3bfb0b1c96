"""What slides over the positions of a tensor whose channels stand before them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.results import Ids, NotWirableError
from exporter.wiring.windows import padding_of

Pads = list[tuple[int, int]]


@dataclass(frozen=True)
class Sliding:
    """How a node slides over positions.

    Parameters
    ----------
    kernel, strides, dilations
        One number for each axis of space.
    pads
        How much is put before and after each of them.
    """

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads: Pads

    @classmethod
    def of(cls, node: OnnxNode, kernel: Sequence[int], space: Sequence[int]) -> "Sliding":
        """Return how a node slides over ``space``.

        Raises
        ------
        NotWirableError
            If its attributes do not fit.
        """
        rank = len(kernel)
        strides, dilations = (
            tuple(int(each) for each in node.attributes.get(name, [1] * rank))
            for name in ("strides", "dilations")
        )
        if not len(strides) == len(dilations) == len(space) == rank:
            raise NotWirableError("its kernel, strides and dilations have other lengths")
        reach = [(n - 1) * step + 1 for n, step in zip(kernel, dilations, strict=True)]
        pads = _pads(node, space, reach, strides)
        if any(before < 0 or after < 0 for before, after in pads):
            raise NotWirableError("its pads are negative")
        return cls(tuple(kernel), strides, dilations, pads)

    def over(self, space: Sequence[int]) -> "Sliding":
        """Return the same over a space that may begin with the axis of a batch, each by itself."""
        more = len(space) - len(self.kernel)
        if not more:
            return self
        one = (1,) * more
        return Sliding(
            one + self.kernel,
            one + self.strides,
            one + self.dilations,
            [(0, 0)] * more + self.pads,
        )

    @property
    def reach(self) -> list[int]:
        """How far a window reaches along each axis of space."""
        return [(n - 1) * step + 1 for n, step in zip(self.kernel, self.dilations, strict=True)]

    def beyond(self, space: Sequence[int], positions: Sequence[int]) -> Pads:
        """Return how far windows reach beyond what is padded, as ``ceil_mode`` lets them."""
        return [
            (0, max((count - 1) * step + window - length - sum(pad), 0))
            for count, step, window, length, pad in zip(
                positions, self.strides, self.reach, space, self.pads, strict=True
            )
        ]


def _pads(node: OnnxNode, space: Sequence[int], reach: Sequence[int], steps: Sequence[int]) -> Pads:
    auto = node.attributes.get("auto_pad", "NOTSET")
    if auto == "VALID":
        return [(0, 0)] * len(space)
    if auto in {"SAME_UPPER", "SAME_LOWER"}:
        each = zip(space, reach, steps, strict=True)
        pads = [padding_of("same", *axis) for axis in each]
        return pads if auto == "SAME_UPPER" else [(after, before) for before, after in pads]
    if auto not in {"NOTSET", ""}:
        raise NotWirableError(f"its attribute auto_pad is {auto}")
    return pairs(node.attributes.get("pads", [0] * (2 * len(space))), len(space))


def pairs(pads: Sequence[int], rank: int) -> Pads:
    """Return what stands before and after each axis; ONNX names all of the first kind first."""
    if len(pads) != 2 * rank:
        raise NotWirableError("its pads do not fit its axes")
    return [(int(pads[axis]), int(pads[rank + axis])) for axis in range(rank)]


def channels_behind(node: OnnxNode, ids: Ids) -> Ids:
    """Return a view of the shape ``(*space, channels)``.

    A batch of more than one, as a model is exported with, is the first axis of space.

    Raises
    ------
    NotWirableError
        If it has no space.
    """
    shape = node.tensor().shape
    if len(shape) < 3:  # noqa: PLR2004 - batch, channels and space
        raise NotWirableError(f"its input of the shape {shape} has no positions")
    return np.moveaxis(ids, channel_axis(node), -1)


def channel_axis(node: OnnxNode) -> int:
    """Return the axis of the channels, in the shape that a plan has."""
    return int(not node.tensor().has_batch)
