"""Products of matrices of ONNX: with a constant, or of two tensors."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.operands import constant, is_neurons
from exporter.wiring.products import einsum as sum_of_products
from exporter.wiring.products import matrix_product
from exporter.wiring.results import Computed, Floats, Ids, NotWirableError, Wiring


@onnx_handles("Gemm")
def gemm(node: OnnxNode, ids: Ids, matrix: Any, added: Any = None) -> Computed:
    """Join each unit to all inputs at its position."""
    if not is_neurons(ids) or is_neurons(matrix) or is_neurons(added):
        raise NotWirableError("it multiplies by a tensor, or adds one")
    alpha, beta = (float(node.attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    rows = ids.reshape(node.tensor().shape)
    rows = rows.T if node.attributes.get("transA", 0) else rows
    weights = np.asarray(matrix, dtype=np.float32)
    weights = weights if node.attributes.get("transB", 0) else weights.T
    if alpha != 1:
        weights = (alpha * weights).astype(np.float32)
    if len(rows) == 1:
        rows = rows[0]
    sources = np.broadcast_to(rows[..., np.newaxis, :], (*rows.shape[:-1], *weights.shape))
    return Computed(
        sources,
        weights,
        rank=rows.ndim,
        bias=None if added is None else _scaled(added, beta, rows.ndim),
        channel_axis=-1,
    )


def _scaled(added: Any, beta: float, rank: int) -> Floats:
    bias: Floats = beta * constant(added, rank)
    return bias


@onnx_handles("MatMul")
def matmul(node: OnnxNode, first: Any, second: Any) -> Wiring:
    """Multiply matrices: products of two tensors are neurons, which are added up."""
    if any(isinstance(each, TensorType) and each.rank == 1 for each in node.inputs):
        raise NotWirableError("it multiplies a vector without a batch")
    return matrix_product(node, first, second)


@onnx_handles("Einsum")
def einsum(node: OnnxNode, *operands: Any) -> Wiring:
    """Add up what its equation says: products of tensors are neurons, constants are weights."""
    if not all(each.has_batch for each in node.inputs if isinstance(each, TensorType)):
        raise NotWirableError("it multiplies tensors without a batch")
    equation: str = node.attributes["equation"]
    if "->" not in equation:
        raise NotWirableError(f"its equation {equation!r} does not say its output; write it: ->")
    return sum_of_products(SimpleNamespace(subscripts=equation.replace(" ", "")), *operands)
