"""Products of matrices of ONNX: with a constant, or of two tensors."""

from collections import Counter
from dataclasses import replace
from string import ascii_letters
from types import SimpleNamespace
from typing import Any

import numpy as np

from exporter.wiring.contraction import Contraction
from exporter.wiring.onnx.adapter import onnx_handles
from exporter.wiring.onnx.node import OnnxNode, TensorType
from exporter.wiring.operands import constant, is_neurons
from exporter.wiring.products import einsum as sum_of_products
from exporter.wiring.products import matrix_product
from exporter.wiring.results import Chain, Computed, Floats, Ids, NotWirableError, Weights, Wiring


@onnx_handles("Gemm")
def gemm(node: OnnxNode, first: Any, second: Any, added: Any = None) -> Wiring:
    """Join each unit to all inputs at its position; products of two tensors are neurons."""
    rows = _turned(node, 0, first, bool(node.attributes.get("transA", 0)))
    columns = _turned(node, 1, second, bool(node.attributes.get("transB", 0)))
    alpha, beta = (float(node.attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    rank = len(node.outputs[0].own)
    bias = None if added is None else _scaled(added, beta, rank)
    if is_neurons(rows) and not is_neurons(columns):
        return _dense(rows, alpha * columns.T if alpha != 1 else columns.T, bias)
    if alpha != 1:
        rows = alpha * rows
    # The batch stands before both matrices.
    wiring = Contraction.of("...ij,...jk->...ik", rows, columns).wiring
    return wiring if bias is None else _with_bias(wiring, bias)


def _turned(node: OnnxNode, place: int, operand: Any, turn: bool) -> Any:
    known = node.inputs[place]
    matrix = operand.reshape(known.shape) if isinstance(known, TensorType) else operand
    return matrix.T if turn else matrix


def _dense(rows: Ids, weights: Weights, bias: Floats | None) -> Computed:
    """Join each unit of each row to all that stands in it."""
    if len(rows) == 1:
        rows = rows[0]
    sources = np.broadcast_to(rows[..., np.newaxis, :], (*rows.shape[:-1], *weights.shape))
    return Computed(
        sources, weights.astype(np.float32, copy=False), rows.ndim, bias=bias, channel_axis=-1
    )


def _with_bias(wiring: Wiring, bias: Floats) -> Wiring:
    """Add a bias to what the last step adds up."""
    if isinstance(wiring, Computed):
        return replace(wiring, bias=bias)
    if not isinstance(wiring, Chain):
        raise NotWirableError("it multiplies nothing")
    last = wiring.stages[-1]
    biased = replace(last, wire=lambda *ids: replace(last.wire(*ids), bias=bias))
    return replace(wiring, stages=(*wiring.stages[:-1], biased))


def _scaled(added: Any, beta: float, rank: int) -> Floats:
    bias: Floats = beta * constant(added, rank)
    return bias


@onnx_handles("MatMul")
def matmul(node: OnnxNode, first: Any, second: Any) -> Wiring:
    """Multiply matrices: products of two tensors are neurons, which are added up."""
    if any(isinstance(each, TensorType) and each.rank == 1 for each in node.inputs):
        return _of_vectors(node, first, second)
    return matrix_product(node, first, second)


def _of_vectors(node: OnnxNode, first: Any, second: Any) -> Wiring:
    """Multiply where a tensor is a vector, and has no batch."""
    operands, terms, output = [], [], "..."
    ranks = [len(each.shape) for each in node.inputs if each is not None]
    before = max(*ranks, 2) - 2
    for known, operand, place in zip(node.inputs, (first, second), ("ij", "jk"), strict=True):
        full = operand.reshape(known.shape) if isinstance(known, TensorType) else operand
        names = place if full.ndim > 1 else "j"
        # What multiplies stands behind all that repeats, of which the batch is the first.
        repeats = (1,) * (before + len(names) - full.ndim)
        batch = () if isinstance(known, TensorType) else (1,)
        operands.append(full.reshape((*batch, *repeats, *full.shape)))
        terms.append(f"...{names}")
        output += names.replace("j", "")
    wiring = Contraction.of(f"{terms[0]},{terms[1]}->{output}", *operands).wiring
    return replace(wiring, channel_axis=None) if isinstance(wiring, Computed) else wiring


@onnx_handles("Einsum")
def einsum(node: OnnxNode, *operands: Any) -> Wiring:
    """Add up what its equation says: products of tensors are neurons, constants are weights."""
    equation: str = node.attributes["equation"].replace(" ", "")
    if "->" not in equation:
        # What stands once is left, in the order of the alphabet.
        counts = Counter(equation.replace(",", "").replace(".", ""))
        left = "".join(sorted(letter for letter, count in counts.items() if count == 1))
        equation += f"->{'...' * ('...' in equation)}{left}"
    if all(each.has_batch for each in node.inputs if isinstance(each, TensorType)):
        return sum_of_products(SimpleNamespace(subscripts=equation), *operands)
    # A batch of one before all is an axis that no equation names.
    batch = next(letter for letter in ascii_letters if letter not in equation)
    inputs, output = equation.split("->")
    terms, full = [], []
    for known, operand, term in zip(node.inputs, operands, inputs.split(","), strict=True):
        is_tensor = isinstance(known, TensorType)
        terms.append(batch * is_tensor + term)
        full.append(operand.reshape(known.shape) if isinstance(known, TensorType) else operand)
    wiring = Contraction.of(f"{','.join(terms)}->{batch}{output}", *full).wiring
    return replace(wiring, channel_axis=None) if isinstance(wiring, Computed) else wiring
