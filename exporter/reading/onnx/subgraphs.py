"""Nodes with a graph of their own, that is run a known number of times: its nodes in their place.

The formulas are those of the operations If, Loop and Scan in ONNX's own documentation.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.bounds import require_memory
from exporter.reading.onnx.functions import MOST_NODES, renamed
from exporter.reading.onnx.importing import import_onnx
from exporter.wiring.onnx.node import TensorType

_OLDEST_SCAN: Final = 9
"""Before it ``Scan`` goes over batches of sequences of several lengths."""

_AXES_AS_INPUT: Final = 13
"""The opset from which on ``Unsqueeze`` reads its axes."""


class NotInlinedError(Exception):
    """How often a graph within a node is run is not known; says why."""


@dataclass(frozen=True)
class Outside:
    """What is known of the tensors around a node.

    Parameters
    ----------
    types, constants
        Its tensors, and those that no input changes, by their names.
    attributes
        The attributes of the node by their names.
    opset
        The version of the operations.
    """

    types: Mapping[str, TensorType]
    constants: Mapping[str, NDArray[Any]]
    attributes: Mapping[str, Any]
    opset: int

    def graph(self, name: str) -> Any:
        """Return a graph of the node.

        Raises
        ------
        NotInlinedError
            If it has none of this name.
        """
        graph = self.attributes.get(name)
        if not isinstance(graph, import_onnx().GraphProto):
            raise NotInlinedError(f"it has no {name}, without which nothing runs it")
        return graph

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of a tensor."""
        known = self.types.get(name)
        return self.constants[name].shape if known is None else known.shape


def inlined(proto: Any, outside: Outside) -> list[Any]:
    """Return the nodes that take the place of an ``If``, a ``Loop`` or a ``Scan``.

    Raises
    ------
    NotInlinedError
        If the input decides what is run.
    """
    makers: dict[str, Callable[[Any, Outside], list[Any]]] = {
        "If": _branch,
        "Loop": _loop,
        "Scan": _scan,
    }
    if proto.op_type not in makers:
        raise NotInlinedError("it has a graph of its own")
    return makers[proto.op_type](proto, outside)


def _branch(proto: Any, outside: Outside) -> list[Any]:
    condition = outside.constants.get(proto.input[0])
    if condition is None or condition.size != 1:
        raise NotInlinedError("which of its two graphs is run depends on its input")
    graph = outside.graph("then_branch" if condition.item() else "else_branch")
    made = _Inlining(str(proto.name), outside.opset)
    made.passed_on(made.run(graph, "", []), proto.output)
    return made.nodes


def _loop(proto: Any, outside: Outside) -> list[Any]:
    body = outside.graph("body")
    count = outside.constants.get(proto.input[0]) if proto.input[0] else None
    if count is None or count.size != 1 or not _goes_on(proto, body, outside):
        raise NotInlinedError("how often its graph is run depends on its input")
    times = int(count.item())
    _require_few(times, body)
    made = _Inlining(str(proto.name), outside.opset)
    condition = made.constant("@condition", np.array(True))
    states = list(proto.input[2:])
    each: list[list[str]] = []
    for time in range(times):
        number = made.constant(f"@t{time}/number", np.array(time, np.int64))
        _, *outputs = made.run(body, f"@t{time}", [number, condition, *states])
        states, said = outputs[: len(states)], outputs[len(states) :]
        each.append(said)
    made.passed_on(states, proto.output)
    for place, name in enumerate(proto.output[len(states) :]):
        made.joined([said[place] for said in each], name, 0)
    return made.nodes


def _scan(proto: Any, outside: Outside) -> list[Any]:
    if outside.opset < _OLDEST_SCAN:
        raise NotInlinedError(f"it is that of opset {outside.opset}, which has a batch of its own")
    body, count = outside.graph("body"), int(outside.attributes.get("num_scan_inputs", 0))
    if not 0 < count <= len(proto.input):
        raise NotInlinedError("it does not say which of its inputs are sequences")
    states, sequences = list(proto.input[:-count]), list(proto.input[-count:])
    told = len(proto.output) - len(states)
    axes, directions = (
        list(outside.attributes.get(f"scan_input_{name}", [0] * count))
        for name in ("axes", "directions")
    )
    out_axes, out_directions = (
        list(outside.attributes.get(f"scan_output_{name}", [0] * told))
        for name in ("axes", "directions")
    )
    times = outside.shape(sequences[0])[axes[0]]
    _require_few(times, body)
    made = _Inlining(str(proto.name), outside.opset)
    each: list[list[str]] = []
    for time in range(times):
        slices = [
            made.at(name, times - 1 - time if backwards else time, axis, f"@t{time}@in{place}")
            for place, (name, axis, backwards) in enumerate(
                zip(sequences, axes, directions, strict=True)
            )
        ]
        outputs = made.run(body, f"@t{time}", [*states, *slices])
        states, said = outputs[: len(states)], outputs[len(states) :]
        each.append(said)
    made.passed_on(states, proto.output)
    for place, name in enumerate(proto.output[len(states) :]):
        in_order = each[::-1] if out_directions[place] else each
        made.joined([said[place] for said in in_order], name, int(out_axes[place]))
    return made.nodes


