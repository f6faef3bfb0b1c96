"""The inputs of an ONNX model: a batch of one, and no open axis."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.reading.bounds import MOST_PARTS
from exporter.reading.calls import Shape
from exporter.reading.input_shapes import closed_shapes
from exporter.reading.onnx.batch_axes import inputs_by_time
from exporter.reading.onnx.graph import MOST_AXES
from exporter.reading.onnx.importing import import_onnx
from exporter.wiring.onnx.node import TensorType
from queries.core.input_shapes import InputShapes
from queries.errors import ModelFileError


@dataclass(frozen=True)
class _Told:
    """What a file says of an input: None for each axis that is open, and the axis of the batch."""

    shape: Shape
    dtype: str
    batch: int
    axes: tuple[str, ...]

    @property
    def own_axes(self) -> tuple[str, ...]:
        """What the file calls the axes of its own shape."""
        if not self.shape:
            return ("",)
        left = len(self.own) < len(self.shape)
        return self.axes[: self.batch] + self.axes[self.batch + left :]

    @property
    def own(self) -> Shape:
        """Its shape as a plan has it, with what is open."""
        if len(self.shape) > 1 and self.shape[self.batch] == 1:
            return self.shape[: self.batch] + self.shape[self.batch + 1 :]
        return self.shape or (1,)

    def closed(self, own: Shape) -> tuple[int, ...]:
        """Return its shape, of which a plan has ``own``."""
        batch = self.batch
        whole = own if len(own) == len(self.shape) else (*own[:batch], 1, *own[batch:])
        return tuple(size or 1 for size in whole[: len(self.shape)])


def inputs_of(
    model: Any, given: InputShapes | None, *, batch: bool = True
) -> dict[str, TensorType]:
    """Return the inputs of a model by their names, and make its own of these shapes.

    Parameters
    ----------
    model
        The ``ModelProto``, which is changed.
    given
        The lengths of their axes, where the user says them.
    batch
        Whether each input has an axis of the batch, which gets the length 1; else it keeps its own.

    Raises
    ------
    ModelFileError
        If an input is no tensor of numbers, or an axis is open.
    ParameterError
        If a shape does not fit.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    values = [value for value in model.graph.input if value.name not in weights]
    _require_names(values)
    by_time = inputs_by_time(model)
    told = {value.name: _told(value, value.name in by_time, batch=batch) for value in values}
    if not told:
        raise ModelFileError("the model has no input")
    shapes = closed_shapes(
        {name: each.own for name, each in told.items()},
        given,
        {name: each.own_axes for name, each in told.items()},
    )
    made = {}
    for value, shape in zip(values, shapes, strict=True):
        each = told[value.name]
        whole = each.closed(shape)
        made[value.name] = TensorType(whole, each.dtype, each.batch)
        _set(value, whole)
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return made


def fixed_batch(model: Any) -> int | None:
    """Return the batch of more than one for which alone a model was exported; None for none."""
    return next((batch for batch in batches_of(model) if batch > 1), None)


def batches_of(model: Any) -> list[int]:
    """Return how long the axes of the batch are, each length once; 0 where one is open."""
    by_time = inputs_by_time(model)
    shapes = {value.name: value.type.tensor_type.shape.dim for value in model.graph.input}
    weights = {tensor.name for tensor in model.graph.initializer}
    batches = [
        axes[int(name in by_time)].dim_value
        for name, axes in shapes.items()
        if len(axes) > 1 and name not in weights
    ]
    return list(dict.fromkeys(batches))


def told_outputs(model: Any) -> dict[str, tuple[int, ...] | None]:
    """Return the shapes of a model's outputs by their names; None where one is not told."""
    shapes: dict[str, tuple[int, ...] | None] = {}
    for value in model.graph.output:
        axes = tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
        is_told = value.type.tensor_type.HasField("shape") and all(axes)
        shapes[value.name] = axes if is_told else None
    return shapes


def close(model: Any, types: Mapping[str, TensorType], batch: int) -> None:
    """Give the inputs of a model the shapes that they have for a batch of one, but of a batch.

    Parameters
    ----------
    model
        The ``ModelProto``, which is changed.
    types, batch
        The tensors for a batch of one, and how long that of the model is.
    """
    for value in model.graph.input:
        if value.name in types:
            kind = types[value.name]
            shape = list(kind.shape)
            if len(shape) > 1:
                shape[kind.batch] = batch
            _set(value, shape)


def is_of_one(
    told: Mapping[str, tuple[int, ...] | None], batch: int, types: Mapping[str, TensorType]
) -> bool:
    """Tell whether outputs for a batch of one are those of one sample of a batch.

    A shape that is baked in may fit one sample, and make many of it.

    Parameters
    ----------
    told, batch
        The shapes of the outputs as the model is, and the batch for which it was exported.
    types
        The tensors for a batch of one.
    """
    for name, whole in told.items():
        if name not in types:
            continue
        own, axis = types[name].shape, types[name].batch
        if whole is None or len(own) != len(whole):
            return False
        apart = [place for place in range(len(own)) if own[place] != whole[place]]
        if not apart or apart not in ([0], [axis]):
            return False
        if whole[apart[0]] != batch * own[apart[0]] or (apart[0] and own[axis] != 1):
            return False
    return True


def _require_names(values: Sequence[Any]) -> None:
    """Raise ModelFileError where inputs are more than a model has, or two have one name."""
    if len(values) > MOST_PARTS:
        raise ModelFileError(
            f"it has {len(values):,} inputs, and at most {MOST_PARTS:,} are read; it is damaged, "
            "or made to fill the memory"
        )
    for name, times in Counter(value.name for value in values).items():
        if times > 1:
            raise ModelFileError(f"it has {times} inputs of the name {name!r}; it is damaged")


def _dtype(value: Any) -> Any:
    """Return the type of the numbers of an input."""
    onnx = import_onnx()
    if (kind := value.type.WhichOneof("value") or "tensor_type") != "tensor_type":
        kind = kind.replace("_", " ")
        raise ModelFileError(f"its input {value.name!r} is of the {kind}, not a plain tensor")
    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
    except KeyError as error:
        raise ModelFileError(f"its input {value.name!r} is of the unknown type {error}") from None
    if dtype.kind not in "biuf":
        raise ModelFileError(f"its input {value.name!r} is of {dtype.name}, not of numbers")
    return dtype


def _told(value: Any, by_time: bool, *, batch: bool) -> _Told:
    dtype = _dtype(value)
    kind = value.type.tensor_type
    if not kind.HasField("shape"):
        raise ModelFileError(f"the file does not say the shape of its input {value.name!r}")
    if len(kind.shape.dim) > MOST_AXES:
        raise ModelFileError(
            f"its input {value.name!r} has {len(kind.shape.dim)} axes, and at most {MOST_AXES} "
            "are read"
        )
    shape = [axis.dim_value if axis.dim_value > 0 else None for axis in kind.shape.dim]
    axis = 1 if by_time and len(shape) > 1 else 0
    is_batch = batch and len(shape) > 1
    if shape and (is_batch or shape[axis] is None):
        shape[axis] = 1
    names = tuple(each.dim_param for each in kind.shape.dim)
    return _Told(tuple(shape), dtype.name, axis, names)


def _set(value: Any, shape: Sequence[int]) -> None:
    axes = value.type.tensor_type.shape
    del axes.dim[:]
    for size in shape:
        axes.dim.add().dim_value = size
