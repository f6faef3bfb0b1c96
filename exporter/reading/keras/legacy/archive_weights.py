"""Read the weights of a ``.keras`` archive of Keras 2.12 to 2.15, by classes and their order."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from exporter.reading.keras.legacy.gates import is_gated, together
from exporter.reading.keras.legacy.names import name_in_file
from exporter.reading.keras.shared_layers import copy_weights, likeness
from queries.errors import ModelFileError

_VARIABLES: Final = "vars"
_MISSING: Final = "the file has no weights of it"
_LISTS: Final = ("layers", "_layer_checkpoint_dependencies", "_self_tracked_trackables")
"""Under which attribute a model kept its layers: all of one model are under the same."""

Copies = dict[tuple[Any, ...], Any]
"""The layers that have their weights, by what they have in common with others in their place."""


@dataclass(frozen=True)
class ArchiveWeights:
    """
    The weights of an old archive.

    A layer has a group named after its class, and a number if it is not the first of the class.
    Keras 2.12 to 2.14 count some numbers twice, and Windows writes backslashes, so that it is
    the order of the numbers that counts.

    Parameters
    ----------
    config
        The configuration as the file has it.
    """

    config: dict[str, Any]

    def read_into(self, model: Any, file: Path) -> None:
        """Give the layers of a model their weights.

        Parameters
        ----------
        model
            The model that Keras 3 built of the rewritten configuration.
        file
            The HDF5 file of the archive.

        Raises
        ------
        ModelFileError
            If a layer's weights are missing, or of another shape than the layer's.
        """
        import h5py

        with h5py.File(file, "r") as weights:
            groups = {path: group for path, group in _groups(weights) if len(group)}
            self._read_model(model, self.config, groups, {})

    def _read_model(
        self, model: Any, config: dict[str, Any], groups: dict[str, Any], copies: Copies
    ) -> None:
        inside = next((within for name in _LISTS if (within := _below(groups, name))), {})
        layers = {name_in_file(layer.name): layer for layer in model.layers}
        pairs = [
            (layer, inner)
            for inner in _layers(config)
            if (layer := layers.get(_name(inner))) is not None and layer.weights
        ]
        kinds = Counter(_kind(inner) for _, inner in pairs)
        paths = {kind: _numbered(inside, kind) for kind in kinds}
        for layer, inner in pairs:
            kind = _kind(inner)
            same = copies.get(likeness(layer))
            # A layer that stands in another model as well was saved there.
            if same is not None and kinds[kind] > len(paths[kind]):
                copy_weights(same, layer)
                kinds[kind] -= 1
                continue
            if not paths[kind]:
                raise _error(_name(inner), _MISSING)
            kinds[kind] -= 1
            copies[likeness(layer)] = layer
            self._read_layer(layer, inner, _below(inside, paths[kind].pop(0)), copies)
        for kind, left in paths.items():
            if left:
                raise _error(left[0], f"the file has weights, but no settings, of this {kind}")

    def _read_layer(
        self, layer: Any, config: dict[str, Any], groups: dict[str, Any], copies: Copies
    ) -> None:
        if isinstance(config["config"], dict) and hasattr(layer, "layers") and _layers(config):
            self._read_model(layer, config, groups, copies)
            return
        has_own = bool(layer._trainable_variables or layer._non_trainable_variables)
        if has_own:
            if _VARIABLES not in groups:
                raise _error(_name(config), _MISSING)
            try:
                layer.load_own_variables(_in_order(layer, groups[_VARIABLES]))
            except ValueError as error:
                raise _error(_name(config), str(error).splitlines()[0]) from None
        for name, inner in _sublayers(layer):
            within = _below(groups, name) or _below(groups, f"_{name}") or _only(groups)
            if not within and not has_own:
                # cuDNN had no cells: its layers kept the weights themselves.
                within = groups
            settings = config["config"].get(name)
            inner_config = settings if isinstance(settings, dict) else {"config": {}}
            self._read_layer(
                inner, {"class_name": type(inner).__name__, **inner_config}, within, copies
            )
        for name, several in _listed_sublayers(layer):
            self._read_listed(several, _below(groups, name), copies)

    def _read_listed(self, layers: list[Any], groups: dict[str, Any], copies: Copies) -> None:
        """Give layers in a list, as the cells of a recurrent layer are, their weights."""
        kinds = [_snake(type(layer).__name__) for layer in layers]
        paths = {kind: _numbered(groups, kind) for kind in kinds}
        for layer, kind in zip(layers, kinds, strict=True):
            if not paths[kind]:
                raise _error(layer.name, _MISSING)
            config = {"class_name": type(layer).__name__, "config": {"name": layer.name}}
            self._read_layer(layer, config, _below(groups, paths[kind].pop(0)), copies)


def _error(name: str, what: str) -> ModelFileError:
    return ModelFileError(f"layer {name!r}: {what}")


def _in_order(layer: Any, group: Any) -> Any:
    """Return the variables of a group as a layer of Keras 3 takes them."""
    if not is_gated(layer):
        return group
    arrays = [np.asarray(group[name]) for name in sorted(group, key=int)]
    return {str(place): array for place, array in enumerate(together(layer, arrays))}


def _groups(file: Any) -> Iterator[tuple[str, Any]]:
    """Yield the groups of variables with their paths, as every system but Windows writes them."""
    import h5py

    groups: list[tuple[str, Any]] = []

    def add(path: str, group: Any) -> None:
        if isinstance(group, h5py.Group) and path.rpartition("/")[2] == _VARIABLES:
            groups.append((path.replace("\\", "/"), group))

    file.visititems(add)
    yield from groups


def _below(groups: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the groups below a path, with their paths from there on."""
    start = f"{name}/"
    return {path[len(start) :]: group for path, group in groups.items() if path.startswith(start)}


