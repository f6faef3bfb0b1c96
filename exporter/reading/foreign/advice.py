"""The lines that export a model of another library to a file that is read."""

import shlex
from pathlib import Path


def from_torch(path: Path, before: str = "", model: str = "model.eval()") -> str:
    """Return the line for a model of PyTorch.

    Parameters
    ----------
    path
        The file that was given.
    before
        What makes the object ``model`` of it, and a semicolon.
    model
        What is exported.
    """
    return (
        f"export it to ONNX where its code is: {before}"
        f"torch.onnx.export({model}, (example_input,), {_name(path, '.onnx')!r})"
    )


def by_tf2onnx(path: Path, kind: str, more: str = "") -> str:
    """Return the line for what tf2onnx converts.

    Parameters
    ----------
    path
        The file or folder that was given.
    kind
        The option of tf2onnx that takes it.
    more
        Further options.
    """
    given, output = shlex.quote(str(path)), shlex.quote(_name(path, ".onnx"))
    options = f" {more}" if more else ""
    return (
        f"convert it to ONNX: python -m tf2onnx.convert --{kind} {given}{options} --output {output}"
    )


def from_weights(path: Path) -> str:
    """Return the lines for weights of Keras without their model."""
    return (
        f"build the model in Python, then: model.load_weights({str(path)!r}); "
        f"model.save({_name(path, '.keras')!r})"
    )


def _name(path: Path, suffix: str) -> str:
    """Return the name of an exported file, beside where somebody works."""
    stem = path.name.partition(".")[0] or "model"
    return stem + suffix
