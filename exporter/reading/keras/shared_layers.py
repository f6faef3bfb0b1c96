"""Give a layer that stands in several models of an archive its weights in each of them.

Keras saves it once, in the first place, and cannot read the others. Here it is built anew in each
place, which computes the same, and takes the weights of the layer of its class and name.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

_LOADER: Final = "load_own_variables"


def likeness(layer: Any) -> tuple[Any, ...]:
    """Return what two layers have in common if they were one: class, name and shapes of weights."""
    shapes = [tuple(variable.shape) for variable in layer.weights]
    return type(layer).__name__, layer.name, *shapes


def copy_weights(source: Any, target: Any) -> None:
    """Give a layer, with all that is in it, the weights of one that was the same."""
    for mine, theirs in zip(target.weights, source.weights, strict=True):
        mine.assign(theirs.value)


@contextmanager
def saved_once(model: Any) -> Iterator[None]:
    """Let Keras read weights for one place of each shared layer, and copy them to the others.

    Parameters
    ----------
    model
        A model that Keras reads weights for in this context.

    Raises
    ------
    ValueError
        If the file has no weights of a layer, and not just one other that it can be.
    """
    alike: dict[tuple[Any, ...], list[Any]] = {}
    for layer in model._flatten_layers(include_self=False):
        if layer._trainable_variables or layer._non_trainable_variables:
            alike.setdefault(likeness(layer), []).append(layer)
    several = [layer for layers in alike.values() if len(layers) > 1 for layer in layers]
    filled: set[int] = set()
    for layer in several:
        # Not as Keras sets attributes, which is for what it saves.
        object.__setattr__(layer, _LOADER, _lenient(layer, filled))
    try:
        yield
    finally:
        for layer in several:
            object.__delattr__(layer, _LOADER)
    for layer in several:
        if id(layer) not in filled:
            sources = [other for other in alike[likeness(layer)] if id(other) in filled]
            if len(sources) != 1:
                raise ValueError(f"the file has no weights of layer {layer.name!r}")
            copy_weights(sources[0], layer)


def _lenient(layer: Any, filled: set[int]) -> Callable[[Any], None]:
    """Return what reads a layer's own weights, if the file has some in its place."""
    read = layer.load_own_variables

    def load(store: Any) -> None:
        if list(store.keys()):
            read(store)
            filled.add(id(layer))

    return load
