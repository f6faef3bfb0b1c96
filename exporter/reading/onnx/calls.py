"""An ONNX graph as layer calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from exporter.reading.bounds import MOST_PARTS, require_name
from exporter.reading.calls import LayerCall, Tensor
from exporter.reading.onnx.batch_axes import with_batch_axes
from exporter.reading.onnx.channels import Channels
from exporter.reading.onnx.fusing import Fused, fused
from exporter.reading.onnx.graph import GraphNode, Walk
from exporter.reading.onnx.lookups import with_plain_lookups
from exporter.reading.onnx.names import layer_names
from exporter.reading.onnx.settings import settings_of
from exporter.reading.opened_model import ModelTensor
from exporter.wiring.handlers import ONNX, is_handled
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.onnx.unwirable import reason
from queries.errors import ModelFileError


@dataclass(frozen=True)
class GraphCalls:
    """What an ONNX graph consists of.

    Parameters
    ----------
    calls
        Its nodes as layer calls, each after those that it reads; its inputs first.
    inputs, outputs
        Its inputs and outputs.
    names
        The tensors by their positions.
    types
        What is known of them.
    nodes
        The nodes of the graph, those that were taken apart in parts.
    """

    calls: tuple[LayerCall, ...]
    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]
    names: tuple[str, ...]
    types: Mapping[str, TensorType]
    nodes: tuple[Any, ...]


def graph_calls(
    walk: Walk, inputs: Mapping[str, TensorType], declared: Sequence[str]
) -> GraphCalls:
    """Take the graph of a model apart.

    Parameters
    ----------
    walk
        What is known of its tensors; its inputs and weights are noted.
    inputs
        Its inputs by their names.
    declared
        The names of its outputs; those that are constants are left out.

    Raises
    ------
    ModelFileError
        If the graph is none, or no output depends on any input.
    """
    if not declared:
        raise ModelFileError("the model has no output")
    if len(declared) > MOST_PARTS:
        raise ModelFileError(
            f"it has {len(declared):,} outputs, and at most {MOST_PARTS:,} are read; it is "
            "damaged, or made to fill the memory"
        )
    nodes = with_plain_lookups(list(walk.nodes()), walk.opset)
    for name in declared:
        if name not in walk.constants and name not in walk.types and name not in walk.unknown:
            raise ModelFileError(f"nothing makes its output {name!r}; its graph is damaged")
    outputs = [name for name in declared if name not in walk.constants]
    if not outputs:
        raise ModelFileError(f"its output {declared[0]!r} is a constant, which no input changes")
    used = {name for node in nodes for name in node.inputs if name} | set(outputs)
    live = with_batch_axes(_live(nodes, outputs), walk.types, walk.states)
    channels = Channels(live, walk.types)
    made = fused(live, outputs, walk.opset)
    positions: dict[str, int] = {}
    numbers = count()
    for name in [*inputs, *(name for each in made for name in each.outputs)]:
        if name and name not in positions:
            positions[name] = next(numbers)
    named = layer_names(made, list(inputs), walk.model.producer_name)
    seen: set[str] = set()
    calls = [_input_call(name, kind, positions[name], channels) for name, kind in inputs.items()]
    calls += [
        _call(each, name, walk, positions, channels, used, seen)
        for each, name in zip(made, named, strict=True)
    ]
    for call in calls:
        require_name(call.name)
    return GraphCalls(
        tuple(calls),
        tuple(_tensor(name, walk.types, positions) for name in inputs),
        tuple(_tensor(name, walk.types, positions) for name in outputs if name in walk.types),
        tuple(positions),
        walk.types,
        tuple(walk.made),
    )


def _live(nodes: Sequence[GraphNode], outputs: Sequence[str]) -> list[GraphNode]:
    """Return the nodes on which an output depends, and those that cannot be looked through."""
    wanted = set(outputs)
    kept = []
    for node in reversed(nodes):
        if node.refused or wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return kept[::-1]


def _tensor(
    name: str, types: Mapping[str, TensorType], positions: Mapping[str, int]
) -> ModelTensor:
    return ModelTensor(positions[name], types[name].planned, types[name].dtype)


def _input_call(name: str, kind: TensorType, position: int, channels: Channels) -> LayerCall:
    node = OnnxNode("Input", 0, {}, (), (kind,), channel_axes=(channels.of(name),))
    return LayerCall(
        name=name,
        class_name="Input",
        key=f"{ONNX}Input",
        layer=node,
        args=(),
        kwargs={},
        outputs=(position,),
        shapes=(kind.planned,),
        dtypes=(kind.dtype,),
    )


def _call(
    each: Fused,
    name: str,
    walk: Walk,
    positions: Mapping[str, int],
    channels: Channels,
    used: set[str],
    seen: set[str],
) -> LayerCall:
    source = each.node
    places = tuple(place for place, output in enumerate(each.outputs) if output in used) or (0,)
    known = [walk.types.get(output) for output in each.outputs]
    types = tuple(kind or TensorType((), "float32") for kind in known)
    outputs = tuple(each.outputs[place] for place in places)
    node = OnnxNode(
        source.op,
        walk.opset,
        source.attributes,
        source.operands,
        types,
        used=places,
        channel_axes=tuple(channels.of(output) for output in each.outputs),
        proto=source.proto,
        bias=each.bias,
        activation=each.activation,
    )
    tensors = [
        Tensor(positions[read])
        for read, operand in zip(source.inputs, source.operands, strict=True)
        if isinstance(operand, TensorType)
    ]
    weights, first = _weights(source, walk, seen)
    return LayerCall(
        name=name,
        class_name=source.op,
        key=f"{ONNX}{source.op}",
        layer=node,
        args=tuple(tensors),
        kwargs={},
        outputs=tuple(positions[output] for output in outputs),
        shapes=tuple(types[place].planned for place in places),
        dtypes=tuple(types[place].dtype for place in places),
        first=first,
        parameters=weights + (0 if each.bias is None else int(np.size(each.bias))),
        settings=settings_of(node),
        refused=source.refused or (None if is_handled(f"{ONNX}{source.op}") else reason(source.op)),
    )


def _weights(node: GraphNode, walk: Walk, seen: set[str]) -> tuple[int, bool]:
    """Count the weights that a node reads, and tell whether it is the first that does."""
    own = {
        name: value.size
        for name, operand in zip(node.inputs, node.operands, strict=True)
        if isinstance(operand, np.ndarray) and (value := walk.constants[name]).dtype.kind == "f"
    }
    first = not own or not seen.issuperset(own)
    seen.update(own)
    return sum(own.values()), first
