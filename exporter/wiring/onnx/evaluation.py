"""One node of an ONNX graph, run by ONNX's own reference evaluator."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def evaluated(node: Any, feeds: Sequence[NDArray[Any] | None], opset: int) -> list[Any]:
    """Run a node.

    Parameters
    ----------
    node
        The ``onnx.NodeProto``.
    feeds
        What it reads; None for an input that is left out.
    opset
        The version of the operations.

    Returns
    -------
    list
        What it puts out.
    """
    from onnx import helper
    from onnx.reference import ReferenceEvaluator

    given = {name: feed for name, feed in zip(node.input, feeds, strict=False) if name}
    graph = helper.make_graph(
        [node],
        "node",
        [helper.make_empty_tensor_value_info(name) for name in given],
        [helper.make_empty_tensor_value_info(name) for name in node.output if name],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    # It computes as NumPy does, which says more than a model means.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return list(ReferenceEvaluator(model).run(None, given))
