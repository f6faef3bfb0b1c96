"""Arguments of a wrong kind: each error says which one, what it is, and what is taken."""

import os
from collections.abc import Iterable, Mapping
from typing import Final

from queries.core.address import repeatable
from queries.core.live_models import is_of, library_of
from queries.errors import ParameterError

_INSTEAD: Final = {
    ("tf_keras.Model", "tensorflow.Model"): (
        "is a model in memory, and a file is taken; save it, as by model.save('model.keras'), "
        "and give the path of that file"
    ),
    ("keras.Layer", "tf_keras.Layer", "tensorflow.Layer"): (
        "is a layer, and a model is taken: keras.Sequential([keras.Input(shape), layer])"
    ),
    ("torch.ExportedProgram",): (
        "is a program of torch.export; give program.module(), and its example_inputs"
    ),
    ("torch.ONNXProgram",): "is a program of ONNX; give its model_proto",
    ("onnx.GraphProto",): "is the graph of a model; give the onnx.ModelProto that it is in",
    ("tensorflow.Module",): (
        "is a module of TensorFlow in memory, and a file is taken; convert it to ONNX: "
        "tf2onnx.convert.from_function(tf.function(module), [tf.TensorSpec(shape)], "
        "output_path='model.onnx')"
    ),
}
"""What is said of a value by the packages and names of its classes, the more special ones first."""

_PLAIN: Final = (bool, int, float)


def described(value: object) -> str:
    """Return what a value is, for a message: ``None``, ``3``, ``a list``."""
    if value is None or isinstance(value, _PLAIN):
        return repr(value)[:40]
    kind = type(value).__name__
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def require_text(name: str, value: object, meaning: str) -> None:
    """Raise ParameterError for an argument that is no text.

    Parameters
    ----------
    name, value
        The argument.
    meaning
        What the text would be, such as ``the name of a model``.
    """
    if not isinstance(value, str):
        raise ParameterError(f"{name}: {described(value)} is no text; give {meaning}")


def require_texts(name: str, values: object, meaning: str) -> None:
    """Raise ParameterError for an argument that is no list of texts; a single text is none.

    Parameters
    ----------
    name, values
        The argument.
    meaning
        What the texts would be, such as ``names of procedures``.
    """
    if isinstance(values, str):
        raise ParameterError(f"{name}: a text is no list; give {meaning}, such as [{values!r}]")
    if not isinstance(values, Iterable) or isinstance(values, (bytes, Mapping)):
        raise ParameterError(f"{name}: {described(values)} is no list; give {meaning}")
    for value in values:
        require_text(name, value, meaning)


def path_of(name: str, value: object) -> str:
    """Return a path that somebody gave, as a text.

    Parameters
    ----------
    name, value
        The argument: a text, or an object that stands for a path.

    Raises
    ------
    ParameterError
        If it is none. A model that is in memory is told how it becomes a file.
    """
    try:
        text = os.fsdecode(value)  # type: ignore[arg-type]
        is_path = b"\0" not in os.fsencode(text)
    except TypeError:
        raise ParameterError(f"{name}: {described(value)} {_no_path(value)}") from None
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise ParameterError(
            f"{name}: {repeatable(text)} is no path, which holds no null character and no half of "
            "a surrogate pair"
        )
    return text


def _no_path(value: object) -> str:
    return in_memory_instead(value) or "is no path; give a text or a pathlib.Path"


def in_memory_instead(value: object) -> str | None:
    """Say what to do with a part of a network in memory where a file or a graph is taken.

    Parameters
    ----------
    value
        What was given.

    Returns
    -------
    str or None
        What follows the description of the value; None for what is no such part.
    """
    if (library := library_of(value)) is not None:
        return (
            "is a model in memory, and a file is taken; save it, as by "
            f"{library.saved_by}, and give the path of that file"
        )
    if isinstance(value, Mapping) and any(is_of(each, "torch.Tensor") for each in value.values()):
        return (
            "is a state dict of PyTorch, which has weights and no layers; give the module that "
            "they are loaded into, and its example_inputs"
        )
    return next((text for bases, text in _INSTEAD.items() if is_of(value, *bases)), None)
