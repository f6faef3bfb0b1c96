"""Rewrite the configurations of older Keras as Keras 3 reads them."""

from typing import Any

_RENAMED = {"batch_input_shape": "batch_shape"}
_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")


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
