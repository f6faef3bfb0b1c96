"""Which axis of a tensor is the batch: the first, or where a recurrent node reads, the second."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.onnx.files import is_beside
from exporter.reading.onnx.graph import MOST_AXES, GraphNode
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.recurrent import GATES, STATES, is_batch_first
from exporter.wiring.onnx.functions import FUNCTIONS
from exporter.wiring.onnx.node import TensorType

_KEEPING: Final = frozenset(
    [
        *FUNCTIONS,
        *("Add", "Cast", "Celu", "Clip", "Concat", "Div", "Dropout", "Elu", "Gelu", "HardSigmoid"),
        *("Identity", "LayerNormalization", "LeakyRelu", "MatMul", "Max", "Min", "Mul", "Neg"),
        *("PRelu", "Pow", "RMSNormalization", "Selu", "Slice", "Sub", "Sum", "Where"),
    ]
)
"""Operations that keep the axes of what they read, those besides the last at least."""

_SEQUENCE: Final = 1
"""The axis of the batch of what a recurrent node reads."""

Constants = Mapping[str, NDArray[Any]]


def inputs_by_time(model: Any) -> set[str]:
    """Return the inputs of a model whose second axis is the batch, as recurrent nodes have it.

    Each is followed from a recurrent node to where it comes from, past what keeps its axes.

    Parameters
    ----------
    model
        The ``ModelProto``.
    """
    makers = {name: node for node in model.graph.node for name in node.output if name}
    constants = _constants(model)
    inputs = {value.name for value in model.graph.input} - constants.keys()
    found: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    waiting = [
        (node.input[0], _SEQUENCE)
        for node in model.graph.node
        if node.op_type in GATES and node.input and not is_batch_first(node)
    ]
    while waiting:
        name, axis = waiting.pop()
        if (name, axis) in seen or name in constants:
            continue
        seen.add((name, axis))
        if name in inputs:
            found[name] = axis
        elif name in makers:
            waiting += _before(makers[name], name, axis, constants)
    return {name for name, axis in found.items() if axis == _SEQUENCE}


def _before(node: Any, name: str, axis: int, constants: Constants) -> Iterable[tuple[str, int]]:
    """Return which axis of what a node reads an axis of its output is."""
    reads = list(node.input)
    if node.op_type in _KEEPING:
        return [(each, axis) for each in reads if each]
    if node.op_type in GATES:
        kept = axis == STATES[list(node.output).index(name)] and not is_batch_first(node)
        return [(reads[0], _SEQUENCE)] if kept else []
    if node.op_type == "Transpose":
        order = _numbers(node, "perm", "", constants)
        return [(reads[0], order[axis])] if order else []
    if node.op_type == "Gather" and reads[0] in constants:
        return [(reads[1], axis)]
    if node.op_type == "Reshape":
        lengths = constants.get(reads[1], np.ones(1)).reshape(-1)[: axis + 1]
        return [] if np.any(lengths) else [(reads[0], axis)]
    axes = _numbers(node, "axes", reads[1] if len(reads) > 1 else "", constants)
    if not axes or min(axes) < 0 or node.op_type not in {"Squeeze", "Unsqueeze"}:
        return []
    if node.op_type == "Unsqueeze":
        return [] if axis in axes else [(reads[0], axis - sum(each < axis for each in axes))]
    for gone in sorted(axes):
        axis += gone <= axis
    return [(reads[0], axis)]


def _constants(model: Any) -> dict[str, NDArray[Any]]:
    """Return the small constants of a graph, by name; of larger ones that they are some."""
    to_array: Callable[[Any], NDArray[Any]] = import_onnx().numpy_helper.to_array
    made = {each.name: np.empty(0) for each in model.graph.initializer}
    tensors = [(each.name, each) for each in model.graph.initializer]
    for node in model.graph.node:
        if node.op_type == "Constant":
            made[node.output[0]] = np.empty(0)
            tensors += [(node.output[0], each.t) for each in node.attribute if each.HasField("t")]
    for name, tensor in tensors:
        is_shape = len(tensor.dims) < 2 and sum(tensor.dims) <= MOST_AXES  # noqa: PLR2004
        if is_shape and not is_beside(tensor):
            made[name] = to_array(tensor)
    return made


def _numbers(node: Any, attribute: str, name: str, constants: Constants) -> list[int]:
    """Return whole numbers that are an attribute or a constant input; none where neither is."""
    for each in node.attribute:
        if each.name == attribute:
            return [int(number) for number in each.ints]
    return [int(number) for number in np.reshape(constants.get(name, np.empty(0)), -1)]


def with_batch_axes(
    nodes: Sequence[GraphNode], types: dict[str, TensorType], states: Mapping[str, int]
) -> list[GraphNode]:
    """Return nodes that know which axes of their tensors are the batch.

    Parameters
    ----------
    nodes
        The nodes, each after those that it reads.
    types
        What is known of the tensors, by name; of the inputs it is known. It is changed.
    states
        The axes of what recurrent nodes put out, by the names of the tensors.
    """
    made = []
    for node in nodes:
        operands = tuple(
            types[name] if isinstance(operand, TensorType) else operand
            for name, operand in zip(node.inputs, node.operands, strict=True)
        )
        own = replace(node, operands=operands)
        kinds = [
            kind and replace(kind, batch=_batch_after(own, kind, states.get(name)))
            for name, kind in zip(node.outputs, node.types, strict=True)
        ]
        types |= {
            name: kind for name, kind in zip(node.outputs, kinds, strict=True) if name and kind
        }
        made.append(replace(own, types=tuple(kinds)))
    return made


def _batch_after(node: GraphNode, made: TensorType, axis: int | None) -> int:
    """Return which axis of a node's output is the batch, by those of what it reads."""
    first = next((each for each in node.operands if isinstance(each, TensorType)), None)
    if axis is None and first is not None:
        moves = first.batch or (node.op == "Transpose" and first.has_batch)
        axis = _moved(node, first, made) if moves else None
    return axis if axis is not None and axis < made.rank and made.shape[axis] == 1 else 0


def _moved(node: GraphNode, first: TensorType, made: TensorType) -> int | None:
    op, attributes, operands = node.op, node.attributes, node.operands
    axis = first.batch
    if op == "Transpose":
        order = [int(each) for each in attributes.get("perm", range(first.rank)[::-1])]
        return order.index(axis)
    if op in {"Flatten", "Reshape", "Squeeze", "Unsqueeze"}:
        before = int(np.prod(first.shape[:axis]))
        places = [place for place in range(made.rank) if int(np.prod(made.shape[:place])) == before]
        return next((place for place in places if made.shape[place] == 1), None)
    if op == "Gather" and isinstance(operands[1], np.ndarray):
        along = int(attributes.get("axis", 0)) % first.rank
        return axis + (operands[1].ndim - 1) * (along < axis) if along != axis else None
    return axis if made.rank == first.rank else None
