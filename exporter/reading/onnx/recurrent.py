"""Recurrent nodes, unrolled: the operations of each step of a sequence of known length.

The formulas are those of the operations LSTM, GRU and RNN in ONNX's own documentation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.onnx.gates import Function, functions_of
from exporter.reading.onnx.importing import import_onnx
from exporter.wiring.onnx.node import TensorType
from queries.errors import ModelFileError

GATES: Final = {"GRU": 3, "LSTM": 4, "RNN": 1}
"""The recurrent operations, and how many gates a cell has."""

STATES: Final = (2, 1, 1)
"""The axis of the batch in what they put out: all states, the last one, and that of the cells."""

MOST_STEPS: Final = 2_000
"""The longest sequence that is unrolled: each step is some ten nodes."""

_DEFAULTS: Final = {
    "GRU": ("Sigmoid", "Tanh"),
    "LSTM": ("Sigmoid", "Tanh", "Tanh"),
    "RNN": ("Tanh",),
}


_BOUNDS_AS_INPUTS: Final = 11
"""The opset from which on ``Clip`` reads its bounds."""


def is_batch_first(node: Any) -> bool:
    """Tell whether a recurrent node has the batch before time."""
    return any(each.name == "layout" and each.i == 1 for each in node.attribute)


class NotUnrolledError(Exception):
    """A recurrent node cannot be unrolled; says why."""


@dataclass(frozen=True)
class Recurrent:
    """A recurrent node whose weights are constants.

    Parameters
    ----------
    proto
        The ``NodeProto``, of a name that no other has.
    attributes
        Its attributes by their names.
    sequence
        What is known of its input.
    constants
        The tensors that no input changes, by their names.
    opset
        The version of the operations.
    """

    proto: Any
    attributes: Mapping[str, Any]
    sequence: TensorType
    constants: Mapping[str, NDArray[Any]]
    opset: int

    def nodes(self) -> list[Any]:
        """Return the nodes that it is made of.

        Raises
        ------
        NotUnrolledError
            If it cannot be unrolled.
        """
        if self.attributes.get("layout", 0):
            return self._with_time_first()
        self._require_plain()
        runs = [self._run(place) for place in range(self._directions)]
        outputs = list(self._outputs(runs))
        return [node for run in runs for node in run.made] + outputs

    def _with_time_first(self) -> list[Any]:
        """Return the nodes of one whose batch stands before time, with what turns its tensors."""
        turned = type(self.proto)()
        turned.CopyFrom(self.proto)
        del turned.attribute[:]
        turned.attribute.extend(each for each in self.proto.attribute if each.name != "layout")
        batch, time, features = self.sequence.shape
        sequence = TensorType((time, batch, features), self.sequence.dtype)
        constants = dict(self.constants)
        before, behind = [], []
        for place in (0, 5, 6):
            if name := self._input(place):
                turned.input[place] = f"{self.name}/turned_{place}"
                if name in constants:
                    constants[turned.input[place]] = constants[name].transpose(1, 0, 2)
                before.append(_transpose(name, turned.input[place], [1, 0, 2]))
        for place, name in enumerate(self.proto.output):
            if name:
                turned.output[place] = by_time(self.name, place)
                order = [2, 0, 1, 3] if place == 0 else [1, 0, 2]
                behind.append(_transpose(turned.output[place], name, order))
        kept = {name: value for name, value in self.attributes.items() if name != "layout"}
        steps = Recurrent(turned, kept, sequence, constants, self.opset).nodes()
        return [*before, *steps, *behind]

    def _require_plain(self) -> None:
        if self.sequence.rank != 3:  # noqa: PLR2004 - time, batch, features
            raise NotUnrolledError("its input is no sequence of batches")
        if self._length > MOST_STEPS:
            raise NotUnrolledError(
                f"its input has {self._length:,} steps, and at most {MOST_STEPS:,} are unrolled"
            )

    @property
    def _length(self) -> int:
        return self.sequence.shape[0]

    @property
    def _direction(self) -> str:
        return _text(self.attributes.get("direction", "forward"))

    @property
    def _directions(self) -> int:
        return 2 if self._direction == "bidirectional" else 1

    def _backwards(self, place: int) -> bool:
        return self._direction == "reverse" or place == 1

    @property
    def name(self) -> str:
        """What its steps are named after."""
        return str(self.proto.name)

    def _input(self, place: int) -> str:
        inputs = self.proto.input
        return str(inputs[place]) if place < len(inputs) else ""

    def _constant(self, place: int, what: str) -> NDArray[Any] | None:
        name = self._input(place)
        if not name:
            return None
        if name not in self.constants:
            raise NotUnrolledError(f"its {what} depend on its input")
        return self.constants[name]

    def _functions(self, place: int) -> list[Function]:
        """Return the functions of the gates of a direction."""
        count = len(_DEFAULTS[self.proto.op_type])
        names = [_text(each) for each in self.attributes.get("activations", [])]
        names = names or [*_DEFAULTS[self.proto.op_type]] * self._directions
        given = (self.attributes.get(f"activation_{each}", []) for each in ("alpha", "beta"))
        return functions_of(names, *given)[place * count : (place + 1) * count]

    def _run(self, place: int) -> "_Run":
        """Unroll one direction."""
        gates = GATES[self.proto.op_type]
        weights, recurrent = (self._constant(each, "weights") for each in (1, 2))
        if weights is None or recurrent is None:
            raise ModelFileError(f"node {self.name!r} ({self.proto.op_type}) has no weights")
        hidden = recurrent.shape[-1]
        self._require_fit(weights, recurrent)
        bias = self._constant(3, "biases")
        biases = np.zeros(2 * gates * hidden) if bias is None else bias[place]
        functions = self._functions(place)
        suffix = "_back" if place else ""
        run = _Run(f"{self.name}{suffix}", self.opset)
        run.batch = self.sequence.shape[1]
        run.clip = self.attributes.get("clip")
        run.input_forget = bool(self.attributes.get("input_forget", 0))
        run.weigh(
            weights[place].T, recurrent[place].T, biases[: gates * hidden], biases[gates * hidden :]
        )
        run.peepholes = self._peepholes(place, hidden)
        run.start(self._input(5), place, "h")
        if self.proto.op_type == "LSTM":
            run.start(self._input(6), place, "c")
        step = {"GRU": run.gru, "LSTM": run.lstm, "RNN": run.rnn}[self.proto.op_type]
        times = range(self._length)
        before = bool(self.attributes.get("linear_before_reset", 0))
        lengths = self._constant(4, "lengths of sequences")
        for time in reversed(times) if self._backwards(place) else times:
            goes_on = np.ones(run.batch, bool) if lengths is None else lengths > time
            if not goes_on.any():
                run.states[time] = run.nothing(f"@t{time}/none")
                continue
            run.begin(self._input(0), time)
            old = dict(run.state)
            step(functions, before)
            run.states[time] = run.state["h"]
            if not goes_on.all():
                run.hold(old, goes_on)
        for kind in ("h", "c") if self.proto.op_type == "LSTM" else ("h",):
            if kind not in run.state:
                run.state[kind] = run.nothing(f"/none_{kind}")
        return run

    def _require_fit(self, weights: NDArray[Any], recurrent: NDArray[Any]) -> None:
        """Raise ModelFileError where weights are not of the shapes that ONNX says."""
        directions = {"bidirectional": 2}.get(self._direction, 1)
        hidden = recurrent.shape[-1]
        rows = GATES[self.proto.op_type] * hidden
        wanted = (directions, rows, self.sequence.shape[-1]), (directions, rows, hidden)
        given = weights.shape, recurrent.shape
        if given != wanted or self.attributes.get("hidden_size", hidden) != hidden:
            raise ModelFileError(
                f"node {self.name!r} ({self.proto.op_type}) has weights of the shapes {given[0]} "
                f"and {given[1]}, which do not fit its input or its hidden_size"
            )

    def _peepholes(self, place: int, hidden: int) -> list[NDArray[Any]]:
        values = self._constant(7, "peepholes") if self.proto.op_type == "LSTM" else None
        return [] if values is None else [*values[place].reshape(3, hidden)]

    def _outputs(self, runs: Sequence["_Run"]) -> Iterator[Any]:
        """Yield the nodes that put the states of all steps together."""
        helper = import_onnx().helper
        names = [*self.proto.output, "", "", ""]
        if names[0]:
            each = []
            for time in range(self._length):
                states = [run.states[time] for run in runs]
                for run, state in zip(runs, states, strict=True):
                    yield from run.unsqueezed(state, [0, 1])
                pairs = [f"{state}/01" for state in states]
                if len(pairs) > 1:
                    joined = f"{self.name}@t{time}/joined"
                    yield helper.make_node("Concat", pairs, [joined], axis=1, name=joined)
                    pairs = [joined]
                each += pairs
            yield helper.make_node("Concat", each, [names[0]], axis=0, name=f"{self.name}/sequence")
        for name, kind in ((names[1], "h"), (names[2], "c")):
            if name:
                for run in runs:
                    yield from run.unsqueezed(run.state[kind], [0])
                lasts = [f"{run.state[kind]}/0" for run in runs]
                last = f"{self.name}/last_{kind}"
                yield helper.make_node("Concat", lasts, [name], axis=0, name=last)


@dataclass
class _Run:
    """The nodes of one direction, as they are made."""

    name: str
    opset: int
    made: list[Any] = field(default_factory=list)
    states: dict[int, str] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    peepholes: list[NDArray[Any]] = field(default_factory=list)
    time: int = 0
    x: str = ""
    hidden: int = 0
    batch: int = 1
    clip: float | None = None
    input_forget: bool = False

    def weigh(
        self,
        weights: NDArray[Any],
        recurrent: NDArray[Any],
        bias: NDArray[Any],
        recurrent_bias: NDArray[Any],
    ) -> None:
        """Note the weights: shapes (inputs, gates), (units, gates) and (gates,)."""
        self.hidden = recurrent.shape[0]
        self._weights, self._recurrent = weights, recurrent
        self._bias, self._recurrent_bias = bias, recurrent_bias

    def start(self, given: str, place: int, kind: str) -> None:
        """Begin with a given state; without one it is 0."""
        if given:
            at = self._constant(f"start_{kind}_at", np.array(place))
            self.state[kind] = self._add("Gather", [given, at], f"start_{kind}", axis=0)

    def begin(self, sequence: str, time: int) -> None:
        """Begin a step."""
        self.time = time
        at = self._constant("at", np.array(time))
        self.x = self._add("Gather", [sequence, at], "x", axis=0)

    def hold(self, old: Mapping[str, str], goes_on: NDArray[np.bool_]) -> None:
        """Keep the states of sequences that have ended; they put out 0."""
        mask = self._constant("goes_on", goes_on.astype(np.float32)[:, np.newaxis])
        self.states[self.time] = self._add("Mul", [self.state["h"], mask], "said_on")
        over = self._constant("ended", (~goes_on).astype(np.float32)[:, np.newaxis])
        for kind, new in self.state.items():
            state = self._add("Mul", [new, mask], f"new_{kind}")
            if kind in old:
                held = self._add("Mul", [old[kind], over], f"held_{kind}")
                state = self._add("Add", [state, held], f"on_{kind}")
            self.state[kind] = state

    def nothing(self, what: str) -> str:
        """Return a state of zeros."""
        zeros = np.zeros((self.batch, self.hidden), np.float32)
        return self._named_constant(f"{self.name}{what}", zeros)

    def rnn(self, functions: Sequence[Function], before: bool) -> None:
        """Add the step of a plain cell."""
        del before
        total = self._total(slice(None), "matmul")
        self.state["h"] = self._activated(functions[0], total, "state")

    def lstm(self, functions: Sequence[Function], before: bool) -> None:
        """Add the step of a long short-term memory."""
        del before
        inner, candidate, outer = functions
        gates = {
            name: self._total(self._part(place), name)
            for place, name in enumerate(("input", "output", "forget", "candidate"))
        }
        old = self.state.get("c")
        if self.peepholes and old:
            gates["input"] = self._peep(gates["input"], old, 0)
            gates["forget"] = self._peep(gates["forget"], old, 2)
        opened = self._activated(inner, gates["input"], "input_gate")
        new = self._activated(candidate, gates["candidate"], "new")
        carry = self._add("Mul", [opened, new], "taken_in")
        if old:
            kept = self._add("Mul", [self._forget(inner, gates["forget"], opened), old], "kept")
            carry = self._add("Add", [kept, carry], "carry")
        if self.peepholes:
            gates["output"] = self._peep(gates["output"], carry, 1)
        output = self._activated(inner, gates["output"], "output_gate")
        said = self._applied(outer, carry, "said")
        self.state = {"h": self._add("Mul", [output, said], "state"), "c": carry}

    def _forget(self, inner: Function, total: str, opened: str) -> str:
        """Return the forget gate, which may be what the input gate leaves."""
        if self.input_forget:
            one = self._constant("one", np.ones((), np.float32))
            return self._add("Sub", [one, opened], "forget_gate")
        return self._activated(inner, total, "forget_gate")

    def gru(self, functions: Sequence[Function], before: bool) -> None:
        """Add the step of a gated recurrent unit."""
        inner, candidate = functions
        update = self._activated(inner, self._total(self._part(0), "update"), "update_gate")
        new = self._activated(candidate, self._candidate(inner, before), "new")
        one = self._constant("one", np.ones((), np.float32))
        rest = self._add("Sub", [one, update], "rest")
        taken = self._add("Mul", [rest, new], "taken_in")
        if old := self.state.get("h"):
            kept = self._add("Mul", [update, old], "kept")
            taken = self._add("Add", [kept, taken], "state")
        self.state["h"] = taken

    def _candidate(self, inner: Function, before: bool) -> str:
        """Return what a gated recurrent unit adds up for its new state."""
        part, old = self._part(2), self.state.get("h")
        own, recurrent = self._bias[part], self._recurrent_bias[part]
        x = self._product(self.x, self._weights[:, part], "candidate_x")
        if not old and not (before and np.any(recurrent)):
            return self._plus(x, own + recurrent, "candidate")
        reset = self._activated(inner, self._total(self._part(1), "reset"), "reset_gate")
        weights = self._recurrent[:, part]
        if not before:
            read = self._add("Mul", [reset, str(old)], "reset_state")
            said = self._product(read, weights, "candidate_h")
            both = self._add("Add", [x, said], "candidate_sum")
            return self._plus(both, own + recurrent, "candidate")
        if old:
            said = self._plus(self._product(old, weights, "candidate_h"), recurrent, "candidate_b")
        else:
            said = self._constant("candidate_b", recurrent.astype(np.float32))
        read = self._add("Mul", [reset, said], "reset_state")
        return self._add("Add", [self._plus(x, own, "candidate_own"), read], "candidate")

    def _part(self, place: int) -> slice:
        return slice(place * self.hidden, (place + 1) * self.hidden)

    def _total(self, part: slice, what: str) -> str:
        """Return what a gate adds up."""
        x = self._product(self.x, self._weights[:, part], f"{what}_x")
        if old := self.state.get("h"):
            said = self._product(old, self._recurrent[:, part], f"{what}_h")
            x = self._add("Add", [x, said], f"{what}_sum")
        return self._plus(x, self._bias[part] + self._recurrent_bias[part], what)

    def _product(self, read: str, weights: NDArray[Any], what: str) -> str:
        own = self._constant(f"{what}.weights", weights.astype(np.float32))
        return self._add("MatMul", [read, own], what)

    def _plus(self, read: str, bias: NDArray[Any], what: str) -> str:
        own = self._constant(f"{what}.bias", bias.astype(np.float32))
        return self._add("Add", [read, own], what)

    def _peep(self, total: str, carry: str, place: int) -> str:
        """Add the peephole of a gate."""
        weights = self._constant(f"peephole_{place}", self.peepholes[place].astype(np.float32))
        seen = self._add("Mul", [carry, weights], f"peephole_{place}_seen")
        return self._add("Add", [total, seen], f"peephole_{place}_sum")

    def unsqueezed(self, read: str, axes: list[int]) -> Iterator[Any]:
        """Yield the nodes that give a tensor axes of length 1 before its own."""
        onnx = import_onnx()
        shape = f"{read}/shape{len(axes)}"
        name = f"{read}/{''.join(map(str, axes))}"
        # 0 keeps what stands there, 1 is a new axis.
        sizes = np.array([*[1] * len(axes), *[-1], self.hidden], dtype=np.int64)
        value = onnx.numpy_helper.from_array(sizes, shape)
        yield onnx.helper.make_node("Constant", [], [shape], value=value, name=shape)
        yield onnx.helper.make_node("Reshape", [read, shape], [name], name=name)

    def _activated(self, function: Function, read: str, what: str) -> str:
        """Cut what a gate adds up, and apply its function."""
        if self.clip is not None and self.opset < _BOUNDS_AS_INPUTS:
            read = self._add("Clip", [read], f"{what}_cut", min=-self.clip, max=self.clip)
        elif self.clip is not None:
            bounds = [
                self._constant(f"{what}_{name}", np.array(bound, np.float32))
                for name, bound in (("least", -self.clip), ("most", self.clip))
            ]
            read = self._add("Clip", [read, *bounds], f"{what}_cut")
        return self._applied(function, read, what)

    def _applied(self, function: Function, read: str, what: str) -> str:
        """Apply a function, in steps where it scales."""
        if function.inner != 1:
            read = self._scaled(read, "Mul", function.inner, f"{what}_scaled")
        if function.op is not None:
            last = what if function.is_plain else f"{what}_function"
            read = self._add(function.op, [read], last, **function.attributes)
        if function.outer != 1:
            read = self._scaled(read, "Mul", function.outer, f"{what}_outer")
        return (
            self._scaled(read, "Add", function.added, f"{what}_added") if function.added else read
        )

    def _scaled(self, read: str, op: str, number: float, what: str) -> str:
        value = self._constant(f"{what}.value", np.array(number, np.float32))
        return self._add(op, [read, value], what)

    def _add(self, op: str, reads: list[str], what: str, **attributes: Any) -> str:
        name = f"{self.name}@t{self.time}/{what}"
        node = import_onnx().helper.make_node(op, reads, [name], name=name, **attributes)
        self.made.append(node)
        return name

    def _constant(self, what: str, value: NDArray[Any]) -> str:
        return self._named_constant(f"{self.name}@t{self.time}/{what}", value)

    def _named_constant(self, name: str, value: NDArray[Any]) -> str:
        onnx = import_onnx()
        tensor = onnx.numpy_helper.from_array(value, name)
        self.made.append(onnx.helper.make_node("Constant", [], [name], value=tensor, name=name))
        return name


def state_axes(proto: Any) -> dict[str, int]:
    """Return the axes of the batch in what a recurrent node puts out, by the names of tensors."""
    first = is_batch_first(proto)
    return {
        by_time(proto.name, place) if first else output: STATES[place]
        for place, output in enumerate(proto.output)
        if output
    }


def by_time(name: str, place: int) -> str:
    """Return the name of what a node that has the batch first puts out before it is turned."""
    return f"{name}/by_time_{place}"


def _transpose(read: str, puts: str, order: list[int]) -> Any:
    return import_onnx().helper.make_node("Transpose", [read], [puts], name=puts, perm=order)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
