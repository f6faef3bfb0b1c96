"""Rewrite calls of TensorFlow functions as the operations of ``keras.ops`` that they are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from exporter.reading.keras.legacy.layers import REFUSAL
from exporter.reading.keras.legacy.meaning import as_meant
from exporter.reading.keras.legacy.names import name_for_keras
from exporter.reading.keras.legacy.nodes import Call, Place, places

CLASSES: Final = frozenset({"TFOpLambda", "SlicingOpLambda"})
"""The layers of Keras 2 that call a function of TensorFlow."""

Settings = dict[str, Any]


class UntranslatableError(ValueError):
    """A function of TensorFlow that is no operation of Keras as it is called."""


@dataclass(frozen=True)
class _Function:
    """An operation of Keras, and where the arguments of TensorFlow's function go.

    Parameters
    ----------
    operation
        Module and class within ``keras.src.ops``, or ``layers`` and the class of a layer.
    operands
        Arguments after the first that are arguments of the operation's call, in this order.
    settings
        Arguments that are settings of the operation, with the names that they have there.
    fixed
        Settings that the operation has unless the function's arguments say another.
    without
        Arguments that the operation does not have, with the values that it computes with.
    change
        Changes the settings further.
    """

    operation: str
    operands: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    fixed: Settings = field(default_factory=dict)
    without: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    change: Callable[[Settings], Settings] = lambda settings: settings


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _pieces(settings: Settings) -> Settings:
    """TensorFlow takes the sizes of the pieces, Keras the places where to cut."""
    sizes = settings["indices_or_sections"]
    if isinstance(sizes, list):
        if -1 in sizes:
            raise UntranslatableError("the size of one of its pieces is open")
        sizes = list(accumulate(sizes))[:-1]
    return {**settings, "indices_or_sections": sizes}


def _padding(settings: Settings) -> Settings:
    return {**settings, "mode": str(settings.get("mode", "constant")).lower()}


def _method(settings: Settings) -> Settings:
    return {**settings, "interpolation": str(settings.get("interpolation", "bilinear")).lower()}


def _data_format(settings: Settings) -> Settings:
    names = {"NHWC": "channels_last", "NCHW": "channels_first"}
    name = str(settings.get("data_format", "NHWC"))
    if name not in names:
        raise UntranslatableError(f"its data_format is {name}")
    return {**settings, "data_format": names[name]}


def _transposed(settings: Settings) -> Settings:
    """Return the equation of a product of matrices, of which some are transposed."""
    first, second = (
        bool(settings.get(f"transpose_{matrix}") or settings.get(f"adjoint_{matrix}"))
        for matrix in "ab"
    )
    return {"subscripts": f"...{'ji' if first else 'ij'},...{'kj' if second else 'jk'}->...ik"}


def _axis(settings: Settings) -> Settings:
    if "axis" not in settings:
        raise UntranslatableError("it normalizes over all samples of a batch")
    return settings


_UNARY: Final = {
    "identity": "numpy.Copy",
    "math.abs": "numpy.Absolute",
    "math.acos": "numpy.Arccos",
    "math.acosh": "numpy.Arccosh",
    "math.asin": "numpy.Arcsin",
    "math.asinh": "numpy.Arcsinh",
    "math.atan": "numpy.Arctan",
    "math.atanh": "numpy.Arctanh",
    "math.ceil": "numpy.Ceil",
    "math.cos": "numpy.Cos",
    "math.cosh": "numpy.Cosh",
    "math.erf": "math.Erf",
    "math.erfc": "math.Erfc",
    "math.exp": "numpy.Exp",
    "math.expm1": "numpy.Expm1",
    "math.floor": "numpy.Floor",
    "math.log": "numpy.Log",
    "math.log1p": "numpy.Log1p",
    "math.log_sigmoid": "nn.LogSigmoid",
    "math.negative": "numpy.Negative",
    "math.reciprocal": "numpy.Reciprocal",
    "math.rsqrt": "math.Rsqrt",
    "math.round": "numpy.Round",
    "math.sigmoid": "nn.Sigmoid",
    "math.sign": "numpy.Sign",
    "math.sin": "numpy.Sin",
    "math.sinh": "numpy.Sinh",
    "math.softplus": "nn.Softplus",
    "math.sqrt": "numpy.Sqrt",
    "math.square": "numpy.Square",
    "math.tan": "numpy.Tan",
    "math.tanh": "numpy.Tanh",
    "nn.relu": "nn.Relu",
    "nn.relu6": "nn.Relu6",
    "nn.selu": "nn.Selu",
    "nn.softsign": "nn.Softsign",
    "stop_gradient": "core.StopGradient",
}
_BINARY: Final = {
    "__operators__.add": "numpy.Add",
    "floor_div": "numpy.FloorDivide",
    "math.add": "numpy.Add",
    "math.equal": "numpy.Equal",
    "math.floormod": "numpy.Mod",
    "math.greater": "numpy.Greater",
    "math.greater_equal": "numpy.GreaterEqual",
    "math.less": "numpy.Less",
    "math.less_equal": "numpy.LessEqual",
    "math.maximum": "numpy.Maximum",
    "math.minimum": "numpy.Minimum",
    "math.multiply": "numpy.Multiply",
    "math.pow": "numpy.Power",
    "math.subtract": "numpy.Subtract",
    "math.truediv": "numpy.TrueDivide",
}
_REDUCED: Final = {
    "math.reduce_euclidean_norm": "linalg.Norm",
    "math.reduce_logsumexp": "math.Logsumexp",
    "math.reduce_max": "numpy.Max",
    "math.reduce_mean": "numpy.Mean",
    "math.reduce_min": "numpy.Min",
    "math.reduce_prod": "numpy.Prod",
    "math.reduce_std": "numpy.Std",
    "math.reduce_sum": "numpy.Sum",
    "math.reduce_variance": "numpy.Var",
}
_TRANSPOSED: Final = ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")
_SPARSE: Final = dict.fromkeys(["a_is_sparse", "b_is_sparse"], (False,))
_FUNCTIONS: Final[dict[str, _Function]] = {
    **{name: _Function(operation) for name, operation in _UNARY.items()},
    **{name: _Function(operation, ("y",)) for name, operation in _BINARY.items()},
    **{
        name: _Function(operation, settings=_same("axis", "keepdims"))
        for name, operation in _REDUCED.items()
    },
    "__operators__.getitem": _Function("numpy.GetItem", ("slice_spec",), without={"var": (None,)}),
    "cast": _Function("core.Cast", settings=_same("dtype")),
    "clip_by_value": _Function(
        "numpy.Clip", settings={"clip_value_min": "x_min", "clip_value_max": "x_max"}
    ),
    "concat": _Function("numpy.Concatenate", settings=_same("axis")),
    "expand_dims": _Function("numpy.ExpandDims", settings=_same("axis")),
    "gather": _Function(
        "numpy.Take",
        ("indices",),
        _same("axis"),
        {"axis": 0},
        {"batch_dims": (0,), "validate_indices": (None,)},
    ),
    "image.resize": _Function(
        "image.Resize",
        settings={"size": "size", "method": "interpolation", "antialias": "antialias"},
        fixed={"data_format": "channels_last"},
        without={"preserve_aspect_ratio": (False,)},
        change=_method,
    ),
    "linalg.matmul": _Function(
        "numpy.Matmul",
        ("b",),
        without=_SPARSE | dict.fromkeys(_TRANSPOSED, (False,)),
    ),
    "math.l2_normalize": _Function(
        "layers.UnitNormalization",
        settings=_same("axis"),
        without={"epsilon": (1e-12, None), "dim": (None,)},
        change=_axis,
    ),
    "math.scalar_mul": _Function("numpy.Multiply", ("x",)),
    "nn.bias_add": _Function(
        "numpy.Add", ("bias",), without={"data_format": (None, "NHWC", "NWC", "N...C")}
    ),
    "nn.depth_to_space": _Function(
        "nn.DepthToSpace", settings=_same("block_size", "data_format"), change=_data_format
    ),
    "nn.elu": _Function("nn.Elu"),
    "nn.gelu": _Function("nn.Gelu", settings=_same("approximate"), fixed={"approximate": False}),
    "nn.leaky_relu": _Function("nn.LeakyRelu", settings={"alpha": "negative_slope"}),
    "nn.log_softmax": _Function("nn.LogSoftmax", settings=_same("axis")),
    "nn.silu": _Function("nn.Silu", without={"beta": (1, 1.0)}),
    "nn.softmax": _Function("nn.Softmax", settings=_same("axis")),
    "nn.space_to_depth": _Function(
        "nn.SpaceToDepth", settings=_same("block_size", "data_format"), change=_data_format
    ),
    "nn.swish": _Function("nn.Silu", without={"beta": (1, 1.0)}),
    "pad": _Function(
        "numpy.Pad",
        settings={"paddings": "pad_width", "mode": "mode"},
        without={"constant_values": (0, 0.0)},
        change=_padding,
    ),
    "repeat": _Function("numpy.Repeat", settings=_same("repeats", "axis")),
    "reshape": _Function("numpy.Reshape", settings={"shape": "newshape"}),
    "reverse": _Function("numpy.Flip", settings=_same("axis")),
    "roll": _Function("numpy.Roll", settings=_same("shift", "axis")),
    "split": _Function(
        "numpy.Split",
        settings={"num_or_size_splits": "indices_or_sections", "axis": "axis"},
        without={"num": (None,)},
        change=_pieces,
    ),
    "squeeze": _Function("numpy.Squeeze", settings=_same("axis")),
    "stack": _Function("numpy.Stack", settings=_same("axis")),
    "tensordot": _Function("numpy.Tensordot", ("b",), _same("axes")),
    "tile": _Function("numpy.Tile", settings={"multiples": "repeats"}),
    "transpose": _Function(
        "numpy.Transpose", settings={"perm": "axes"}, without={"conjugate": (False,)}
    ),
    "unstack": _Function("core.Unstack", settings=_same("num", "axis")),
    "where": _Function("numpy.Where", ("x", "y")),
}
"""What each function of TensorFlow is, by its name in ``tf`` or ``tf.compat.v1``."""

_TRANSPOSING: Final = {
    "linalg.matmul": _Function(
        "numpy.Einsum", ("b",), _same(*_TRANSPOSED), without=_SPARSE, change=_transposed
    )
}
"""What they are where a matrix is to be transposed."""

_ADDED: Final = "math.add_n"


FUNCTIONS: Final = frozenset({*_FUNCTIONS, _ADDED})
"""The names of the functions that can be read."""


def translated(layer: Settings, calls: list[Call]) -> tuple[Settings, list[Call]]:
    """Return an operation of Keras, and its calls, for a layer that calls TensorFlow.

    Parameters
    ----------
    layer
        The rewritten layer, of one of ``CLASSES``.
    calls
        Its calls.

    Returns
    -------
    tuple
        The operation's configuration and its calls; the layer with the reason under
        ``REFUSAL`` where it is none.
    """
    name = str(layer["config"].get("function"))
    try:
        return _translated(layer, name, calls)
    except UntranslatableError as error:
        return {**layer, REFUSAL: f"TensorFlow's {name}: {error}"}, []


def _translated(layer: Settings, name: str, calls: list[Call]) -> tuple[Settings, list[Call]]:
    own = {"name": name_for_keras(str(layer["config"].get("name")))}
    if name == _ADDED:
        added = {"module": "keras.layers", "class_name": "Add", "registered_name": None}
        return {**added, "config": own}, [Call(call.args) for call in calls]
    function = _FUNCTIONS.get(name.removeprefix("compat.v1."))
    if function is None:
        raise UntranslatableError("it is none of the operations of keras.ops that are read")
    if any(call.others.get(flag) for call in calls for flag in _TRANSPOSED):
        function = _TRANSPOSING.get(name, function)
    settings = [_settings(function, call) for call in calls]
    if any(other != settings[0] for other in settings):
        raise UntranslatableError("it is called several times, with other settings each time")
    config = {**own, **(settings[0] if settings else {})}
    return _written(function, config), [_operands(function, call) for call in calls]


def _written(function: _Function, config: Settings) -> Settings:
    """Return what is called, as Keras 3 writes it."""
    module, _, class_name = function.operation.partition(".")
    if module == "layers":
        layer = {"module": "keras.layers", "class_name": class_name, "registered_name": None}
        return as_meant({**layer, "config": config}, "", "")
    return {
        "module": f"keras.src.ops.{module}",
        "class_name": class_name,
        "registered_name": class_name,
        "config": config,
    }


def _settings(function: _Function, call: Call) -> Settings:
    names = (*function.operands, *function.settings, "name")
    for argument, value in call.others.items():
        allowed = function.without.get(argument)
        if argument not in names and (allowed is None or value not in allowed):
            raise UntranslatableError(f"keras.ops has no argument {argument}={_short(value)}")
    settings = {
        own: call.others[argument]
        for argument, own in function.settings.items()
        if call.others.get(argument) is not None
    }
    if any(places(settings)):
        raise UntranslatableError("one of its settings is computed by the model")
    return function.change({**function.fixed, **settings})


def _operands(function: _Function, call: Call) -> Call:
    more = [call.others[name] for name in function.operands if name in call.others]
    convert = _key if function.operation == "numpy.GetItem" else _array
    return Call([*map(_array, call.args), *map(convert, more)])


def _array(value: Any) -> Any:
    """Return a list of numbers as an array of Keras's JSON; a list of tensors stays one."""
    if not isinstance(value, list) or any(places(value)):
        return value
    dtype = "float32" if _has_fractions(value) else "int32"
    return {"class_name": "__numpy__", "config": {"value": value, "dtype": dtype}}


def _has_fractions(value: Any) -> bool:
    if isinstance(value, list):
        return any(_has_fractions(part) for part in value)
    return isinstance(value, float)


def _key(value: Any) -> Any:
    """Return what stands in brackets, with slices as Keras writes them."""
    if isinstance(value, list):
        return [_key(part) for part in value]
    if isinstance(value, dict) and "start" in value:
        return {"class_name": "__slice__", "config": {**value}}
    if isinstance(value, dict) and value.get("class_name") == "__ellipsis__":
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(value, Place):
        raise UntranslatableError("what it takes is computed by the model")
    return value


def _short(value: Any) -> str:
    return "(a tensor)" if isinstance(value, Place) else repr(value)[:40]
