"""How operations of ONNX wire neurons: importing this package registers their handlers."""

from exporter.wiring.onnx import (
    arithmetic,
    convolution,
    functions,
    inputs,
    linear,
    moves,
    normalization,
    pooling,
    products,
    reductions,
    resizing,
    sampling,
    scattering,
)
from exporter.wiring.onnx.node import OnnxNode, TensorType

__all__ = [
    "OnnxNode",
    "TensorType",
    "arithmetic",
    "convolution",
    "functions",
    "inputs",
    "linear",
    "moves",
    "normalization",
    "pooling",
    "products",
    "reductions",
    "resizing",
    "sampling",
    "scattering",
]
