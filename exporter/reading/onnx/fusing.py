"""Functions and biases that alone read a layer become part of it, as Keras has them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from exporter.reading.onnx.graph import GraphNode
from exporter.wiring.onnx.adapter import plain_function
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.results import Floats

_LAYERS: Final = {"Conv": 2, "ConvTranspose": 2, "Gemm": 2, "MatMul": 2}
"""The operations that take a bias and a function along, and which input their bias is."""


@dataclass(frozen=True)
class Fused:
    """A node, and what is applied to its output with it.

    Parameters
    ----------
    node
        The node.
    outputs
        The names of what it puts out.
    bias
        A constant that is added; None for none.
    activation
        The function that is applied; None for none.
    """

    node: GraphNode
    outputs: tuple[str, ...]
    bias: Floats | None = None
    activation: OnnxNode | None = None


def fused(nodes: Sequence[GraphNode], kept: Sequence[str], opset: int) -> list[Fused]:
    """Return the nodes of a graph, those left out that are part of the node before.

    Parameters
    ----------
    nodes
        The nodes.
    kept
        The tensors that the model puts out.
    opset
        The version of the operations.
    """
    read = Counter(name for node in nodes for name in set(node.inputs)) + Counter(kept)
    readers = {name: node for node in nodes for name in node.inputs if read[name] == 1}
    for name in kept:
        readers.pop(name, None)
    gone: set[str] = set()
    made = []
    for node in nodes:
        if node.outputs[0] in gone:
            continue
        biased = _with_bias(Fused(node, node.outputs), readers)
        each = _with_function(biased, readers, opset)
        gone.update(biased.outputs[:1] + each.outputs[:1])
        made.append(each)
    return made


def _with_bias(each: Fused, readers: dict[str, GraphNode]) -> Fused:
    """Add the constant that alone is added to what a layer without a bias puts out."""
    node, reader = each.node, readers.get(each.outputs[0])
    if not _takes(node) or len(node.inputs) > _LAYERS[node.op] or reader is None:
        return each
    constants = [value for value in reader.operands if isinstance(value, np.ndarray)]
    if reader.op != "Add" or len(constants) != 1 or reader.types[0] != node.types[0]:
        return each
    return Fused(node, reader.outputs, bias=np.asarray(constants[0], dtype=np.float64))


def _with_function(each: Fused, readers: dict[str, GraphNode], opset: int) -> Fused:
    """Add the function that alone is applied to what a layer puts out."""
    reader = readers.get(each.outputs[0])
    if not _takes(each.node) or reader is None or reader.refused or reader.types[0] is None:
        return each
    function = onnx_node(reader, opset)
    if plain_function(function) is None:
        return each
    return Fused(each.node, reader.outputs, each.bias, function)


def _takes(node: GraphNode) -> bool:
    """Tell whether a node is a layer whose kernel is a constant."""
    if node.refused or node.op not in _LAYERS:
        return False
    return sum(isinstance(each, TensorType) for each in node.operands) == 1


def onnx_node(node: GraphNode, opset: int) -> OnnxNode:
    """Return a node as its handler gets it, of which one output is used."""
    types = tuple(each or TensorType((), "float32") for each in node.types)
    return OnnxNode(node.op, opset, node.attributes, node.operands, types, proto=node.proto)
