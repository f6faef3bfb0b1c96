"""Rewrite the configurations of HDF5 files as Keras 3 reads them."""

from typing import Any

from exporter.quiet import quiet

_RENAMED = {"batch_input_shape": "batch_shape"}
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")
_OPERATIONS = ("numpy", "nn", "math", "core", "image")


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
    from importlib import import_module

    for name in _OPERATIONS:
        with quiet():
            module = import_module(f"keras.src.ops.{name}")
        if hasattr(module, class_name):
            return module.__name__
    return None


def modern_config(config: dict[str, Any]) -> dict[str, Any]:
    """Return the inner configuration of a legacy HDF5 model for ``from_config``.

    Keras 3 misreads ``batch_input_shape`` on the first layer of a Sequential, so the shape
    moves to an InputLayer of its own, as Keras 3 would have saved it. Settings that matter in
    training only are left out: Keras 3 refuses some of old, such as the ``dtype`` that
    TensorFlow 1 wrote into every initializer.

    Parameters
    ----------
    config
        The file's ``model_config``, decoded.

    Returns
    -------
    dict
        What ``Sequential.from_config`` or ``Model.from_config`` takes.
    """
    layers = [_modern_layer(layer) for layer in config["config"]["layers"]]
    if config["class_name"] == "Sequential" and layers:
        first = layers[0]
        shape = first["config"].get("batch_shape")
        if first["class_name"] != "InputLayer" and shape is not None:
            del first["config"]["batch_shape"]
            layers.insert(0, _input_layer(shape, first["config"].get("dtype", "float32")))
    return {**config["config"], "layers": layers}


def _modern_layer(layer: dict[str, Any]) -> dict[str, Any]:
    inner = {
        _RENAMED.get(key, key): value
        for key, value in layer["config"].items()
        if not key.endswith(_FOR_TRAINING)
    }
    return {**layer, "config": inner}


def _input_layer(shape: list[int | None], dtype: Any) -> dict[str, Any]:
    return {
        "class_name": "InputLayer",
        "config": {"name": "input", "batch_shape": shape, "dtype": dtype},
    }
