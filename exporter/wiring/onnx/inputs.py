"""The inputs of an ONNX model."""

import numpy as np

from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode
from exporter.wiring.results import Computed


@onnx_handles("Input")
def model_input(node: OnnxNode) -> Computed:
    """Make the model's input neurons; nothing feeds them."""
    shape = node.outputs[0].own
    return Computed(
        sources=np.empty((*shape, 0), dtype=np.int64),
        weights=np.empty(0, dtype=np.float32),
        rank=len(shape),
    )
