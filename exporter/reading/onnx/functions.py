"""Functions of an ONNX model, and operations that ONNX defines by others, taken apart."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from exporter.reading.onnx.importing import import_onnx
from exporter.reading.onnx.nested import graphs_of
from exporter.reading.onnx.single_precision import nodes_in_single_precision
from queries.errors import ModelFileError

MOST_NODES: Final = 50_000
"""How many nodes a graph may have: the deepest networks published have some thousands."""


def require_few_nodes(model: Any) -> None:
    """Raise ModelFileError where a graph has too many nodes, its functions taken apart.

    Parameters
    ----------
    model
        The ``ModelProto``.
    """
    bodies = {(each.domain, each.name): each for each in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size(nodes: Any, above: tuple[tuple[str, str], ...]) -> int:
        return sum(_size(node, above) for node in nodes)

    def _size(node: Any, above: tuple[tuple[str, str], ...]) -> int:
        key = (node.domain, node.op_type)
        if key not in bodies:
            return 1
        if key in above:
            raise ModelFileError(f"its function {node.op_type!r} calls itself")
        if key not in sizes:
            sizes[key] = size(bodies[key].node, (*above, key))
        return sizes[key]

    try:
        nodes = size(model.graph.node, ())
    except RecursionError:
        raise ModelFileError("its functions call each other too deep") from None
    if nodes > MOST_NODES:
        raise ModelFileError(f"its graph has {nodes:,} nodes, and at most {MOST_NODES:,} are read")


def without_functions(model: Any) -> Any:
    """Return a model, of few nodes, whose own functions are taken apart.

    Parameters
    ----------
    model
        The ``ModelProto``.

    Raises
    ------
    ModelFileError
        If a function cannot be taken apart.
    """
    from onnx import inliner

    return _inlined(inliner.inline_local_functions, model) if model.functions else model


def has_body(op: str, opset: int) -> bool:
    """Tell whether ONNX defines an operation by other operations."""
    onnx = import_onnx()
    try:
        schema = onnx.defs.get_schema(op, opset, "")
    except onnx.defs.SchemaError:
        return False
    return bool(schema.has_function or schema.has_context_dependent_function)


def body_of(proto: Any, types: Mapping[str, Any], opset: int, opsets: Sequence[Any]) -> list[Any]:
    """Return the nodes by which ONNX defines a node.

    Parameters
    ----------
    proto
        The ``NodeProto`` of an operation that has a body, of a name that no other has.
    types
        The ``TypeProto`` of each tensor that it reads.
    opset, opsets
        The version of ONNX's own operations, and all versions as a model has them.

    Raises
    ------
    ModelFileError
        If it cannot be taken apart.
    """
    onnx = import_onnx()
    from onnx import inliner

    helper = onnx.helper
    node = _with_defaults(proto, opset)
    # A body asks for the types of inputs that are left out, too.
    known = {"": onnx.TypeProto(tensor_type=onnx.TypeProto.Tensor(elem_type=1)), **types}
    graph = helper.make_graph(
        [node],
        "node",
        [helper.make_value_info(name, known[name]) for name in dict.fromkeys(node.input)],
        [onnx.ValueInfoProto(name=name) for name in node.output if name],
    )
    model = helper.make_model(graph, opset_imports=list(opsets))
    op = (node.domain, node.op_type)
    apart = _inlined(
        lambda whole: inliner.inline_selected_functions(whole, [op], inline_schema_functions=True),
        model,
    )
    outside = {*node.input, *node.output}
    inner = {name for part in apart.graph.node for name in part.output if name} - outside
    names = {name: f"{node.name}/{name}" for name in inner}
    used: Counter[str] = Counter()
    parts = [renamed(part, names) for part in apart.graph.node]
    for part in parts:
        used[part.op_type] += 1
        number = f"_{used[part.op_type]}" * (used[part.op_type] > 1)
        part.name = f"{node.name}/{part.op_type}{number}"
    nodes_in_single_precision(parts)
    return parts


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """Return a copy of a node that reads and makes tensors of other names.

    Parameters
    ----------
    node
        The ``NodeProto``. The graphs in it are copied as well.
    names
        The new names by the old ones.
    """
    own = type(node)()
    own.CopyFrom(node)
    own.input[:] = [names.get(name, name) for name in own.input]
    own.output[:] = [names.get(name, name) for name in own.output]
    for graph in graphs_of(own):
        inner = [renamed(each, names) for each in graph.node]
        del graph.node[:]
        graph.node.extend(inner)
        for value in graph.output:
            value.name = names.get(value.name, value.name)
    return own


def _with_defaults(proto: Any, opset: int) -> Any:
    """Return a node that says all of its attributes, which a body does not know by itself."""
    onnx = import_onnx()
    node = onnx.NodeProto()
    node.CopyFrom(proto)
    given = {attribute.name for attribute in node.attribute}
    for name, attribute in onnx.defs.get_schema(node.op_type, opset, "").attributes.items():
        if name not in given and attribute.default_value.type:
            node.attribute.append(attribute.default_value)
    return node


def _inlined(inline: Callable[[Any], Any], model: Any) -> Any:
    try:
        return inline(model)
    except Exception as error:
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise ModelFileError(f"its functions cannot be taken apart: {reason}") from error
