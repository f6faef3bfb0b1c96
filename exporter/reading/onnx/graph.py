"""The nodes of an ONNX graph: constants folded, the shapes of all tensors known."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.bounds import require_weights
from exporter.reading.onnx.files import LONGEST_SHAPE, is_beside
from exporter.reading.onnx.functions import MOST_NODES, body_of, has_body
from exporter.reading.onnx.gemm import is_more_than_a_layer, parts_of_gemm
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.nested import graphs_of
from exporter.reading.onnx.recurrent import GATES, NotUnrolledError, Recurrent, state_axes
from exporter.reading.onnx.repeated import repeated
from exporter.reading.onnx.scopes import module_of
from exporter.reading.onnx.subgraphs import NotInlinedError, Outside, inlined
from exporter.wiring.handlers import ONNX, is_handled
from exporter.wiring.onnx.evaluation import evaluated
from exporter.wiring.onnx.node import Operand, TensorType, elements
from exporter.wiring.onnx.unwirable import is_unwirable, reason
from queries.core.memory import ID_BYTES, available_memory, fits_in_memory
from queries.errors import ModelFileError

MOST_AXES: Final = 32
"""How many axes a tensor may have."""

_DRAWN: Final = frozenset(
    [
        "Bernoulli",
        "Multinomial",
        "RandomNormal",
        "RandomNormalLike",
        "RandomUniform",
        "RandomUniformLike",
    ]
)
_OF_SHAPES: Final = frozenset(["EyeLike", "Shape", "Size"])
_AS_LONG_AS_INPUT: Final = frozenset(["Compress", "NonZero", "Unique"])
_AS_INPUT: Final = frozenset(["GroupNormalization"])
"""Operations of which ONNX says no shape, although their output has that of their input."""

_BY_CONSTANTS: Final = frozenset(["Compress", "STFT"])
"""Operations whose shape their constants decide, which ONNX does not look at, or wrongly."""

_COMPARED: Final = frozenset(["GreaterOrEqual", "LessOrEqual"])
"""Operations of which older versions of ONNX say no shape: that of their inputs, broadcast."""

_OWN: Final = ("", "ai.onnx")


@dataclass(frozen=True)
class GraphNode:
    """A node of a graph that is no constant.

    Parameters
    ----------
    proto
        The ``NodeProto``.
    inputs, outputs
        The names of what it reads and puts out; empty where one is left out.
    operands
        What it reads.
    types
        What is known of its outputs; None where that is nothing.
    attributes
        Its attributes by their names.
    refused
        Why it cannot be wired, whatever its handler says; None where it can.
    is_part
        True where a node that was taken apart has it.
    """

    proto: Any
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    operands: tuple[Operand, ...]
    types: tuple[TensorType | None, ...]
    attributes: Mapping[str, Any]
    refused: str | None = None
    is_part: bool = False

    @property
    def op(self) -> str:
        """Its operation; of another domain than ONNX's own with that."""
        domain = self.proto.domain
        own: str = self.proto.op_type
        return own if domain in _OWN else f"{domain}.{own}"


