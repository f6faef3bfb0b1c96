"""What the settings of an old layer meant, where Keras 3 takes them for something else."""

from typing import Any, Final

from exporter.reading.keras.importing import import_keras
from exporter.reading.keras.legacy.computed import (
    hard_sigmoid_of_keras_2,
    unit_normalization_by_squares,
    upsampling_from_corners,
)
from exporter.reading.keras.legacy.vanished import VANISHED, vanished_layer
from exporter.wiring.norms import UNIT_NORMALIZATION_BY_SQUARES
from exporter.wiring.resizing import UPSAMPLING_FROM_CORNERS

# Keras 2.4 was the first that handed all to TensorFlow 2.
_OF_TENSORFLOW_2: Final = (2, 4)

_HARD_SIGMOID: Final = "neurongraph>hard_sigmoid"

# Functions of tf.nn were written by their Python names.
_RENAMED: Final = {"softmax_v2": "softmax", "log_softmax_v2": "log_softmax"}

# A layer without the setting was written before there was one, and did what stands here.
_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "GRU": {"reset_after": False},
    "GRUCell": {"reset_after": False},
}


def as_meant(layer: dict[str, Any], version: str, backend: str) -> dict[str, Any]:
    """Return the configuration of a layer of Keras 1 or 2 that Keras 3 takes as it was meant.

    ``hard_sigmoid`` was ``clip(0.2 x + 0.5, 0, 1)``. A GRU that does not say ``reset_after`` was
    written before there was one. Keras for TensorFlow 1 interpolated from the corner of each
    pixel, not from its middle. A RandomCrop made an image of its size at inference as well, of
    the largest part in its middle. A UnitNormalization bounded the square of the norm, not the
    norm.

    Parameters
    ----------
    layer
        The configuration, in the arguments and classes of Keras 3; what it holds is not looked
        at, but for an activation that is a layer.
    version, backend
        As the file says them; empty where it does not.

    Returns
    -------
    dict
        The configuration; the one that was given is not changed.
    """
    class_name, config = str(layer.get("class_name")), layer["config"]
    settings = {
        name: _activation(value, version, backend) if name.endswith("activation") else value
        for name, value in {**_DEFAULTS.get(class_name, {}), **config}.items()
    }
    if class_name in VANISHED and layer.get("module") == "keras.layers":
        own = _registered(f"neurongraph>{class_name}", vanished_layer(class_name))
        return {**layer, **own, "config": settings}
    if class_name == "RandomCrop":
        return {**layer, "class_name": "Resizing", "config": _cropped(settings)}
    if class_name == "UpSampling2D" and _is_from_corners(settings, version, backend):
        own = _registered(UPSAMPLING_FROM_CORNERS, upsampling_from_corners())
        return {**layer, **own, "config": settings}
    if class_name == "UnitNormalization":
        own = _registered(UNIT_NORMALIZATION_BY_SQUARES, unit_normalization_by_squares())
        return {**layer, **own, "config": settings}
    return {**layer, "config": settings}


def _activation(value: Any, version: str, backend: str) -> Any:
    """Return an activation, which is a name, a function or a layer, as it was meant."""
    if isinstance(value, str):
        return _hard_sigmoid() if value == "hard_sigmoid" else _RENAMED.get(value, value)
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "function":
        inner = _activation(value.get("config"), version, backend)
        # A function of somebody's own stays what it is, whatever its name.
        return inner if value.get("module") == "builtins" else value
    if isinstance(value.get("config"), dict):
        return as_meant(value, version, backend)
    return value


def _cropped(config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a Resizing for those of a RandomCrop."""
    settings = {name: value for name, value in config.items() if name != "seed"}
    return {**settings, "interpolation": "bilinear", "crop_to_aspect_ratio": True}


def _is_from_corners(config: dict[str, Any], version: str, backend: str) -> bool:
    """Tell whether an UpSampling2D was interpolated by TensorFlow 1."""
    standalone = version and not version.endswith("-tf") and _numbers(version) < _OF_TENSORFLOW_2
    return bool(standalone) and config.get("interpolation") == "bilinear" and backend != "theano"


def _registered(name: str, registered: Any) -> dict[str, Any]:
    """Return what says to Keras that a function or class is ours, and make it known to Keras."""
    package, _, own = name.partition(">")
    import_keras().saving.register_keras_serializable(package, own)(registered)
    return {"module": None, "registered_name": name}


def _hard_sigmoid() -> dict[str, Any]:
    function = _registered(_HARD_SIGMOID, hard_sigmoid_of_keras_2)
    return {**function, "class_name": "function", "config": _HARD_SIGMOID}


def _numbers(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version such as ``2.2.4-tf``; 1, 0 where there is none."""
    first, _, rest = version.partition(".")
    second = rest.partition(".")[0]
    return (int(first), int(second) if second.isdigit() else 0) if first.isdigit() else (1, 0)
