"""Open any ONNX model as one list of layer calls, inputs first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.reading.bounds import require_memory, require_weights
from exporter.reading.calls import LayerCall
from exporter.reading.finite import are_finite
from exporter.reading.model_file import InMemory, Place, reading
from exporter.reading.onnx.calls import GraphCalls, graph_calls
from exporter.reading.onnx.files import Origin, is_beside, read_beside, read_file
from exporter.reading.onnx.functions import require_few_nodes, without_functions
from exporter.reading.onnx.graph import Walk
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.inputs import (
    batches_of,
    close,
    fixed_batch,
    inputs_of,
    is_of_one,
    told_outputs,
)
from exporter.reading.onnx.names import source_of
from exporter.reading.onnx.refusing import refusing
from exporter.reading.onnx.single_precision import in_single_precision
from exporter.reading.onnx.values import by_sample, run, with_infinite
from exporter.reading.opened_model import ModelTensor, ModelValues
from exporter.reading.refusal import Refusal, raise_unsupported
from exporter.wiring.onnx.node import TensorType, elements
from queries.core.input_shapes import InputShapes
from queries.errors import ModelFileError, ParameterError

OLDEST_OPSET: Final = 7
"""Before it onnxruntime runs no model, so that nothing could be compared."""

Said = Callable[[Mapping[str, NDArray[Any]]], Mapping[str, NDArray[Any]]]
"""Returns what a model says of one sample, its inputs and its outputs by their names."""


@dataclass(frozen=True)
class OnnxModel:
    """An ONNX model, opened; an ``OpenedModel``.

    Parameters
    ----------
    source
        What exported it, such as ``pytorch 2.15.0 (opset 20)``.
    half_precisions
        The half precisions that it names; it is read as float32.
    """

    source: str
    half_precisions: tuple[str, ...]
    _origin: Origin
    _proto: Any
    _parts: Any
    _graph: GraphCalls
    _said: Said | None

    @property
    def path(self) -> Place:
        """Where the model is."""
        return self._origin.place

    @property
    def calls(self) -> Sequence[LayerCall]:
        """The layer calls, each after those that it reads."""
        return self._graph.calls

    @property
    def inputs(self) -> Sequence[ModelTensor]:
        """The inputs of the model."""
        return self._graph.inputs

    @property
    def outputs(self) -> Sequence[ModelTensor]:
        """The outputs of the model."""
        return self._graph.outputs

    @property
    def modules(self) -> Sequence[str]:
        """None: an ONNX model has no code."""
        return ()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the model, and of the files beside it that hold its weights."""
        return self._origin.sha256

    def may_hold_not_finite(self) -> bool:
        """Tell whether the weights hold a number that is not finite.

        Raises
        ------
        ModelFileError
            If they cannot be read.
        """
        with reading(self.path), refusing():
            unread = any(map(is_beside, self._proto.graph.initializer))
            model = self._origin.whole() if unread else self._proto
            return any(not are_finite(each) for each in _floats(model))

    def values(self, inputs: Sequence[NDArray[Any]]) -> ModelValues:
        """Run the model by onnxruntime, and return the values of all of its tensors.

        What a module in memory says is what it says itself, not what its export does.

        Parameters
        ----------
        inputs
            One array for each of its inputs: shape ``(samples, *shape)``.

        Raises
        ------
        VerificationError
            If onnxruntime cannot run the model.
        """
        graph, types = self._graph, self._graph.types
        given = {
            graph.names[tensor.position]: types[graph.names[tensor.position]]
            for tensor in self.inputs
        }
        names = [
            graph.names[position]
            for call in self.calls
            for position in call.outputs
            if call.inputs and graph.names[position] in types
        ]
        outputs = [graph.names[tensor.position] for tensor in self.outputs]
        with reading(self.path):
            each = run(self._parts, given, inputs, names)
            if self._said is None or self.half_precisions:
                predicted = run(self._proto, given, inputs, outputs, optimised=True)
            else:
                predicted = by_sample(self._said, given, inputs, outputs)
        positions = {name: position for position, name in enumerate(graph.names)}
        tensors: dict[int, NDArray[Any]] = {
            tensor.position: array for tensor, array in zip(self.inputs, inputs, strict=True)
        }
        for name, value in zip(names, each, strict=True):
            tensors[positions[name]] = _own(value, types[name])
        said = [_own(value, types[name]) for name, value in zip(outputs, predicted, strict=True)]
        return ModelValues(
            tensors,
            [
                with_infinite(value, tensors[positions[name]])
                for name, value in zip(outputs, said, strict=True)
            ],
        )


def open_file(
    path: Path, *, partial: bool, weights: bool, input_shape: InputShapes | None
) -> OnnxModel:
    """Open an ONNX file; run no code from it.

    Parameters
    ----------
    path, partial, weights, input_shape
        As in ``formats.open_model``.

    Returns
    -------
    OnnxModel
        The model and its layer calls.

    Raises
    ------
    ModelFileError
        If the file is damaged, not a model, or of a version that is too old or too new.
    UnsupportedLayerError
        If operations of the model are not handled; the message names all of them.
    ParameterError
        If a shape does not fit the model.
    """
    with refusing():
        proto, file = read_file(path)
        read_beside(path, proto, weights=weights)
        return opened(proto, file, partial=partial, input_shape=input_shape)


