"""The registry of handlers: which function wires which Keras class."""

from collections.abc import Callable

from exporter.wiring.wiring import Wiring

Handler = Callable[..., Wiring]
"""Called with the built Keras layer and the neuron ids of each of its inputs."""

_HANDLERS: dict[str, Handler] = {}


def handles(*class_names: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of these Keras classes.

    Parameters
    ----------
    *class_names
        Names of the classes as a model file writes them, e.g. ``"Conv2D"``.

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
        return handler

    return register


def handler_of(class_name: str) -> Handler:
    """Return the handler of a Keras class; KeyError where there is none."""
    return _HANDLERS[class_name]


def handled_classes() -> dict[str, Handler]:
    """Return every handled Keras class with its handler, sorted by name."""
    return dict(sorted(_HANDLERS.items()))
