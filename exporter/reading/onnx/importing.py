"""Import onnx and onnxruntime, or say what installs them."""

from typing import Any

from queries.core.packages import not_installed

PACKAGES = ("onnx", "onnxruntime")
"""What the extra ``onnx`` installs."""


def import_onnx() -> Any:
    """Return the module ``onnx``.

    Raises
    ------
    NotInstalledError
        If it cannot be imported.
    """
    try:
        import onnx
    except ImportError as error:
        raise not_installed("no ONNX model can be opened without onnx", PACKAGES, error) from error
    return onnx


def import_runtime() -> Any:
    """Return the module ``onnxruntime``.

    Raises
    ------
    NotInstalledError
        If it cannot be imported.
    """
    try:
        import onnxruntime
    except ImportError as error:
        what = "no ONNX model can be run without onnxruntime"
        raise not_installed(what, PACKAGES, error) from error
    return onnxruntime
