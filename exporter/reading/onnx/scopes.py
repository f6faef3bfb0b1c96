"""The modules of PyTorch in which a node stands, as its exporter writes them down."""

import ast
from typing import Any, Final

SCOPES: Final = "pkg.torch.onnx.name_scopes"
"""Under what name a node has them, as the text of a list."""


def scopes_of(node: Any) -> list[str]:
    """Return the modules that a node stands in, the outermost first, and the operation behind.

    Parameters
    ----------
    node
        The ``NodeProto``.

    Returns
    -------
    list
        Such as ``["", "layer1", "layer1.0", "relu"]``; empty where nothing is written down.
    """
    text = {entry.key: entry.value for entry in node.metadata_props}.get(SCOPES, "")
    try:
        parts = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return []
    return [str(part) for part in parts] if isinstance(parts, list) else []


def module_of(node: Any) -> str:
    """Return the innermost module that a node stands in; empty where none is written down."""
    scopes = scopes_of(node)
    return scopes[-2] if len(scopes) > 1 else ""
