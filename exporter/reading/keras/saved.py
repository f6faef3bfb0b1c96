"""Read what a model file says of its layers, and refuse what cannot be built or wired."""

import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporter.reading.bounds import require_dimensions, require_nesting, require_text
from exporter.reading.foreign.advice import from_weights
from exporter.reading.keras.graph import keeps_call
from exporter.reading.keras.heaps import require_sound_heaps
from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.legacy import (
    REFUSAL,
    REPAIR,
    is_old,
    modern_model,
    name_in_file,
    of_hdf5,
)
from exporter.reading.keras.refusing import refusing
from exporter.reading.keras.vocabularies import read_vocabularies
from exporter.reading.refusal import Refusal, raise_unsupported
from exporter.wiring import (
    TAKEN_APART,
    WRAPPERS,
    handled_classes,
    handler_key,
    how_to_register,
    is_unwirable,
    needs_code,
    reason,
)
from queries.errors import ModelFileError

_MODEL_CLASSES = ("Sequential", "Functional", "Model")
_CONFIG, _METADATA = "config.json", "metadata.json"


@dataclass(frozen=True)
class Saved:
    """What a model file says, without the weights.

    Parameters
    ----------
    path
        The model file.
    file_config
        The model's configuration as the file has it.
    config
        The same as Keras 3 reads it.
    version, backend
        The Keras version and the backend that saved it; empty where the file does not say.
    archive
        True for a ``.keras`` archive, False for HDF5.
    """

    path: Path
    file_config: dict[str, Any]
    config: dict[str, Any]
    version: str
    backend: str
    archive: bool

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    @property
    def old(self) -> bool:
        """True for a file of Keras 1 or 2."""
        return self.file_config is not self.config


def read_saved(path: Path, *, partial: bool) -> Saved:
    """Read what a file says, and refuse it where its model cannot be built or wired.

    Parameters
    ----------
    path
        The model file.
    partial
        Refuse only layers that Keras cannot build without code that is not its own.

    Raises
    ------
    ModelFileError
        If the file is damaged, or not a model.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    """
    with refusing("it is damaged"):
        saved = _parsed(path)
        _require_wirable(saved.config, partial=partial)
    return saved


def checked_model(config: object, *, partial: bool) -> dict[str, Any]:
    """Return the configuration of a model in memory, if it can be built and wired.

    Parameters
    ----------
    config
        The configuration as Keras 3 gives it.
    partial
        As in ``read_saved``.

    Raises
    ------
    ModelFileError
        If it is none of a model that can be taken apart.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    """
    checked = _checked(_of_model(config))
    _require_wirable(checked, partial=partial)
    return checked


def _require_wirable(config: dict[str, Any], *, partial: bool) -> None:
    require_dimensions(config)
    _refuse_unsupported(config, partial=partial)


def _parsed(path: Path) -> Saved:
    if zipfile.is_zipfile(path):
        return _read_archive(path)
    import h5py

    if h5py.is_hdf5(path):
        return _read_hdf5(path)
    raise ModelFileError(
        "it is no model file: neither a .keras archive nor an HDF5 or ONNX file, or cut short"
    )


def _read_archive(path: Path) -> Saved:
    with zipfile.ZipFile(path) as archive:
        try:
            members = [archive.getinfo(name) for name in (_CONFIG, _METADATA)]
        except KeyError:
            raise ModelFileError(
                f"it is a zip archive, but not a Keras model: it has no {_CONFIG} or no {_METADATA}"
            ) from None
        require_text(sum(member.file_size for member in members), path.stat().st_size)
        config, metadata = (_decoded(archive.read(member)) for member in members)
        config = _of_model(config)
        read_vocabularies(config, archive, path.stat().st_size)
    number = metadata.get("keras_version", "") if isinstance(metadata, dict) else ""
    version = str(number)
    # Keras began with archives when it began to write its version.
    old = bool(version) and is_old(version)
    modern = modern_model(config, version, "tensorflow") if old else config
    return Saved(path, config, _checked(modern), version, "", archive=True)


def _read_hdf5(path: Path) -> Saved:
    import h5py

    require_sound_heaps(path)
    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
        version = _text(file, "keras_version")
        backend = _text(file, "backend") if is_old(version) else ""
    if text is None:
        raise ModelFileError(_without_model(path))
    config = _of_model(_decoded(text))
    if is_old(version):
        modern = _checked(modern_model(config, version, backend))
        return Saved(path, config, modern, version, backend, archive=False)
    config = of_hdf5(_checked(config))
    return Saved(path, config, config, version, backend, archive=False)


def _without_model(path: Path) -> str:
    """Say what an HDF5 file without a model's configuration is, and what to do."""
    import h5py

    with h5py.File(path, "r") as file:
        of_keras = "layer_names" in file.attrs or bool(
            {"layers", "_layer_checkpoint_dependencies"} & set(file)
        )
    if of_keras:
        return f"it holds weights of Keras, and no layers; {from_weights(path)}"
    return (
        "it is an HDF5 file without a Keras model; save the whole model: model.save('model.keras')"
    )


def _text(file: Any, name: str) -> str:
    """Return a text that the file has beside its model, or beside the weights; empty if none."""
    text = file.attrs.get(name)
    if text is None and "model_weights" in file:
        text = file["model_weights"].attrs.get(name)
    return text.decode() if isinstance(text, bytes) else str(text or "")


