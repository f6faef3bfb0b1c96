"""Functions that an ONNX operation applies to each neuron."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from exporter.wiring.elementwise import one_to_one
from exporter.wiring.moves import cast as cast_to
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.operands import constant, is_neurons
from exporter.wiring.results import Chain, Computed, Ids, Moved, NotWirableError, Stage, Wiring

FUNCTIONS: Final = {
    "Abs": "absolute",
    "Acos": "arccos",
    "Acosh": "arccosh",
    "Asin": "arcsin",
    "Asinh": "arcsinh",
    "Atan": "arctan",
    "Atanh": "arctanh",
    "Ceil": "ceil",
    "Cos": "cos",
    "Cosh": "cosh",
    "Erf": "erf",
    "Exp": "exp",
    "Floor": "floor",
    "HardSwish": "hard_silu",
    "IsNaN": "isnan",
    "Log": "log",
    "Mish": "mish",
    "Reciprocal": "reciprocal",
    "Relu": "relu",
    "Round": "round",
    "Sigmoid": "sigmoid",
    "Sign": "sign",
    "Sin": "sin",
    "Sinh": "sinh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Tan": "tan",
    "Tanh": "tanh",
}
"""The functions without parameters, by the operation."""

_PARAMETERS: Final = {
    "Celu": ("celu", "alpha", 1.0, "alpha"),
    "Elu": ("elu", "alpha", 1.0, "alpha"),
    "LeakyRelu": ("leaky_relu", "alpha", 0.01, "negative_slope"),
}
"""Those with one: the function, the attribute and its default, and what the function calls it."""

_SELU: Final = (1.67326319217681884765625, 1.05070102214813232421875)


def _function(name: str) -> Callable[..., Computed]:
    def apply(node: OnnxNode, ids: Ids) -> Computed:
        """Apply the function to each neuron."""
        del node
        return one_to_one(ids, name)

    return apply


def _with_parameter(name: str, attribute: str, default: float, own: str) -> Callable[..., Computed]:
    def apply(node: OnnxNode, ids: Ids) -> Computed:
        """Apply the function to each neuron."""
        config: dict[str, Any] = {own: float(node.attributes.get(attribute, default))}
        return one_to_one(ids, name, **config)

    return apply


for _op, _name in FUNCTIONS.items():
    onnx_handles(_op)(_function(_name))
for _op, _settings in _PARAMETERS.items():
    onnx_handles(_op)(_with_parameter(*_settings))


@onnx_handles("Neg")
def negative(node: OnnxNode, ids: Ids) -> Computed:
    """Change the sign: each edge has weight -1."""
    del node
    return one_to_one(ids, weight=-1.0)


@onnx_handles("Gelu")
def gelu(node: OnnxNode, ids: Ids) -> Computed:
    """Apply the function to each neuron."""
    return one_to_one(ids, "gelu", approximate=node.attributes.get("approximate") == "tanh")


@onnx_handles("Selu")
def selu(node: OnnxNode, ids: Ids) -> Computed | Chain:
    """Apply the function to each neuron; of other constants than its own in two steps."""
    alpha, gamma = (
        float(node.attributes.get(name, default))
        for name, default in zip(("alpha", "gamma"), _SELU, strict=True)
    )
    if np.allclose((alpha, gamma), _SELU, rtol=1e-6):
        return one_to_one(ids, "selu")

    def elu(x: Any) -> Any:
        return np.where(x > 0, x, alpha * np.expm1(x))

    return Chain(
        (
            Stage("elu", lambda each: one_to_one(each, "elu", alpha=alpha), output=elu),
            Stage("scaled", lambda each: one_to_one(each, weight=gamma)),
        )
    )


@onnx_handles("Swish")
def swish(node: OnnxNode, ids: Ids) -> Computed | Chain:
    """Apply ``x sigmoid(alpha x)``; where alpha is not 1 in two steps."""
    alpha = float(node.attributes.get("alpha", 1.0))
    if alpha == 1:
        return one_to_one(ids, "silu")
    if alpha == 0:
        return one_to_one(ids, weight=0.5)

    def silu(x: Any) -> Any:
        return alpha * x / (1 + np.exp(-alpha * x))

    return Chain(
        (
            Stage("silu", lambda each: one_to_one(each, "silu", weight=alpha), output=silu),
            Stage("scaled", lambda each: one_to_one(each, weight=1 / alpha)),
        )
    )


@onnx_handles("HardSigmoid")
def hard_sigmoid(node: OnnxNode, ids: Ids) -> Computed:
    """Apply the function to each neuron; ``alpha`` is the weight where ``beta`` is not 1/2."""
    alpha, beta = (
        float(node.attributes.get(name, default))
        for name, default in (("alpha", 0.2), ("beta", 0.5))
    )
    if beta == 0.5:  # noqa: PLR2004 - that of the function
        return one_to_one(ids, "hard_sigmoid", alpha=alpha)
    return one_to_one(ids, "clip", weight=alpha, bias=np.asarray(beta), x_min=0.0, x_max=1.0)


@onnx_handles("ThresholdedRelu")
def thresholded(node: OnnxNode, ids: Ids) -> Computed:
    """Pass values above the threshold on, and 0 else."""
    alpha = float(node.attributes.get("alpha", 1.0))
    return one_to_one(ids, "threshold", threshold=alpha, default_value=0.0)


@onnx_handles("Shrink")
def shrink(node: OnnxNode, ids: Ids) -> Computed | Chain:
    """Make 0 of what is small, and move the rest towards 0."""
    bound, towards = (
        float(node.attributes.get(name, default))
        for name, default in (("lambd", 0.5), ("bias", 0.0))
    )
    if not towards:
        return one_to_one(ids, "hard_shrink", threshold=bound)
    if towards == bound:
        return one_to_one(ids, "soft_shrink", threshold=bound)
    raise NotWirableError("it moves values by another number than its threshold")


@onnx_handles("Clip")
def clip(node: OnnxNode, ids: Ids, *bounds: Any) -> Moved | Computed:
    """Keep values within bounds, of which one may be missing."""
    del bounds
    low, high = (node.number(place, name) for place, name in ((1, "min"), (2, "max")))
    if low is not None and high is not None:
        return one_to_one(ids, "clip", x_min=low, x_max=high)
    if low is not None:
        return one_to_one(ids, "maximum", x2=low)
    return Moved(ids) if high is None else one_to_one(ids, "minimum", x2=high)


@onnx_handles("PRelu")
def prelu(node: OnnxNode, ids: Ids, slope: Any) -> Computed:
    """Multiply negative values by the neuron's own slope."""
    del node
    if is_neurons(slope):
        raise NotWirableError("its slope is a tensor")
    return one_to_one(ids, "prelu", slope=constant(slope, ids.ndim))


