"""Tables that are looked up at integers which a model computes, although they stay the same.

Exporters count negative places from the end before a lookup, which ``Gather`` does by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.onnx.graph import GraphNode
from exporter.reading.onnx.importing import import_onnx
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import TensorType

_EACH: Final = frozenset(
    [
        "Add",
        "And",
        "Cast",
        "Equal",
        "Greater",
        "GreaterOrEqual",
        "Identity",
        "Less",
        "LessOrEqual",
        "Mul",
        "Neg",
        "Not",
        "Or",
        "Sub",
        "Where",
    ]
)
"""Operations that compute each number by itself."""

_MOST_STEPS: Final = 100
"""How many nodes are looked at before a lookup, those that several read each time."""

_LONGEST_TABLE: Final = 1 << 20
"""How many places a table may have: vocabularies have some hundred thousand."""

_AT_ONCE: Final = 1 << 16
"""How many places are looked at together, as each step makes an array of them."""


def with_plain_lookups(nodes: Sequence[GraphNode], opset: int) -> list[GraphNode]:
    """Return nodes of which a lookup reads tokens, not what is the same place in its table.

    Parameters
    ----------
    nodes
        The nodes of a graph, each after those that it reads.
    opset
        The version of the operations.
    """
    made = {name: node for node in nodes for name in node.outputs if name}
    return [_plain(node, made, opset) for node in nodes]


def _plain(node: GraphNode, made: Mapping[str, GraphNode], opset: int) -> GraphNode:
    if node.op != "Gather" or node.refused or node.inputs[1] not in made:
        return node
    table, places = node.operands
    if not isinstance(table, np.ndarray) or not isinstance(places, TensorType):
        return node
    steps = _steps(node.inputs[1], made)
    read = {
        name: operand
        for step in steps
        for name, operand in zip(step.inputs, step.operands, strict=True)
        if isinstance(operand, TensorType) and made.get(name) not in steps
    }
    if len(read) != 1:
        return node
    name, tokens = next(iter(read.items()))
    length = table.shape[int(node.attributes.get("axis", 0))]
    if tokens.shape != places.shape or not _is_same(steps, name, tokens, length, opset):
        return node
    proto = import_onnx().NodeProto()
    proto.CopyFrom(node.proto)
    proto.input[1] = name
    return replace(node, proto=proto, inputs=(node.inputs[0], name), operands=(table, tokens))


def _steps(name: str, made: Mapping[str, GraphNode]) -> list[GraphNode]:
    """Return the nodes that compute a tensor number by number, each after those that it reads."""
    steps: list[GraphNode] = []
    waiting = [made[name]]
    for _ in range(_MOST_STEPS):
        if not waiting:
            return steps[::-1]
        node = waiting.pop(0)
        if node.op not in _EACH or node.refused or _rounds(node):
            continue
        # What is read by several comes before all of them.
        if node in steps:
            steps.remove(node)
        steps.append(node)
        waiting += [made[each] for each in node.inputs if each in made]
    return []


def _rounds(node: GraphNode) -> bool:
    """Tell whether a node makes integers of floats, of which tokens are made."""
    read = node.operands[0]
    return node.op == "Cast" and isinstance(read, TensorType) and "float" in read.dtype


def _is_same(
    steps: Sequence[GraphNode], name: str, tokens: TensorType, length: int, opset: int
) -> bool:
    """Tell whether steps keep each place of a table that is as long, counted from either end."""
    if not steps or length > _LONGEST_TABLE or np.dtype(tokens.dtype).kind != "i":
        return False
    limits = np.iinfo(tokens.dtype)
    least, end = max(-length, limits.min), min(length, limits.max + 1)
    return all(
        _keep(
            steps,
            name,
            np.arange(start, min(start + _AT_ONCE, end), dtype=limits.dtype),
            length,
            opset,
        )
        for start in range(least, end, _AT_ONCE)
    )


def _keep(
    steps: Sequence[GraphNode], name: str, every: NDArray[Any], length: int, opset: int
) -> bool:
    """Tell whether steps keep these places of a table."""
    known: dict[str, NDArray[Any]] = {name: every}
    for step in steps:
        feeds = [
            operand.reshape(())
            if isinstance(operand, np.ndarray) and operand.size == 1
            else known.get(each)
            for each, operand in zip(step.inputs, step.operands, strict=True)
        ]
        if any(feed is None for feed in feeds):
            return False
        known[step.outputs[0]] = np.asarray(evaluated(step.proto, feeds, opset)[0])
    places, every = known[steps[-1].outputs[0]], every.astype(np.int64)
    within = (places >= -length) & (places < length)
    return bool(np.all(within & (places % length == every % length)))
