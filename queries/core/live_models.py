"""Models in memory: of which library they are, what they are called, and how one becomes a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from queries.errors import ParameterError


@dataclass(frozen=True)
class Library:
    """A library whose models are taken as they are in memory.

    Parameters
    ----------
    base
        What each of them derives from: a package, and a class of it.
    name_of
        Returns what a model is called.
    saved_by
        The call that writes one to a file.
    takes_examples
        Whether a model does not say by itself what its inputs are.
    """

    base: str
    name_of: Callable[[Any], str]
    saved_by: str
    takes_examples: bool = False


KERAS: Final = Library("keras.Model", lambda model: str(model.name), "model.save('model.keras')")
ONNX: Final = Library(
    "onnx.ModelProto",
    lambda model: model.graph.name or "model",
    "onnx.save(model, 'model.onnx')",
)
TORCH: Final = Library(
    "torch.Module",
    lambda module: type(module).__name__,
    "torch.onnx.export(model.eval(), (example_input,), 'model.onnx')",
    takes_examples=True,
)

LIBRARIES: Final = (KERAS, ONNX, TORCH)


def library_of(value: object) -> Library | None:
    """Return the library of a model in memory; None for what is no such model.

    No library is imported for that.
    """
    return next((each for each in LIBRARIES if is_of(value, each.base)), None)


def require_no_examples(example_inputs: Any) -> None:
    """Raise ParameterError where inputs of a module are given, and no module is."""
    if example_inputs is not None:
        raise ParameterError(
            "example_inputs: only a torch.nn.Module in memory takes them; leave them out"
        )


def is_of(value: object, *bases: str) -> bool:
    """Tell whether a value is of a class of a package, or derived from one: ``keras.Model``."""
    return any(
        f"{base.__module__.partition('.')[0]}.{base.__name__}" in bases
        for base in type(value).__mro__
    )


def in_memory(name: str) -> str:
    """Return where a model of a name is that is in no file."""
    return f"model {name!r} in memory"
