"""The registry of handlers: which function wires which Keras class."""

from collections.abc import Callable
from typing import Final

from exporter.wiring.results import Wiring

Handler = Callable[..., Wiring]
"""Called with the built Keras layer and the neuron ids of each of its inputs.

Which neurons feed which must not depend on the weights: ``inspect`` counts edges without them.
The handler of an operation is called with the operation and the arguments of its call, with
neuron ids for tensors; so is that of a layer which is registered with ``arguments``.
"""

_OPERATIONS: Final = ("keras.src.ops", "keras.src.activations", "keras.src.quantizers")

ONNX: Final = "onnx."
"""What the keys of operations of ONNX begin with."""

_HANDLERS: dict[str, Handler] = {}
_WITH_ARGUMENTS: set[str] = set()
_WITH_DTYPES: set[str] = set()


def handles(
    *class_names: str, arguments: bool = False, dtypes: bool = False
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of these Keras classes.

    Parameters
    ----------
    *class_names
        What ``handler_key`` returns for them: ``"Conv2D"`` for a layer of Keras, ``"ops.Add"``
        for an operation of ``keras.ops``, ``"Package>Class"`` for a class of somebody's own,
        as ``keras.saving.register_keras_serializable`` registers it.
    arguments
        Whether it takes the arguments of a layer's call that are no tensors, too.
    dtypes
        Whether it takes a keyword of this name: what the tensors that it reads are stored as.

    Returns
    -------
    Callable
        The decorator. It returns the function unchanged.

    Raises
    ------
    ValueError
        If a class has a handler already.
    """

    def register(handler: Handler) -> Handler:
        for name in class_names:
            if name in _HANDLERS:
                raise ValueError(f"{name} is handled by {_HANDLERS[name].__qualname__} already")
            _HANDLERS[name] = handler
        _WITH_ARGUMENTS.update(class_names if arguments else ())
        _WITH_DTYPES.update(class_names if dtypes else ())
        return handler

    return register


def handler_key(module: str | None, class_name: str, registered_name: str | None) -> str:
    """Return the name under which a class has its handler, if it has one.

    Parameters
    ----------
    module, class_name, registered_name
        As the configuration of a layer gives them.
    """
    # Keras registers a class as package>Class; another name would hide which class it is.
    if registered_name is not None and ">" in registered_name:
        return registered_name
    module = module or "keras"
    if module.startswith(_OPERATIONS):
        return f"ops.{class_name}"
    return class_name if is_of_keras(module) else f"{module}>{class_name}"


def is_of_keras(module: str) -> bool:
    """Tell whether a module is a part of Keras."""
    return module.split(".", maxsplit=1)[0] == "keras"


def handler_of(key: str) -> Handler:
    """Return the handler of a class by its key; KeyError where there is none."""
    return _HANDLERS[key]


def takes_arguments(key: str) -> bool:
    """Tell whether the handler of a layer takes all arguments of its call."""
    return key in _WITH_ARGUMENTS


def takes_dtypes(key: str) -> bool:
    """Tell whether a handler takes what the tensors that it reads are stored as."""
    return key in _WITH_DTYPES


def is_handled(key: str) -> bool:
    """Tell whether there is a handler of a class or an operation, by its key."""
    return key in _HANDLERS


def handled_classes() -> dict[str, Handler]:
    """Return every handled Keras class with its handler, sorted by name."""
    return {name: how for name, how in sorted(_HANDLERS.items()) if not name.startswith(ONNX)}


def handled_by_onnx() -> dict[str, Handler]:
    """Return every handled operation of ONNX with its handler, sorted by name."""
    each = sorted(_HANDLERS.items())
    return {name.removeprefix(ONNX): how for name, how in each if name.startswith(ONNX)}
