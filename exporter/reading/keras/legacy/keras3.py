"""Name what Keras 3 leaves out when it writes HDF5, so that it can read it again."""

from importlib import import_module
from typing import Any

from exporter.reading.keras.importing import import_keras

_OPERATIONS = ("numpy", "nn", "math", "core", "image")
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


def of_hdf5(config: dict[str, Any]) -> dict[str, Any]:
    """Return the configuration of an HDF5 file of Keras 3 as an archive would have it.

    Settings of its layers that matter in training only are left out: what they name may be
    somebody's own.

    Parameters
    ----------
    config
        The file's ``model_config``, decoded: that of a model with a list of layers.
    """
    kind = "Sequential" if config["class_name"] == "Sequential" else "Model"
    inner = with_modules(config)["config"]
    layers = [_without_training(layer) for layer in inner["layers"]]
    return {"module": "keras", "class_name": kind, "config": {**inner, "layers": layers}}


def _without_training(layer: dict[str, Any]) -> dict[str, Any]:
    config = layer["config"]
    settings = {key: value for key, value in config.items() if not key.endswith(_FOR_TRAINING)}
    return {**layer, "config": settings}


def with_modules(config: dict[str, Any]) -> dict[str, Any]:
    """Return a model's configuration in which operations of ``keras.ops`` have their module.

    Keras 3 leaves out the modules of all classes when it writes HDF5, so that it cannot read
    again what it wrote: ``Add`` is a layer and an operation. A layer says whether it is
    trainable, an operation does not.
    """
    inner = config["config"]
    if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
        layers = [with_modules(layer) if _is_layer(layer) else layer for layer in inner["layers"]]
        return {**config, "config": {**inner, "layers": layers}}
    module = _operation_module(str(config.get("class_name")))
    if "module" in config or "inbound_nodes" not in config or "trainable" in inner or not module:
        return config
    return {**config, "module": module, "registered_name": config["class_name"]}


def _is_layer(layer: Any) -> bool:
    return isinstance(layer, dict) and isinstance(layer.get("config"), dict)


def _operation_module(class_name: str) -> str | None:
    """Return the module of the operation of a name, None where there is none."""
    import_keras()
    for name in _OPERATIONS:
        module = import_module(f"keras.src.ops.{name}")
        if hasattr(module, class_name):
            return module.__name__
    return None
