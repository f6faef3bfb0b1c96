"""How a node of an ONNX graph slides over positions, as a layer of a graph keeps it."""

from typing import Final

from exporter.reading.settings import Settings
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.onnx.space import Sliding
from exporter.wiring.results import NotWirableError
from exporter.wiring.windows import padding_of

_CONVOLUTIONS: Final = ("Conv", "ConvTranspose")
_POOLS: Final = ("AveragePool", "LpPool", "MaxPool")


def settings_of(node: OnnxNode) -> Settings:
    """Return how a node slides; nothing where it does not, or cannot be wired."""
    first = node.inputs[0] if node.inputs else None
    if node.op not in {*_CONVOLUTIONS, *_POOLS} or not isinstance(first, TensorType):
        return Settings()
    if node.op in _CONVOLUTIONS:
        weights = node.inputs[1]
        kernel = () if weights is None else weights.shape[2:]
    else:
        kernel = tuple(int(each) for each in node.attributes.get("kernel_shape", ()))
    space = first.shape[2:]
    try:
        sliding = Sliding.of(node, kernel, space)
    except NotWirableError:
        return Settings()
    is_convolution = node.op in _CONVOLUTIONS
    return Settings(
        kernel=sliding.kernel,
        stride=sliding.strides,
        padding=_padding(sliding, space),
        dilation=sliding.dilations if is_convolution else None,
        groups=int(node.attributes.get("group", 1)) if is_convolution else None,
    )


def _padding(sliding: Sliding, space: tuple[int, ...]) -> str:
    """Return ``valid`` or ``same``, as TensorFlow pads, or what stands before and after each axis.

    ``1,1 0,2`` is 1 before and after the first axis, and 2 after the second.
    """
    if not any(map(any, sliding.pads)):
        return "valid"
    axes = zip(space, sliding.reach, sliding.strides, strict=True)
    if sliding.pads == [padding_of("same", *axis) for axis in axes]:
        return "same"
    return " ".join(f"{before},{after}" for before, after in sliding.pads)
