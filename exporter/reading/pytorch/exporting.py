"""Export a module of PyTorch to ONNX in memory, by PyTorch's own exporter."""

import inspect
import io
import warnings
from importlib.util import find_spec
from typing import Any, Final

from exporter.reading.onnx.files import parsed
from exporter.reading.onnx.importing import import_onnx
from exporter.reading.pytorch.examples import Examples, tensors_in
from exporter.reading.pytorch.undisturbed import quiet, undisturbed
from queries.core.text import printable
from queries.errors import ModelFileError, ParameterError

_NEW_NEEDS: Final = "onnxscript"
"""The package without which PyTorch has its older exporter alone."""


def exported(module: Any, examples: Examples) -> Any:
    """Return a module as an ``onnx.ModelProto``; nothing is written, and it stays as it is.

    Parameters
    ----------
    module
        The ``torch.nn.Module``.
    examples
        What it is called with.

    Raises
    ------
    NotInstalledError
        If there is no onnx.
    ParameterError
        If the module cannot be called with the examples.
    ModelFileError
        If PyTorch cannot export it.
    """
    import_onnx()
    with quiet(), undisturbed(module):
        try:
            called(module, examples)
        except Exception as error:
            raise ParameterError(
                f"example_inputs: the module cannot be called with them: {reason_of(error)}"
            ) from error
        try:
            return _exported(module, examples)
        except Exception as error:
            raise ModelFileError(
                f"torch.onnx.export cannot export it: {reason_of(error.__cause__ or error)}"
            ) from error


def called(module: Any, examples: Examples) -> list[Any]:
    """Call a module, and return the tensors that it puts out."""
    import torch

    with torch.no_grad():
        return tensors_in(module(*examples.args, **examples.kwargs))


def reason_of(error: BaseException) -> str:
    """Return the first line of what PyTorch says, which goes on for pages."""
    lines = (line.strip() for line in str(error).splitlines())
    return printable(next(filter(None, lines), type(error).__name__))


def _exported(module: Any, examples: Examples) -> Any:
    """Return what the newer exporter makes, or the older one where there is no other."""
    import torch

    knows = "dynamo" in inspect.signature(torch.onnx.export).parameters
    if knows and find_spec(_NEW_NEEDS):
        program = torch.onnx.export(
            module, examples.args, kwargs=examples.kwargs, dynamo=True, verbose=False
        )
        return program.model_proto
    older = {"dynamo": False} if knows else {}
    # PyTorch takes the last of the arguments, a dictionary, for those by name.
    args = (*examples.args, examples.kwargs)
    content = io.BytesIO()
    with warnings.catch_warnings():
        # It follows one call, and a branch that depends on values would be taken for all.
        warnings.simplefilter("error", torch.jit.TracerWarning)
        torch.jit.TracerWarning.ignore_lib_warnings()
        torch.onnx.export(module, args, content, verbose=False, **older)
    return parsed(content.getvalue())