def _goes_on(proto: Any, body: Any, outside: Outside) -> bool:
    """Tell whether the condition of a loop is true whatever it computes."""
    if proto.input[1] and not np.all(outside.constants.get(proto.input[1], False)):
        return False
    numpy_helper = import_onnx().numpy_helper
    makers = {name: node for node in body.node for name in node.output}
    given = {tensor.name: tensor for tensor in body.initializer}
    name = body.output[0].name
    while name in makers and makers[name].op_type == "Identity":
        name = makers[name].input[0]
    if name == body.input[1].name:
        return True
    if name in makers and makers[name].op_type == "Constant":
        return bool(numpy_helper.to_array(makers[name].attribute[0].t).all())
    return name in given and bool(numpy_helper.to_array(given[name]).all())


def _require_few(times: int, body: Any) -> None:
    if times < 1:
        raise NotInlinedError("its graph is not run at all")
    # A graph without nodes takes a step as well, and reads a constant.
    nodes = len(body.node) + len(body.initializer) + 1
    if times * nodes > MOST_NODES:
        raise NotInlinedError(
            f"its graph of {nodes:,} nodes is run {times:,} times, and at most "
            f"{MOST_NODES:,} nodes are read"
        )
    require_memory(times * sum(node.ByteSize() for node in body.node))


@dataclass
class _Inlining:
    """The nodes that take the place of one, as they are made."""

    name: str
    opset: int
    nodes: list[Any] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    held: set[str] = field(default_factory=set)

    def run(self, graph: Any, step: str, inputs: Sequence[str]) -> list[str]:
        """Add the nodes of a graph, and return the names of what it puts out."""
        prefix = f"{self.name}{step}"
        given = {value.name: name for value, name in zip(graph.input, inputs, strict=False)}
        weights = [tensor for tensor in graph.initializer if tensor.name not in given]
        names = {tensor.name: f"{self.name}/{tensor.name}" for tensor in weights}
        names |= {name: f"{prefix}/{name}" for node in graph.node for name in node.output if name}
        names |= given
        for tensor in weights:
            if tensor.name not in self.held:
                self.held.add(tensor.name)
                made = self._add("Constant", [], names[tensor.name])
                made.attribute.add(name="value", type=4).t.CopyFrom(tensor)
        for node in graph.node:
            made = renamed(node, names)
            own_name = f"{prefix}/{node.name or node.op_type}"
            self.used[own_name] += 1
            made.name = own_name + f"_{self.used[own_name]}" * (self.used[own_name] > 1)
            self.nodes.append(made)
        return [names.get(value.name, value.name) for value in graph.output]

    def passed_on(self, names: Sequence[str], outputs: Sequence[str]) -> None:
        """Give tensors the names that the node's outputs have."""
        for name, output in zip(names, outputs, strict=False):
            if output:
                self._add("Identity", [name], output)

    def constant(self, what: str, value: NDArray[Any]) -> str:
        """Add a constant, and return its name."""
        made = self._add("Constant", [], f"{self.name}/{what}")
        made.attribute.add(name="value", type=4).t.CopyFrom(
            import_onnx().numpy_helper.from_array(value)
        )
        return str(made.output[0])

    def at(self, name: str, place: int, axis: int, what: str) -> str:
        """Add the part of a tensor at a place of an axis, and return its name."""
        number = self.constant(f"{what}_at", np.array(place, np.int64))
        made = self._add("Gather", [name, number], f"{self.name}{what}")
        made.attribute.add(name="axis", type=2, i=axis)
        return str(made.output[0])

    def joined(self, names: Sequence[str], output: str, axis: int) -> None:
        """Join tensors along an axis that they do not have yet."""
        if not output:
            return
        wide = []
        for place, name in enumerate(names):
            axes = np.array([axis], np.int64)
            what = f"{output}/{place}"
            if self.opset < _AXES_AS_INPUT:
                made = self._add("Unsqueeze", [name], f"{self.name}/{what}")
                made.attribute.add(name="axes", type=7).ints.append(axis)
            else:
                made = self._add(
                    "Unsqueeze", [name, self.constant(f"{what}_axis", axes)], f"{self.name}/{what}"
                )
            wide.append(str(made.output[0]))
        self._add("Concat", wide, output).attribute.add(name="axis", type=2, i=axis)

    def _add(self, op: str, reads: Sequence[str], puts: str) -> Any:
        made = import_onnx().helper.make_node(op, list(reads), [puts], name=puts)
        self.nodes.append(made)
        return made