def opened(
    proto: Any,
    origin: Origin,
    *,
    partial: bool = False,
    input_shape: InputShapes | None = None,
    batch: bool | None = None,
    said: Said | None = None,
) -> OnnxModel:
    """Open a model that has been read.

    Parameters
    ----------
    proto
        The ``ModelProto``, which is changed.
    origin
        Where it was read from.
    partial, input_shape
        As in ``open_file``.
    batch
        Whether the first axis of each input is that of a batch of one; None to find out.
    said
        What the model says, where it is known of something else than the export.

    Raises
    ------
    ModelFileError, UnsupportedLayerError, ParameterError
        As ``open_file`` does.
    """
    opset, packed = _opset(proto), origin.size
    _require_size(proto, packed)
    require_memory(packed)
    source = source_of(proto.producer_name, proto.producer_version, opset)
    source += ", in memory" * isinstance(origin.place, InMemory)
    whole = without_functions(proto)
    halves = in_single_precision(whole)
    graph, model = _graph(whole, opset, packed, input_shape, batch)
    if not partial:
        refused = [call for call in graph.calls if call.refused]
        raise_unsupported(
            [Refusal(call.name, call.class_name, str(call.refused)) for call in refused]
        )
    if not graph.outputs:
        raise ModelFileError("the shape of none of its outputs is known")
    parts = _in_parts(model, graph)
    return OnnxModel(source, halves, origin, model, parts, graph, said)


def _in_parts(model: Any, graph: GraphCalls) -> Any:
    """Return a model with the nodes that are wired in place of those that were taken apart."""
    if len(graph.nodes) == len(model.graph.node):
        return model
    parts = import_onnx().ModelProto()
    parts.CopyFrom(model)
    del parts.graph.node[:]
    for node in graph.nodes:
        values = [each for each in node.attribute if each.HasField("t")]
        if node.op_type == "Constant" and values:
            # As weights they may be of any type, which older constants may not.
            parts.graph.initializer.add().CopyFrom(values[0].t)
            parts.graph.initializer[-1].name = node.output[0]
        else:
            parts.graph.node.append(node)
    return parts


def _graph(
    proto: Any, opset: int, packed: int, shapes: InputShapes | None, batch: bool | None
) -> tuple[GraphCalls, Any]:
    """Take the graph apart for a batch of one, or as it is where only that fits its nodes."""

    def taken(own: Any, *, batch: bool) -> tuple[GraphCalls, Any]:
        return _with_batch(own, opset, packed, shapes, batch=batch), own

    fixed = fixed_batch(proto)
    if batch is not None or fixed is None:
        return taken(proto, batch=batch is not False)
    if len(batches_of(proto)) > 1:
        # An input of as many rows as no other is a table, of which one row says another thing.
        return taken(proto, batch=False)
    told = told_outputs(proto)
    changed = import_onnx().ModelProto()
    changed.CopyFrom(proto)
    try:
        one = taken(changed, batch=True)
    except (ModelFileError, ParameterError):
        # The shapes of a graph that was loaded so have the batch as well.
        return taken(proto, batch=False)
    if None not in told.values() and is_of_one(told, fixed, one[0].types):
        return one
    close(proto, one[0].types, fixed)
    whole = _with_batch(proto, opset, packed, None, batch=False), proto
    known = {name: kind.shape for name, kind in whole[0].types.items()}
    made = {name: shape or known.get(name) for name, shape in told.items()}
    return one if is_of_one(made, fixed, one[0].types) else whole


def _with_batch(
    proto: Any, opset: int, packed: int, shapes: InputShapes | None, *, batch: bool
) -> GraphCalls:
    inputs = inputs_of(proto, shapes, batch=batch)
    walk = Walk(proto, opset, packed)
    walk.types.update(inputs)
    for tensor in proto.graph.initializer:
        if tensor.name in walk.constants:
            raise ModelFileError(f"it holds two weights of the name {tensor.name!r}")
        walk.constants[tensor.name] = _array(tensor)
    return graph_calls(walk, inputs, [value.name for value in proto.graph.output])


def _array(tensor: Any) -> NDArray[Any]:
    onnx = import_onnx()
    shape = tuple(int(size) for size in tensor.dims)
    if is_beside(tensor):
        # Weights that are not read are zeros, which take no memory.
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        return np.broadcast_to(np.zeros((), dtype), shape)
    try:
        array: NDArray[Any] = onnx.numpy_helper.to_array(tensor)
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise ModelFileError(f"its weights {tensor.name!r} are damaged: {reason}") from error
    return array


def _floats(proto: Any) -> Iterator[NDArray[Any]]:
    for array in map(_array, proto.graph.initializer):
        if array.dtype.kind in "fV":
            yield array.astype(np.float32, copy=False)


def _opset(proto: Any) -> int:
    onnx = import_onnx()
    versions = {each.domain: each.version for each in proto.opset_import}
    opset = int(versions.get("", versions.get("ai.onnx", 1)))
    newest = onnx.defs.onnx_opset_version()
    if opset < OLDEST_OPSET:
        raise ModelFileError(
            f"it is of opset {opset}, and onnxruntime runs {OLDEST_OPSET} and newer ones; export "
            "the model again"
        )
    if opset > newest:
        raise ModelFileError(
            f"it is of opset {opset}, and onnx {onnx.__version__} knows those up to {newest}; "
            "install a newer one, or export the model for an older opset"
        )
    return opset


def _require_size(proto: Any, packed: int) -> None:
    """Raise ModelFileError where a graph has more nodes, or weights, than a file's size allows."""
    require_few_nodes(proto)
    if proto.graph.sparse_initializer:
        raise ModelFileError("it holds sparse weights, which are not read")
    for tensor in proto.graph.initializer:
        if any(size < 0 for size in tensor.dims):
            raise ModelFileError(f"its weights {tensor.name!r} have an axis of negative length")
        if not is_beside(tensor):
            what = f"its weights {tensor.name!r} would take"
            require_weights(elements(tensor.dims), packed, what)


def _own(value: NDArray[Any], kind: TensorType) -> NDArray[Any]:
    return value.reshape((len(value), *kind.planned))