def _decoded(text: str | bytes) -> Any:
    """Return what JSON says, if a store can hold the texts in it."""
    require_nesting(text.encode() if isinstance(text, str) else text)
    decoded = json.loads(text)
    json.dumps(decoded, ensure_ascii=False).encode()
    return decoded


def _of_model(config: object) -> dict[str, Any]:
    """Return the configuration if it may be one of a model."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), (dict, list)):
        raise ModelFileError("it is damaged: its configuration is not that of a model")
    return config


def _checked(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration if it is one of a model that can be taken apart."""
    if not _is_model(config):
        if _is_of_own_class(config):
            return config
        raise ModelFileError(
            f"it holds a model of the class {config.get('class_name')!r}, whose code is not in "
            f"the file; {how_to_register()}"
        )
    if not _lists_layers(config):
        raise ModelFileError("it is damaged: its configuration lists no layers")
    return config


def _lists_layers(config: Mapping[str, Any]) -> bool:
    """Tell whether a model, and each model in it, has a list of layers."""
    layers = config["config"].get("layers")
    return isinstance(layers, list) and all(
        isinstance(layer, dict)
        and isinstance(layer.get("config"), dict)
        and (not _is_model(layer) or _lists_layers(layer))
        for layer in layers
    )


def _is_model(layer: Mapping[str, Any]) -> bool:
    """Tell whether a model is a graph of layers that the file lists.

    It is of Keras, or of a registered class that keeps its ``call``. One whose constructor makes
    the graph by settings of its own lists no layers.
    """
    key = _key(layer)
    if key in _MODEL_CLASSES:
        return True
    cls = _registered(key)
    is_graph = cls is not None and issubclass(cls, import_keras().Model) and keeps_call(cls)
    return is_graph and _says_layers(layer["config"])


def _says_layers(config: Mapping[str, Any]) -> bool:
    """Tell whether settings have layers in them; a list of anything else has another meaning."""
    layers = config.get("layers")
    return isinstance(layers, list) and all(isinstance(layer, dict) for layer in layers)


def _is_of_own_class(layer: Mapping[str, Any]) -> bool:
    """Tell whether a model is of a registered class, whose ``call`` says what it computes."""
    cls = _registered(_key(layer))
    return cls is not None and issubclass(cls, import_keras().Model)


def _registered(key: str) -> type | None:
    """Return a class of somebody's own that is registered with Keras; None if there is none."""
    if ">" not in key:
        return None
    cls = import_keras().saving.get_registered_object(key)
    return cls if isinstance(cls, type) else None


def _is_stateful(config: Mapping[str, Any]) -> bool:
    """Tell whether a recurrent layer, or the one in a Bidirectional, keeps its state."""
    inner = config.get("layer")
    # Those of a model and of a wrapper are named by themselves.
    within = inner["config"].get("stateful") if "merge_mode" in config and inner else False
    return config.get("stateful") is True or within is True


def _is_known(key: str) -> bool:
    """Tell whether Keras can build a layer of a class: its own, or one that is registered."""
    return _registered(key) is not None or hasattr(import_keras().layers, key)


def _key(layer: Mapping[str, Any]) -> str:
    return handler_key(
        layer.get("module"), str(layer.get("class_name")), layer.get("registered_name")
    )


def _refuse_unsupported(config: Mapping[str, Any], *, partial: bool) -> None:
    """Name every layer that cannot be wired, before anything of the file is built.

    Where layers are to be taken apart, only those count that cannot be built: the others are named
    together with what comes to light then.
    """
    if not _is_model(config):
        return
    refused, apart = [], False
    for unbuildable, why in _unsupported(_inner_layers(config["config"]), handled_classes()):
        apart = apart or why is None
        if why is not None:
            refused.append((unbuildable, why))
    if not any(unbuildable for unbuildable, _ in refused) and (partial or apart):
        return
    raise_unsupported([why for unbuildable, why in refused if unbuildable or not partial])


def _unsupported(
    layers: Iterable[Mapping[str, Any]], handled: Collection[str]
) -> Iterator[tuple[bool, Refusal | None]]:
    """Yield the refusal of each layer without a handler, and whether it cannot even be built.

    None instead of it stands for a layer that is to be taken apart.
    """
    for layer in layers:
        class_name = str(layer.get("class_name"))
        name = name_in_file(str(layer["config"].get("name") or layer.get("name")))
        key = _key(layer)
        if why := layer.get(REFUSAL):
            yield True, Refusal(name, class_name, f"{why}; {REPAIR}")
        elif _is_stateful(layer["config"]):
            yield True, Refusal(name, class_name, "what it says depends on the batches before")
        elif _is_model(layer) or key in WRAPPERS:
            for unbuildable, inner in _unsupported(_inner_layers(layer["config"]), handled):
                named = inner and replace(inner, name=f"{name}/{inner.name}")
                yield unbuildable, named
        elif key in handled:
            continue
        elif key in TAKEN_APART:
            yield False, None
        elif is_unwirable(key) or key.startswith("ops."):
            yield needs_code(key), Refusal(name, class_name, reason(key))
        elif _is_known(key):
            yield False, None
        else:
            why = f"a class of somebody's own; {how_to_register()}"
            yield True, Refusal(name, class_name, why)


def _inner_layers(config: Mapping[str, Any]) -> list[Any]:
    """Return the layers that a model, or a wrapper, holds."""
    inner = config.get("layer")
    return [inner] if isinstance(inner, dict) else list(config.get("layers", ()))
