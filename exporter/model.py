"""Open any trained Keras file as one list of layer calls, inputs first."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from exporter.bounds import require_dimensions, require_name, require_text
from exporter.calls import LayerCall, layer_calls
from exporter.heaps import require_sound_heaps
from exporter.legacy import modern_config, with_modules
from exporter.precision import in_single_precision
from exporter.quiet import quiet
from exporter.refusal import Refusal, raise_unsupported, refusing
from exporter.weights import read_arrays, read_weights, unfilled, zeros
from exporter.wiring import WRAPPERS, handled_classes, handler_key, needs_code, reason
from queries.errors import ModelFileError
from queries.log import logger
from queries.stores.location import expanded, may_be_secret

_MODEL_CLASSES = ("Sequential", "Functional", "Model")
T = TypeVar("T")

_CONFIG, _METADATA = "config.json", "metadata.json"


@dataclass(frozen=True)
class KerasModel:
    """A model file, opened.

    Parameters
    ----------
    path
        Where the file is.
    keras_version
        The Keras version that saved the file; empty where the file does not say.
    calls
        The layer calls, each after those that it reads; nested models are taken apart.
    outputs
        The tensors that are the model's outputs, by their positions.
    keras
        The Keras model itself, not compiled, and in single precision.
    """

    path: Path
    keras_version: str
    calls: tuple[LayerCall, ...]
    outputs: tuple[int, ...]
    keras: Any

    @cached_property
    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal; it takes time, so only who needs it pays."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def input_shapes(self) -> list[tuple[int, ...]]:
        """Shape of each input, without the batch."""
        return [tuple(tensor.shape[1:]) for tensor in self.keras.inputs]

    @property
    def output_shapes(self) -> list[tuple[int, ...]]:
        """Shape of each output, without the batch."""
        return [tuple(tensor.shape[1:]) for tensor in self.keras.outputs]


def open_model(path: str | os.PathLike[str], *, partial: bool = False) -> KerasModel:
    """Open a ``.keras`` or HDF5 model file of Keras 2 or 3; run no code from it.

    Parameters
    ----------
    path
        The model file.
    partial
        Refuse only layers that cannot be built without running code of somebody's own; what
        else cannot be wired the plan leaves out.

    Returns
    -------
    KerasModel
        The model and its layer calls.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, not a model, or too new for this Keras.
    UnsupportedLayerError
        If layers of the model are not handled; the message names all of them.
    """
    path = expanded(path)
    begun = time.perf_counter()
    config, version = _read_config(path, partial=partial)
    with _reading(path, version):
        model = zeros(path, lambda: _build(path, config))
    opened = _opened(path, version, model)
    with _reading(path, version):
        read_weights(path, model)
    seconds = time.perf_counter() - begun
    logger.info("opened %s, %d layer calls, in %.1f s", path, len(opened.calls), seconds)
    return opened


def look_at(
    path: str | os.PathLike[str], look: Callable[[KerasModel], T], *, weights: bool = False
) -> T:
    """Open a model file for as long as somebody looks at it; nothing is computed by Keras.

    Parameters
    ----------
    path
        The model file.
    look
        Called with the model.
    weights
        Read the weights, as arrays of NumPy: with a third of the memory that Keras takes to
        read them. Else all variables are zeros, which take none.

    Returns
    -------
    object
        What ``look`` returns.

    Raises
    ------
    ModelFileError, UnsupportedLayerError
        As ``open_model`` does, but not where only the weights are damaged and not read.
    """
    path = expanded(path)
    config, version = _read_config(path, partial=False)
    with ExitStack() as stack:
        with _reading(path, version):
            model, scope = stack.enter_context(unfilled(path, lambda: _build(path, config)))
        for variable in model.variables:
            # One 0 in memory stands for all elements.
            nothing = np.broadcast_to(np.zeros((), variable.dtype), tuple(variable.shape))
            scope.add_update((variable, nothing))
        opened = _opened(path, version, model)
        if weights:
            with _reading(path, version):
                read_arrays(path, model)
        return look(opened)


def _opened(path: Path, version: str, model: Any) -> KerasModel:
    """Take a model apart, if its input shapes are known."""
    if not getattr(model, "inputs", None):
        raise ModelFileError(
            f"{path}: the model was saved before its input shape was known; "
            "begin it with an Input layer, and save it again"
        )
    for tensor in model.inputs:
        if None in tensor.shape[1:]:
            raise ModelFileError(
                f"{path}: input {tensor.name!r} has the open shape {tuple(tensor.shape[1:])}; "
                "save the model with a fixed input shape"
            )
    with refusing(path, "its layers cannot be taken apart"):
        calls, outputs = layer_calls(model)
    for call in calls:
        require_name(path, call.name)
    return KerasModel(path, version, calls, outputs, model)


def require_file(path: Path) -> None:
    """Raise ModelFileError where a path is no file that can be read."""
    if may_be_secret(str(path)):
        raise ModelFileError(
            "the model is no file that exists; begin a path that has : @ ? or # in it with ./, "
            "and give the address of a server as the graph"
        )
    try:
        with path.open("rb"):
            pass
    except IsADirectoryError:
        raise ModelFileError(
            f"{path} is a folder, not a model file; save the model as .keras or .h5"
        ) from None
    except OSError as error:
        raise ModelFileError(f"cannot read {path}: {error.strerror}") from None


def _read_config(path: Path, *, partial: bool) -> tuple[dict[str, Any], str]:
    """Return the model's configuration, if it may be built, and the Keras version that wrote it."""
    require_file(path)
    with refusing(path, "it is damaged"):
        config, version = _parsed(path)
        require_dimensions(path, config)
        _refuse_unsupported(path, config, partial=partial)
    return config, version


