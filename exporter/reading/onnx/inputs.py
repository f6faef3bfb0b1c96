"""The inputs of an ONNX model: a batch of one, and no open axis."""

from dataclasses import dataclass
from typing import Any

from exporter.reading.calls import Shape
from exporter.reading.input_shapes import closed_shapes
from exporter.reading.onnx.importing import import_onnx
from exporter.wiring.onnx.node import TensorType
from queries.core.input_shapes import InputShapes
from queries.errors import ModelFileError


@dataclass(frozen=True)
class _Told:
    """What a file says of an input; None for each axis that is open."""

    shape: Shape
    dtype: str

    @property
    def has_batch(self) -> bool:
        """True where the first axis is taken for that of the batch."""
        return len(self.shape) > 1 or self.shape == (None,)

    @property
    def own(self) -> Shape:
        return self.shape[1:] if self.has_batch else self.shape


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
        Whether the first axis is that of the batch, and gets the length 1; else it keeps its own.

    Raises
    ------
    ModelFileError
        If an input is no tensor of numbers, or an axis is open.
    ParameterError
        If a shape does not fit.
    """
    weights = {tensor.name for tensor in model.graph.initializer}
    values = [value for value in model.graph.input if value.name not in weights]
    told = {value.name: _told(value) for value in values}
    if not told:
        raise ModelFileError("the model has no input")
    shapes = closed_shapes({name: each.own for name, each in told.items()}, given)
    made = {}
    for value, shape in zip(values, shapes, strict=True):
        each = told[value.name]
        first = 1 if batch or each.shape[0] is None else each.shape[0]
        closed = tuple(size or 1 for size in shape)
        whole = (first, *closed) if each.has_batch else closed
        made[value.name] = TensorType(whole, each.dtype)
        _set(value, whole)
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    return made


def has_fixed_batch(model: Any) -> bool:
    """Tell whether a model was exported for batches of more than one alone."""
    shapes = (value.type.tensor_type.shape.dim for value in model.graph.input)
    return any(len(axes) > 1 and axes[0].dim_value > 1 for axes in shapes)


def _told(value: Any) -> _Told:
    onnx = import_onnx()
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
        raise ModelFileError(f"the file does not say the shape of its input {value.name!r}")
    dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
    if dtype.kind not in "biuf":
        raise ModelFileError(f"its input {value.name!r} is of {dtype.name}, not of numbers")
    shape = tuple(axis.dim_value if axis.dim_value > 0 else None for axis in kind.shape.dim)
    return _Told(shape, dtype.name)


def _set(value: Any, shape: tuple[int, ...]) -> None:
    axes = value.type.tensor_type.shape
    del axes.dim[:]
    for size in shape:
        axes.dim.add().dim_value = size