def _only(groups: dict[str, Any]) -> dict[str, Any]:
    """Return what is below the one group of variables that a wrapper has of the layer in it."""
    within = [path for path in groups if path != _VARIABLES]
    if len(within) != 1:
        return {}
    return {_VARIABLES: groups[within[0]]}


def _numbered(groups: dict[str, Any], kind: str) -> list[str]:
    """Return the names of the groups of a class of layers, in the order of their numbers."""
    pattern = re.compile(rf"{re.escape(kind)}(?:_(\d+))?")
    names = {path.partition("/")[0] for path in groups}
    matches = {name: match for name in names if (match := pattern.fullmatch(name))}
    return sorted(matches, key=lambda name: int(matches[name][1] or 0))


def _kind(config: dict[str, Any]) -> str:
    """Return the name of a layer's class as Keras 2 wrote it for its groups."""
    return _snake(str(config["class_name"]))


def _snake(class_name: str) -> str:
    own = class_name.rpartition(">")[2]
    words = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", own))
    return re.sub("([a-z])([A-Z])", r"\1_\2", words).lower()


def _layers(config: dict[str, Any]) -> list[dict[str, Any]]:
    inner = config["config"]
    layers = inner.get("layers") if isinstance(inner, dict) else inner
    return layers if isinstance(layers, list) else []


def _name(config: dict[str, Any]) -> str:
    inner = config["config"]
    name = inner.get("name") if isinstance(inner, dict) else None
    return str(name or config.get("name"))


def _sublayers(layer: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layers in a layer, each with the attribute that it is."""
    names = {id(value): name for name, value in vars(layer).items()}
    for inner in layer._layers:
        if inner.weights and id(inner) in names:
            yield names[id(inner)].lstrip("_"), inner


def _listed_sublayers(layer: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of layers that a layer has, each with the attribute that it is."""
    import keras

    for name, value in vars(layer).items():
        if isinstance(value, list) and not name.startswith("_"):
            inner = [each for each in value if isinstance(each, keras.layers.Layer)]
            if any(each.weights for each in inner):
                yield name, [each for each in inner if each.weights]