@dataclass
class Walk:
    """What is known of the tensors of a graph.

    Parameters
    ----------
    model
        The ``ModelProto``.
    opset
        The version of ONNX's own operations.
    packed
        Bytes of the model's files.
    types
        What is known of each tensor.
    constants
        The tensors that no input changes.
    unknown
        The tensors of which nothing is known.
    made
        The nodes that have been looked at, those taken apart in parts.
    apart
        The names of the nodes that were taken apart, and how many have each.
    folded
        The numbers of the constants that were computed, in bytes.
    repeated
        The bytes that constants would take that only repeat others, by their names.
    states
        The axes of the batch in what recurrent nodes put out, by the names of tensors.
    """

    model: Any
    opset: int
    packed: int
    types: dict[str, TensorType] = field(default_factory=dict)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    made: list[Any] = field(default_factory=list)
    apart: Counter[str] = field(default_factory=Counter)
    folded: int = 0
    repeated: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)

    def nodes(self) -> Iterator[GraphNode]:
        """Yield the nodes that are no constants, each after those that it reads.

        Raises
        ------
        ModelFileError
            If the graph is none, or asks for more than its file can hold.
        """
        read = {name for proto in self.model.graph.node for name in proto.input}
        read.update(value.name for value in self.model.graph.output)
        waiting = [(proto, False) for proto in reversed(self.model.graph.node)]
        while waiting:
            proto, is_part = waiting.pop()
            self._require_order(proto)
            parts, refused = self._parts(proto, read)
            if parts:
                waiting += [(part, True) for part in reversed(parts)]
                read.update(name for part in parts for name in part.input)
                if len(waiting) + len(self.made) > MOST_NODES:
                    raise ModelFileError(f"its graph has more than {MOST_NODES:,} nodes")
                continue
            self.made.append(proto)
            if (node := self._node(proto, refused)) is not None:
                yield replace(node, is_part=is_part)

    def _parts(self, proto: Any, read: set[str]) -> tuple[list[Any], str | None]:
        """Return the nodes that a node is made of, none where it is wired as it is; or why not."""
        names = [name for name in proto.input if name]
        if any(name in self.unknown for name in names):
            return [], None
        if graphs_of(proto) and proto.domain in _OWN:
            return self._inlined(proto)
        if _refused(proto, self.opset) or all(name in self.constants for name in names):
            return [], None
        if proto.op_type in {*GATES, "Gemm"}:
            return self._in_steps(proto)
        # A handler says the first output; what else is read the body of the operation says.
        beyond = any(name in read for name in proto.output[1:]) and proto.op_type != "Split"
        if is_handled(f"{ONNX}{proto.op_type}") and not beyond:
            return [], None
        if is_unwirable(proto.op_type) or not has_body(proto.op_type, self.opset):
            return [], None
        types = {name: self._type_proto(name) for name in names}
        try:
            return body_of(self._named(proto), types, self.opset, self.model.opset_import), None
        except ModelFileError as error:
            return [], str(error)

    def _named(self, proto: Any) -> Any:
        """Return a node of a name that no other has, after which its parts are named.

        It is that of its module, where that is known, else its own, or that of its first output.
        PyTorch's older exporter names nodes after modules itself.
        """
        module = module_of(proto)
        own = proto.name or next(filter(None, proto.output), proto.op_type)
        own = name = f"{module}/{proto.op_type}" if module else own
        while name in self.apart:
            name = f"{own}_{self.apart[own]}"
            self.apart[own] += 1
        self.apart[name] = 1
        named = import_onnx().NodeProto()
        named.CopyFrom(proto)
        named.name = name
        return named

    def _inlined(self, proto: Any) -> tuple[list[Any], str | None]:
        try:
            proto = self._named(proto)
            outside = Outside(self.types, self.constants, _attributes(proto), self.opset)
            return inlined(proto, outside), None
        except NotInlinedError as error:
            return [], str(error)

    def _in_steps(self, proto: Any) -> tuple[list[Any], str | None]:
        if proto.op_type == "Gemm":
            is_tensor = [name in self.types for name in proto.input]
            attributes = _attributes(proto)
            if not is_more_than_a_layer(attributes, is_tensor):
                return [], None
            return parts_of_gemm(self._named(proto), attributes), None
        proto = self._named(proto)
        sequence = self.types.get(proto.input[0])
        if sequence is None:
            return [], "its sequence is a constant"
        self.states |= state_axes(proto)
        node = Recurrent(proto, _attributes(proto), sequence, self.constants, self.opset)
        try:
            return node.nodes(), None
        except NotUnrolledError as error:
            return [], str(error)

    def _require_order(self, proto: Any) -> None:
        known = (self.types, self.constants, self.unknown)
        for name in proto.input:
            if name and not any(name in each for each in known):
                raise ModelFileError(
                    f"node {_called(proto)} reads {name!r}, which nothing before it makes; its "
                    "graph is damaged, or in a circle"
                )
        for name in proto.output:
            if name and any(name in each for each in known):
                raise ModelFileError(f"two of its nodes make {name!r}; its graph is damaged")

    def _node(self, proto: Any, refused: str | None) -> GraphNode | None:
        """Note what a node puts out; return it, or None where that is constant."""
        refused = refused or _refused(proto, self.opset)
        if refused is None and self._fold(proto):
            return None
        operands = tuple(self._operand(name) for name in proto.input)
        node = GraphNode(
            proto,
            tuple(proto.input),
            tuple(proto.output),
            operands,
            (None,) * len(proto.output),
            _attributes(proto) if refused is None else {},
            refused,
        )
        if any(name in self.unknown for name in proto.input):
            self.unknown.update(name for name in proto.output if name)
            return None
        if refused is None:
            node = self._without_empty(self._typed(node))
            if not any(node.outputs):
                return None
        for name, kind in zip(node.outputs, node.types, strict=True):
            if name and kind is not None:
                self.types[name] = kind
            elif name:
                self.unknown.add(name)
        return node

    def _operand(self, name: str) -> Operand:
        return self.constants.get(name, self.types.get(name)) if name else None

    def _typed(self, node: GraphNode) -> GraphNode:
        inferred = self._inferred(node.proto)
        types = tuple(inferred.get(name) if name else None for name in node.outputs)
        first = node.operands[0] if node.operands else None
        if node.op in _AS_INPUT and types[0] is None and isinstance(first, TensorType):
            types = (first, *types[1:])
        if node.op in _COMPARED and types[0] is None:
            shape = np.broadcast_shapes(*(each.shape for each in node.operands if each is not None))
            types = (TensorType(shape, "bool"),)
        if node.op == "Reshape" and types[0] and isinstance(first, TensorType):
            _require_same_size(node, first, types[0])
        if node.op in _BY_CONSTANTS and isinstance(first, TensorType):
            types = self._types_by_constants(node, first)
        if types and types[0] is None:
            why = "the shape of its output depends on the values of its input, or is not known"
            refused = reason(node.op) if is_unwirable(node.op) else why
            return replace(node, types=types, refused=refused)
        return replace(node, types=types)

    def _types_by_constants(
        self, node: GraphNode, first: TensorType
    ) -> tuple[TensorType | None, ...]:
        """Return the type of an output whose shape hangs on constants, by an input of zeros."""
        rest = [each for each in node.operands[1:] if not isinstance(each, TensorType)]
        if len(rest) + 1 < len(node.operands):
            return (None,)
        if not fits_in_memory(elements(first.shape)):
            return (None,)
        zeros = np.zeros(first.shape, first.dtype)
        try:
            made = evaluated(node.proto, [zeros, *rest], self.opset)
        except Exception as error:
            raise _does_not_fit(node.proto, error) from error
        return (TensorType(np.asarray(made[0]).shape, first.dtype),)

    def _without_empty(self, node: GraphNode) -> GraphNode:
        """Take outputs that hold no values for constants, which they are."""
        outputs = list(node.outputs)
        for place, kind in enumerate(node.types):
            if kind is not None and not elements(kind.shape):
                self.constants[outputs[place]] = np.zeros(kind.shape, kind.dtype)
                outputs[place] = ""
        return replace(node, outputs=tuple(outputs))

    def _fold(self, proto: Any) -> bool:
        """Compute the outputs of a node if no input changes them; tell whether it does not."""
        names = [name for name in proto.input if name]
        if proto.op_type in _OF_SHAPES and all(name in self.types for name in names):
            known = self.types[names[0]]
            if proto.op_type == "EyeLike" and not self._has_room(proto):
                return False
            # Of the values nothing is asked.
            self._computed(proto, [np.broadcast_to(np.zeros((), known.dtype), known.shape)])
            return True
        if proto.op_type == "CastLike" and names[0] in self.constants and names[1] in self.types:
            dtype = self.types[names[1]].dtype
            self.constants[proto.output[0]] = self.constants[names[0]].astype(dtype)
            return True
        if proto.op_type in _DRAWN or not all(name in self.constants for name in names):
            return False
        if proto.op_type == "Constant" and (value := _attributes(proto).get("value")) is not None:
            self.constants[proto.output[0]] = np.asarray(value)
            return True
        if self._is_repeated(proto):
            return True
        if not self._has_room(proto):
            return False
        self._computed(proto, [self._constant(proto, name) for name in proto.input])
        return True

    def _is_repeated(self, proto: Any) -> bool:
        """Take a constant that only repeats another one as a view of it, which takes no memory."""
        values = [self.constants[name] for name in proto.input if name]
        view = repeated(proto.op_type, _attributes(proto), values)
        # A handler may turn it, or compute with it, and then it is no view.
        size = 0 if view is None else ID_BYTES * view.size
        if view is None or sum(self.repeated.values()) + size > available_memory():
            return False
        self.repeated[proto.output[0]] = size
        self.constants[proto.output[0]] = view
        return True

    def _has_room(self, proto: Any) -> bool:
        """Tell whether the outputs of a node of constants are known to fit into memory."""
        inferred = self._inferred(proto)
        if proto.op_type in _AS_LONG_AS_INPUT or proto.op_type == "Constant":
            return True
        kinds = [inferred.get(name) for name in proto.output if name]
        if any(kind is None for kind in kinds):
            return False
        self.folded += sum(8 * elements(kind.shape) for kind in kinds if kind is not None)
        self.folded += sum(self.repeated.get(name, 0) for name in proto.input)
        require_weights(self.folded, self.packed, "its constants would take")
        return True

    def _computed(self, proto: Any, feeds: list[Any]) -> None:
        try:
            results = evaluated(proto, feeds, self.opset)
        except Exception as error:
            why = next(iter(str(error).splitlines()), "no reason given")
            raise ModelFileError(
                f"node {_called(proto)} computes a constant, which fails: {why}"
            ) from error
        names = [name for name in proto.output if name]
        for name, value in zip(names, results, strict=False):
            self.constants[name] = np.asarray(value)

    def _inferred(self, proto: Any) -> dict[str, TensorType]:
        """Return what ONNX knows of the outputs of a node."""
        onnx = import_onnx()
        from onnx import shape_inference

        _require_parts(proto)
        names = [name for name in proto.input if name]
        types = {name: self._type_proto(name) for name in names}
        data = {}
        for name in names:
            constant = self._constant(proto, name)
            if constant is not None and constant.size <= LONGEST_SHAPE:
                data[name] = onnx.numpy_helper.from_array(constant, name)
                types[name] = _constant_type(constant)
        try:
            schema = onnx.defs.get_schema(proto.op_type, self.opset, proto.domain)
            inferred = shape_inference.infer_node_outputs(
                schema, proto, types, data, None, list(self.model.opset_import), 10
            )
        except Exception as error:
            raise _does_not_fit(proto, error) from error
        each = {name: type_of(value) for name, value in inferred.items()}
        return {name: kind for name, kind in each.items() if kind is not None}

    def _constant(self, proto: Any, name: str) -> NDArray[Any] | None:
        """Return a constant as a node reads it, None where that is no constant.

        ``Range`` reads scalars, which onnxruntime takes from arrays of one number as well.
        """
        constant = self.constants.get(name)
        is_number = proto.op_type == "Range" and constant is not None and constant.size == 1
        return constant.reshape(()) if constant is not None and is_number else constant

    def _type_proto(self, name: str) -> Any:
        """Return what is known of a tensor, as ONNX says it."""
        helper = import_onnx().helper
        constant = self.constants.get(name)
        if constant is not None:
            return _constant_type(constant)
        known = self.types[name]
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(known.dtype))
        return helper.make_tensor_type_proto(kind, known.shape)


