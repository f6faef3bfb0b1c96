"""Read the weights of an HDF5 file of Keras 1 or 2, layer by layer and by their names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exporter.reading.keras.legacy.gates import arrays_of_each, together
from exporter.reading.keras.legacy.kernels import as_built
from exporter.reading.keras.legacy.names import name_in_file
from queries.errors import ModelFileError

_NAMES, _LAYERS = "weight_names", "layer_names"


@dataclass(frozen=True)
class _Array:
    """An array of the file, not read yet, and the name of the variable that it was."""

    name: str
    dataset: Any


@dataclass(frozen=True)
class _Own:
    """A layer with the variables that it has itself, and whether its file kept them trainable."""

    layer: Any
    name: str
    trainable: Sequence[Any]
    fixed: Sequence[Any]

    @property
    def variables(self) -> list[Any]:
        """The variables in the order of the file."""
        return [*self.trainable, *self.fixed]


@dataclass(frozen=True)
class Hdf5Weights:
    """
    The weights of an old HDF5 file.

    Keras 3 goes by the order of the layers, which is not always that of Keras 2: layers of one
    shape would change places.

    Parameters
    ----------
    config
        The rewritten configuration of the model.
    version, backend
        As the file says them; empty where it does not.
    """

    config: dict[str, Any]
    version: str
    backend: str

    def read_into(self, model: Any, file: Path) -> None:
        """Give the layers of a model their weights.

        Parameters
        ----------
        model
            The model that Keras 3 built of the configuration.
        file
            The HDF5 file.

        Raises
        ------
        ModelFileError
            If a layer's weights are missing, or of another shape than the layer's.
        """
        import h5py

        with h5py.File(file, "r") as weights:
            self._read_model(model, weights.get("model_weights", weights))

    def _read_model(self, model: Any, group: Any) -> None:
        arrays_of = {name: _arrays(group[name]) for name in _texts(group, _LAYERS)}
        arrays_of = {name: arrays for name, arrays in arrays_of.items() if arrays}
        layers = {
            name_in_file(layer.name): (layer, config)
            for layer, config in _in_order(model, self.config)
            if layer.weights
        }
        if arrays_of.keys() != layers.keys() and len(arrays_of) == len(layers):
            # Whoever renamed the layers kept their order.
            arrays_of = dict(zip(layers, arrays_of.values(), strict=True))
        for name, (layer, config) in layers.items():
            if name not in arrays_of:
                raise _error(name, "the file has no weights of it")
            owners = [owner for owner in _owners(layer, config) if owner.variables]
            self._give(owners, arrays_of[name])
        if unknown := arrays_of.keys() - layers.keys():
            raise _error(min(unknown), "the file has weights of it, but no settings")

    def _give(self, owners: list[_Own], arrays: list[_Array]) -> None:
        """Share the arrays of a layer, or of a nested model, among the layers in it."""
        arrays_of = _by_name(owners, arrays) or _by_order(owners, arrays)
        for owner in owners:
            weights = arrays_of.get(id(owner.layer), [])
            self._assign(owner, [np.asarray(one.dataset) for one in weights])

    def _assign(self, owner: _Own, arrays: list[NDArray[Any]]) -> None:
        variables = owner.variables
        arrays = together(owner.layer, arrays)
        if len(arrays) != len(variables):
            raise _error(
                owner.name, f"the file has {len(arrays)} weights of it, it takes {len(variables)}"
            )
        built = as_built(owner.layer, arrays, self.version, self.backend)
        for variable, array in zip(variables, built, strict=True):
            if tuple(variable.shape) != array.shape:
                raise _error(
                    owner.name,
                    f"its {variable.name} has the shape {array.shape} in the file, but "
                    f"{tuple(variable.shape)} by its settings",
                )
            variable.assign(array)
        if variables and hasattr(owner.layer, "finalize_state"):
            owner.layer.finalize_state()


def _error(name: str, what: str) -> ModelFileError:
    return ModelFileError(f"layer {name!r}: {what}")


def _arrays(group: Any) -> list[_Array]:
    return [_Array(name, group[name]) for name in _texts(group, _NAMES)]


def _texts(group: Any, name: str) -> list[str]:
    """Return a list of texts among the attributes of a group; HDF5 cuts long ones into parts."""
    if name in group.attrs:
        texts = list(group.attrs[name])
    else:
        texts, part = [], 0
        while f"{name}{part}" in group.attrs:
            texts += list(group.attrs[f"{name}{part}"])
            part += 1
    return [text.decode() if isinstance(text, bytes) else str(text) for text in texts]


def _in_order(model: Any, config: dict[str, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the layers of a model in the order of its configuration, with theirs."""
    layers = {layer.name: layer for layer in model.layers}
    for inner in config["config"]["layers"]:
        # A layer that leads to no output is not in the model.
        if (layer := layers.get(inner["config"].get("name"))) is not None:
            yield layer, inner


