"""Find the class of Keras 3 that a class of an older Keras is."""

from typing import Any, Final

_OF_KERAS: Final = ("keras", "tf_keras", "tensorflow.python.keras", "tensorflow.keras")
_MODELS: Final = {"Sequential": "keras", "Functional": "keras.src.models.functional"}
_OF_APPLICATIONS: Final = {
    "CustomScaleLayer": "keras.src.applications.inception_resnet_v2",
    "LayerScale": "keras.src.applications.convnext",
    "StochasticDepth": "keras.src.applications.convnext",
}
"""Layers that only a model of ``keras.applications`` has."""

_REGISTERED_BY_KERAS: Final = frozenset({"Custom>CustomScaleLayer"})
"""What Keras 2 registered of its own, as if it were somebody's."""

_RENAMED: Final = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Convolution1D": "Conv1D",
    "Convolution2D": "Conv2D",
    "Convolution3D": "Conv3D",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "Deconvolution2D": "Conv2DTranspose",
    "Model": "Functional",
    # Both keep their input as it is at inference.
    "RandomHeight": "Identity",
    "RandomWidth": "Identity",
    "SeparableConvolution2D": "SeparableConv2D",
    "SyncBatchNormalization": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
    "TimeDistributedDense": "Dense",
}
"""Classes that Keras 3 has by another name only, or by the name of a more general one."""


def is_model(config: dict[str, Any]) -> bool:
    """Tell whether a rewritten configuration is that of a Sequential or functional model."""
    return str(config.get("class_name")) in _MODELS and _of_keras(config.get("module"))


def class_of(config: dict[str, Any]) -> dict[str, Any]:
    """Return module, class name and registered name of a layer as Keras 3 writes them.

    A class of somebody's own keeps what the file says of it.
    """
    name, module = str(config.get("class_name")), config.get("module")
    registered = config.get("registered_name")
    # Keras 2 wrote the name that a class was registered by into HDF5 in place of the class's.
    if ">" in name:
        registered = name
    name = name.rpartition(">")[2]
    own = isinstance(registered, str) and ">" in registered
    if not _of_keras(module) or (own and registered not in _REGISTERED_BY_KERAS):
        return {"module": module, "class_name": name, "registered_name": registered}
    name = _RENAMED.get(name, name)
    return {
        "module": {**_MODELS, **_OF_APPLICATIONS}.get(name, "keras.layers"),
        "class_name": name,
        "registered_name": None,
    }


def _of_keras(module: Any) -> bool:
    return module is None or any(
        module == package or str(module).startswith(f"{package}.") for package in _OF_KERAS
    )