def _does_not_fit(proto: Any, error: Exception) -> ModelFileError:
    why = next(iter(str(error).splitlines()), "no reason given")
    return ModelFileError(f"node {_called(proto)} does not fit what it reads: {why}")


def _constant_type(constant: NDArray[Any]) -> Any:
    helper = import_onnx().helper
    kind = helper.np_dtype_to_tensor_dtype(constant.dtype)
    return helper.make_tensor_type_proto(kind, constant.shape)


def _called(proto: Any) -> str:
    """Return what a node is called in a message: by its first output where it has no name."""
    name = proto.name or next(iter(proto.output), "")
    return f"{name!r} ({proto.op_type})"


def _require_parts(proto: Any) -> None:
    """Raise ModelFileError where a node says that it has more parts than it puts out.

    ONNX allocates as many before it compares.
    """
    for attribute in proto.attribute:
        if attribute.name == "num_outputs" and attribute.i > max(1, len(proto.output)):
            raise ModelFileError(
                f"node {_called(proto)} makes {attribute.i:,} parts, but puts out "
                f"{len(proto.output)}; it is damaged, or made to fill the memory"
            )


def _require_same_size(node: GraphNode, before: TensorType, after: TensorType) -> None:
    """Raise ModelFileError where a shape has no room for what it is given, as ONNX lets it."""
    if elements(before.shape) != elements(after.shape):
        raise ModelFileError(
            f"node {_called(node.proto)} makes {after.shape} of {before.shape}, which is of "
            "another size"
        )


