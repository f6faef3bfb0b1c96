"""Which axis of a tensor is the channel: an ONNX graph does not say, but its nodes do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from exporter.reading.onnx.graph import GraphNode
from exporter.wiring.onnx.node import TensorType

_SECOND: Final = frozenset(
    [
        "AveragePool",
        "BatchNormalization",
        "Conv",
        "ConvTranspose",
        "DepthToSpace",
        "GlobalAveragePool",
        "GlobalLpPool",
        "Col2Im",
        "GlobalMaxPool",
        "GridSample",
        "GroupNormalization",
        "InstanceNormalization",
        "LRN",
        "LpPool",
        "MaxPool",
        "RoiAlign",
        "SpaceToDepth",
    ]
)
"""Operations whose channels are the second axis of what they read and put out."""

_LAST: Final = frozenset(["Einsum", "Gemm", "LSTM", "GRU", "MatMul", "RNN"])


class Channels:
    """The axes of the channels of all tensors of a graph.

    Parameters
    ----------
    nodes
        Its nodes, each after those that it reads.
    types
        What is known of its tensors.
    """

    def __init__(self, nodes: Sequence[GraphNode], types: Mapping[str, TensorType]) -> None:
        self._types = types
        self._wanted: dict[str, int] = {}
        self._axes: dict[str, int] = {}
        for node in reversed(nodes):
            self._want(node)
        for node in nodes:
            for name in node.inputs:
                self._axes.setdefault(name, self._wanted.get(name, -1))
            for name, axis in self._made(node):
                self._axes[name] = axis

    def of(self, name: str) -> int | None:
        """Return the axis of a tensor in the shape that a plan has; None where it has none."""
        kind = self._types.get(name)
        if kind is None or not kind.rank:
            return None
        axis = self._axes.get(name, self._wanted.get(name, -1)) % kind.rank
        batch = kind.batch if kind.is_by_time else 0
        own = axis - (axis > batch) if kind.is_by_time or kind.has_batch else axis
        # The batch is no channel.
        is_batch = axis == batch and (kind.is_by_time or kind.has_batch)
        return len(kind.planned) - 1 if is_batch else own

    def _want(self, node: GraphNode) -> None:
        """Note what a node takes for the channels of what it reads."""
        for name in node.inputs:
            axis = self._read_by(node, name)
            if axis is not None:
                self._wanted[name] = axis

    def _read_by(self, node: GraphNode, name: str) -> int | None:
        kind = self._types.get(name)
        if kind is None:
            return None
        if node.op in _SECOND:
            return 1 if kind.rank > 1 else 0
        if node.op in _LAST:
            return kind.rank - 1
        behind = self._wanted.get(node.outputs[0])
        if behind is None:
            return None
        if node.op == "Transpose":
            return _order(node.attributes, kind.rank)[behind]
        after = self._types.get(node.outputs[0])
        if after is None or after.rank != kind.rank:
            return None
        return behind if node.op != "Reshape" else _same_length(after, behind, kind)

    def _made(self, node: GraphNode) -> Iterable[tuple[str, int]]:
        """Yield the axes of what a node puts out."""
        for name in node.outputs:
            kind = self._types.get(name)
            if kind is None or not kind.rank:
                continue
            if node.op in _SECOND:
                yield name, min(1, kind.rank - 1)
            elif node.op in _LAST:
                yield name, kind.rank - 1
            else:
                yield name, self._passed_on(node, name, kind.rank)

    def _passed_on(self, node: GraphNode, name: str, rank: int) -> int:
        for read in node.inputs:
            kind = self._types.get(read)
            if kind is not None and kind.rank == rank:
                axis = self._axes[read] % rank
                if node.op == "Transpose":
                    return _order(node.attributes, rank).index(axis)
                kept: int | None = axis
                if node.op == "Reshape":
                    kept = _same_length(kind, axis, self._types[name])
                if kept is not None:
                    return kept
        return self._wanted.get(name, rank - 1)


def _same_length(one: TensorType, axis: int, other: TensorType) -> int | None:
    """Return the axis of another tensor of the same rank that is as long; None where many are."""
    length = one.shape[axis]
    if other.shape[axis] == length:
        return axis
    alike = [place for place in range(1, other.rank) if other.shape[place] == length]
    return alike[0] if len(alike) == 1 else None


def _order(attributes: Mapping[str, Any], rank: int) -> list[int]:
    return [int(axis) for axis in attributes.get("perm", range(rank)[::-1])]
