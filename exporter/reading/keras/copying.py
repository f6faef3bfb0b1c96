"""Give the copy of a Keras model the weights of the model that it was built after."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.reading.keras.graph import functional_graph
from queries.errors import ModelFileError


def copy_values(model: Any, values: Mapping[int, NDArray[Any]], copy: Any) -> None:
    """Fill the variables of a copy, in which a layer that stands in several models may stand anew.

    Parameters
    ----------
    model
        The model.
    values
        Its weights, by the ``id`` of their variables.
    copy
        The model that was built of its configuration.

    Raises
    ------
    ModelFileError
        If its classes build other weights of the configuration than the model has.
    """
    filled: set[int] = set()
    for mine, theirs in _pairs(copy, model):
        own, given = _own(mine), _own(theirs)
        for key in own.keys() & given.keys():
            variable, value = own[key], values.get(id(given[key]))
            if value is not None and value.shape == tuple(variable.shape):
                variable._value = np.asarray(value, variable.dtype)
                filled.add(id(variable))
    for variable in copy.weights:
        if id(variable) not in filled:
            raise ModelFileError(
                f"the model has no weights {variable.path!r} of the shape "
                f"{tuple(variable.shape)}, which a class of it builds from its configuration"
            )


def _pairs(copy: Any, model: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each layer of a copy with the layer that it was built after."""
    waiting, seen = [(copy, model)], set()
    while waiting:
        mine, theirs = waiting.pop()
        if id(mine) not in seen:
            seen.add(id(mine))
            yield mine, theirs
            waiting += zip(_within(mine), _within(theirs), strict=True)


def _within(layer: Any) -> list[Any]:
    """Return the layers that a layer holds, in an order that its copy has as well."""
    import keras

    layers = [each for each in layer._layers if not isinstance(each, keras.layers.InputLayer)]
    # A configuration names those of a graph; others come as the class makes them.
    return layers if functional_graph(layer) is None else sorted(layers, key=_name)


def _name(layer: Any) -> str:
    return str(layer.name)


def _own(layer: Any) -> dict[Hashable, Any]:
    """Return the variables that a layer holds itself, by their names where those differ."""
    own = [*layer._trainable_variables, *layer._non_trainable_variables]
    names = [variable.name for variable in own]
    return dict(zip(names if len(set(names)) == len(names) else range(len(own)), own, strict=True))