def type_of(value: Any) -> TensorType | None:
    """Return what a ``TypeProto`` says; None where an axis is open, or it is no tensor."""
    onnx = import_onnx()
    kind = value.tensor_type
    if not value.HasField("tensor_type") or not kind.HasField("shape"):
        return None
    if not all(axis.HasField("dim_value") for axis in kind.shape.dim):
        return None
    shape = tuple(int(axis.dim_value) for axis in kind.shape.dim)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
    if len(shape) > MOST_AXES or any(size < 0 for size in shape):
        return None
    return TensorType(shape, dtype.name)


def _attributes(proto: Any) -> dict[str, Any]:
    onnx = import_onnx()
    each = {}
    for attribute in proto.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            value = value.decode(errors="replace")
        elif isinstance(value, onnx.TensorProto):
            if is_beside(value):
                raise ModelFileError(f"node {_called(proto)} holds a constant that is not read")
            value = onnx.numpy_helper.to_array(value)
        each[attribute.name] = value
    return each


def _refused(proto: Any, opset: int) -> str | None:
    """Return why a node cannot be wired that is not looked at any further."""
    if proto.domain not in _OWN:
        return f"it is an operation of {proto.domain}, not of ONNX"
    if not import_onnx().defs.has(proto.op_type, opset, ""):
        return f"opset {opset} of ONNX has no such operation, so that nothing runs this file"
    return None