@onnx_handles("Softmax", "LogSoftmax")
def softmax(node: OnnxNode, ids: Ids) -> Computed:
    """Share out along an axis; before opset 13 along all axes from that one on."""
    name = {"Softmax": "softmax", "LogSoftmax": "log_softmax"}[node.op]
    rank = node.tensor().rank
    latest = node.opset >= 13  # noqa: PLR2004 - the opset that changed it
    axis = int(node.attributes.get("axis", -1 if latest else 1)) % rank
    axes = [axis - rank] if latest else [*range(axis - rank, 0)]
    kept = [each for each in axes if -each <= ids.ndim]
    if not kept:
        raise NotWirableError("it goes over the samples of a batch")
    return one_to_one(ids, name, axis=kept[0] if len(kept) == 1 else kept)


@onnx_handles("Identity", "Dropout")
def passed_on(node: OnnxNode, ids: Ids, *rest: Any) -> Moved:
    """Pass the input on unchanged, as at inference."""
    if node.op == "Dropout" and len(rest) > 1 and rest[1] is not None and np.any(rest[1]):
        raise NotWirableError("it is in training mode, in which it draws random numbers")
    return Moved(ids)


@onnx_handles("Cast", "CastLike")
def cast(node: OnnxNode, ids: Ids, *like: Any) -> Wiring:
    """Read the same neurons if the type holds what they say; else leave decimals out."""
    del like
    to = SimpleNamespace(dtype=node.outputs[0].dtype)
    return cast_to(to, ids, dtypes=[node.tensor().dtype])
