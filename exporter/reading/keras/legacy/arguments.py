"""Arguments of Keras 2 that Keras 3 calls by another name, or does not have."""

from typing import Any, Final

_RENAMED: Final = {
    "LeakyReLU": {"alpha": "negative_slope"},
    "ThresholdedReLU": {"theta": "threshold"},
}

_Without = dict[str, tuple[Any, ...] | None]

_UNGROUPED: Final[_Without] = {"groups": (1, None)}
_NO_LONGER_GROUPED: Final = (
    "Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution1DTranspose "
    "Convolution2DTranspose Convolution3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D "
    "SeparableConv2D SeparableConvolution1D SeparableConvolution2D"
)
_RECURRENT: Final = (
    "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D CuDNNGRU CuDNNLSTM GRU LSTM RNN SimpleRNN"
)
_RANDOM: Final = (
    "RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation RandomTranslation "
    "RandomZoom"
)
_VANISHED: Final[dict[str, _Without]] = {
    **dict.fromkeys(_NO_LONGER_GROUPED.split(), _UNGROUPED),
    **{name: {"time_major": (False,), "implementation": None} for name in _RECURRENT.split()},
    **{name: {"rng_type": None} for name in _RANDOM.split()},
    **{name: {"implementation": None} for name in ("GRUCell", "LSTMCell")},
    **{
        name: {"noise_shape": None, "trainable": None}
        for name in ("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
    },
    **{
        name: {"vocabulary_size": None}
        for name in ("IntegerLookup", "StringLookup", "TextVectorization")
    },
    **{
        name: dict.fromkeys(("factor", "interpolation", "rng_type", "seed"))
        for name in ("RandomHeight", "RandomWidth")
    },
    # Keras 1 could normalize by what a sample (1) or a batch (2) says of itself.
    "BatchNormalization": {"renorm": (False,), "fused": None, "mode": (0,)},
    "Discretization": {"trainable": None},
    **{name: {"implementation": (1,)} for name in ("LocallyConnected1D", "LocallyConnected2D")},
    "Highway": {"transform_bias": None},
    "ParametricSoftplus": {"alpha_init": None, "beta_init": None},
    "SReLU": dict.fromkeys(("a_left_init", "a_right_init", "t_left_init", "t_right_init")),
    "Embedding": {"input_length": None, "dropout": None},
    "MultiHeadAttention": dict.fromkeys(
        ("key_shape", "query_shape", "softmax_robust_masking", "value_shape")
    ),
}
"""Arguments that Keras 3 does not have, by class: the values without which a layer computes the
same, or None where that holds for any value."""

_OF_ANY_LAYER: Final = frozenset({"dynamic", "batch_input_shape", "batch_shape", "input_shape"})
_FOR_TRAINING: Final = ("_initializer", "_regularizer", "_constraint")
_ONE_AXIS: Final = frozenset({"BatchNormalization", "LayerNormalization", "Softmax"})


def modern(class_name: str, config: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Return a layer's settings as Keras 3 takes them, and why it cannot have them if so.

    Settings that matter in training only are left out: Keras 3 refuses some of old, such as the
    ``dtype`` that TensorFlow 1 wrote into every initializer. So are input shapes, which an
    InputLayer of its own has.

    Parameters
    ----------
    class_name
        The class as the file has it.
    config
        The settings, with argument names of Keras 2.
    """
    vanished = _VANISHED.get(class_name, {})
    names = _RENAMED.get(class_name, {})
    left = [
        f"{key}={value!r}"
        for key, value in config.items()
        if (allowed := vanished.get(key)) is not None and value not in allowed
    ]
    settings = {
        names.get(key, key): value
        for key, value in config.items()
        if key not in vanished and key not in _OF_ANY_LAYER and not key.endswith(_FOR_TRAINING)
    }
    axis = settings.get("axis")
    if class_name in _ONE_AXIS and isinstance(axis, list) and len(axis) == 1:
        settings["axis"] = axis[0]
    return settings, f"Keras 3 has no {', '.join(left)} for it" if left else None
