"""A Gemm that is more than a layer with constant weights, as the operations that it consists of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from exporter.reading.onnx.importing import import_onnx


def is_more_than_a_layer(attributes: Mapping[str, Any], is_tensor: Sequence[bool]) -> bool:
    """Tell whether a Gemm adds a tensor, or scales the product of two.

    Parameters
    ----------
    attributes
        Its attributes by their names.
    is_tensor
        Whether each of its inputs depends on the model's.
    """
    adds = len(is_tensor) > 2 and is_tensor[2]  # noqa: PLR2004 - what is added is the third
    return adds or (all(is_tensor[:2]) and float(attributes.get("alpha", 1.0)) != 1)


def parts_of_gemm(proto: Any, attributes: Mapping[str, Any]) -> list[Any]:
    """Return the nodes of a Gemm that adds a tensor, or scales the product of two.

    Parameters
    ----------
    proto, attributes
        The ``NodeProto``, of a name that no other has, and its attributes by their names.
    """
    alpha, beta = (float(attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    made = _Parts(str(proto.name))
    first, second = (
        made.add("Transpose", [name], name=f"turned_{letter}", perm=[1, 0])
        if attributes.get(f"trans{letter}", 0)
        else name
        for name, letter in zip(proto.input[:2], "AB", strict=True)
    )
    product = made.scaled(made.add("MatMul", [first, second], name="MatMul"), alpha, "alpha")
    if len(proto.input) > 2 and proto.input[2]:  # noqa: PLR2004 - as above
        product = made.add("Add", [product, made.scaled(proto.input[2], beta, "beta")], name="Add")
    made.nodes[-1].output[:] = proto.output
    return made.nodes


class _Parts:
    """The nodes, as they are made."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.nodes: list[Any] = []

    def add(self, op: str, reads: Sequence[str], *, name: str, **attributes: Any) -> str:
        """Add a node, and return the name of what it puts out."""
        own = f"{self.prefix}/{name}"
        helper = import_onnx().helper
        self.nodes.append(helper.make_node(op, list(reads), [own], name=own, **attributes))
        return own

    def scaled(self, read: str, factor: float, name: str) -> str:
        """Multiply by a number, where it is not 1."""
        if factor == 1:
            return read
        value = import_onnx().numpy_helper.from_array(np.array(factor, dtype=np.float32))
        number = self.add("Constant", [], name=f"{name}.value", value=value)
        return self.add("Mul", [read, number], name=name)