def _owners(layer: Any, config: dict[str, Any]) -> Iterator[_Own]:
    """Yield the layers with variables in a layer, itself included, in the order of the file."""
    if isinstance(config["config"].get("layers"), list) and hasattr(layer, "layers"):
        for inner, inner_config in _in_order(layer, config):
            yield from _owners(inner, inner_config)
        return
    inside, wrapped = getattr(layer, "layer", None), config["config"].get("layer")
    if inside is not None and isinstance(wrapped, dict):
        yield from _owners(inside, wrapped)
        # A wrapper may have the kernel of the layer in it as one of its own.
        of_layer = {id(variable) for variable in inside.variables}
        trained, fixed = (
            [variable for variable in own if id(variable) not in of_layer]
            for own in (layer._trainable_variables, layer._non_trainable_variables)
        )
        yield _Own(layer, name_in_file(layer.name), trained, fixed)
        return
    trained, fixed = _variables(layer)
    if config["config"].get("trainable") is False:
        trained, fixed = [], [*trained, *fixed]
    yield _Own(layer, name_in_file(layer.name), trained, fixed)


def _variables(layer: Any) -> tuple[list[Any], list[Any]]:
    """Return the trainable variables of a layer and the others, whether it is trained or not."""
    saved = {id(variable) for variable in layer.weights}
    every = [variable for variable in layer.variables if id(variable) in saved]
    first = [variable for variable in every if _learns(layer, variable)]
    return first, [variable for variable in every if not _learns(layer, variable)]


def _learns(layer: Any, variable: Any) -> bool:
    return all(variable is not other for other in layer._non_trainable_variables)


def _by_name(owners: list[_Own], arrays: list[_Array]) -> dict[int, list[_Array]] | None:
    """Share arrays by the names of the layers in theirs; None where these do not say it."""
    if len(owners) == 1:
        return {id(owners[0].layer): arrays}
    shared: dict[int, list[_Array]] = {id(owner.layer): [] for owner in owners}
    names = sorted(owners, key=lambda owner: len(owner.name), reverse=True)
    for one in arrays:
        folder = f"/{one.name.rpartition('/')[0]}/"
        owner = next((owner for owner in names if f"/{owner.name}/" in folder), None)
        if owner is None:
            return None
        shared[id(owner.layer)].append(one)
    whole = all(_is_whole(owner, len(shared[id(owner.layer)])) for owner in owners)
    return shared if whole else None


def _is_whole(owner: _Own, arrays: int) -> bool:
    count = len(owner.variables)
    return arrays in (count, count * arrays_of_each(owner.layer))


def _by_order(owners: list[_Own], arrays: list[_Array]) -> dict[int, list[_Array]]:
    """Share arrays by their order: first what is trained, of all layers, then the rest."""
    shared: dict[int, list[_Array]] = {id(owner.layer): [] for owner in owners}
    rest = iter(arrays)
    apart = len(arrays) > sum(len(owner.variables) for owner in owners)
    for part in ("trainable", "fixed"):
        for owner in owners:
            each = arrays_of_each(owner.layer) if apart else 1
            for _ in range(each * len(getattr(owner, part))):
                if (one := next(rest, None)) is not None:
                    shared[id(owner.layer)].append(one)
    return shared