def _parsed(path: Path) -> tuple[dict[str, Any], str]:
    if zipfile.is_zipfile(path):
        return _read_archive(path)
    import h5py

    if h5py.is_hdf5(path):
        return _read_hdf5(path)
    raise ModelFileError(
        f"{path} is not a Keras model: neither a .keras archive nor an HDF5 file, or cut short"
    )


def _read_archive(path: Path) -> tuple[dict[str, Any], str]:
    with zipfile.ZipFile(path) as archive:
        try:
            members = [archive.getinfo(name) for name in (_CONFIG, _METADATA)]
        except KeyError:
            raise ModelFileError(
                f"{path} is a zip archive, but not a Keras model: it has no {_CONFIG} or no "
                f"{_METADATA}"
            ) from None
        require_text(path, sum(member.file_size for member in members))
        config, metadata = (_decoded(archive.read(member)) for member in members)
    version = metadata.get("keras_version", "") if isinstance(metadata, dict) else ""
    return _checked(path, config), str(version)


def _read_hdf5(path: Path) -> tuple[dict[str, Any], str]:
    import h5py

    require_sound_heaps(path, path)
    with h5py.File(path, "r") as file:
        text = file.attrs.get("model_config")
        version = file.attrs.get("keras_version", "")
    if text is None:
        raise ModelFileError(
            f"{path} holds no model configuration, perhaps only weights; "
            "save the whole model with model.save()"
        )
    version = version.decode() if isinstance(version, bytes) else str(version)
    return with_modules(_checked(path, _decoded(text))), version


def _decoded(text: str | bytes) -> Any:
    """Return what JSON says, if a store can hold the texts in it."""
    decoded = json.loads(text)
    json.dumps(decoded, ensure_ascii=False).encode()
    return decoded


def _checked(path: Path, config: object) -> dict[str, Any]:
    """Return the configuration if it is one of a model made of layers."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), (dict, list)):
        raise ModelFileError(f"{path} is damaged: its configuration is not that of a model")
    if not _is_model(config):
        raise ModelFileError(
            f"{path} holds a model of the class {config.get('class_name')!r}, whose code is not in "
            "the file; only Sequential and functional models can be read, and classes derived from "
            "them that keep their call() and are registered with Keras"
        )
    # Keras 1 stored a Sequential as the bare list of its layers.
    if isinstance(config["config"], list):
        config["config"] = {"name": "sequential", "layers": config["config"]}
    if not _lists_layers(config):
        raise ModelFileError(f"{path} is damaged: its configuration lists no layers")
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
    """Tell whether a layer is a model that can be taken apart: Keras's own, or derived from it."""
    key = handler_key(
        layer.get("module"), str(layer.get("class_name")), layer.get("registered_name")
    )
    return key in _MODEL_CLASSES or (">" in key and _keeps_call(key))


def _keeps_call(key: str) -> bool:
    """Tell whether a registered class of somebody's own computes what its graph of layers says."""
    with quiet():
        import keras

    cls = keras.saving.get_registered_object(key)
    if not isinstance(cls, type) or not issubclass(cls, keras.Model):
        return False
    bases = (keras.Model, keras.Sequential, keras.src.models.Functional)
    return any(getattr(cls, "call", None) is base.call for base in bases)


def _refuse_unsupported(path: Path, config: Mapping[str, Any], *, partial: bool) -> None:
    """Name every layer without a handler, before anything of the file is built."""
    refused = _unsupported(_held(config["config"]), handled_classes())
    raise_unsupported(path, [r for key, r in refused if not partial or needs_code(key)])


def _unsupported(
    layers: Iterable[Mapping[str, Any]], handled: Collection[str]
) -> Iterator[tuple[str, Refusal]]:
    """Yield the key and the refusal of each layer without a handler."""
    for layer in layers:
        class_name = str(layer.get("class_name"))
        name = str(layer["config"].get("name") or layer.get("name"))
        key = handler_key(layer.get("module"), class_name, layer.get("registered_name"))
        if _is_model(layer) or key in WRAPPERS:
            for inner_key, inner in _unsupported(_held(layer["config"]), handled):
                yield inner_key, replace(inner, name=f"{name}/{inner.name}")
        elif key not in handled:
            yield key, Refusal(name, class_name, reason(key))


def _held(config: Mapping[str, Any]) -> list[Any]:
    """Return the layers that a model, or a wrapper, holds."""
    inner = config.get("layer")
    return [inner] if isinstance(inner, dict) else list(config.get("layers", ()))


def _build(path: Path, config: dict[str, Any]) -> Any:
    """Build the model with Keras, its safe mode on, and leave the weights alone."""
    import keras

    if not zipfile.is_zipfile(path):
        kind = "Sequential" if config["class_name"] == "Sequential" else "Model"
        config = {"module": "keras", "class_name": kind, "config": modern_config(config)}
    single = in_single_precision({**config, "compile_config": None})
    # from_config alone leaves safe mode unset for what stands inside a layer's settings.
    return keras.saving.deserialize_keras_object(single, safe_mode=True)


@contextmanager
def _reading(path: Path, version: str) -> Iterator[None]:
    """Import Keras, and say which file it is that Keras cannot read."""
    with quiet():
        import keras

    saved_by = f"; the file was saved by Keras {version}" if version else ""
    with refusing(path, f"Keras {keras.__version__} cannot read this model{saved_by}"):
        yield
