"""The Keras models of which an ONNX export stands beside this file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.models import save_attention, save_dilated, save_pooled, save_sequence

FOLDER = Path(__file__).parent


def save_images(path: Path) -> None:
    """Save convolutions of every kind, pools, paddings and a sum around some of them."""
    import keras

    layers = keras.layers
    pixels = keras.Input((6, 5, 2), name="pixels")
    seen = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="strided")(pixels)
    wide = layers.Conv2D(4, (2, 3), dilation_rate=(1, 2), padding="same", name="wide")(seen)
    both = layers.Add(name="both")([seen, wide])
    apart = layers.DepthwiseConv2D(2, depth_multiplier=2, activation="elu", name="apart")(both)
    padded = layers.ZeroPadding2D(((1, 0), (0, 2)), name="padded")(apart)
    large = layers.UpSampling2D(2, name="large")(padded)
    cut = layers.Cropping2D(((1, 0), (0, 1)), name="cut")(large)
    back = layers.Conv2DTranspose(3, 3, strides=2, padding="same", name="back")(cut)
    most = layers.MaxPooling2D(3, strides=2, padding="same", name="most")(back)
    mean = layers.AveragePooling2D(2, padding="same", name="mean")(most)
    flat = layers.Flatten(name="flat")(mean)
    odds = layers.Dense(3, activation="softmax", name="odds")(flat)
    _save(keras.Model(pixels, odds), path)


def save_inputs(path: Path) -> None:
    """Save two inputs of a layer that both share, joined, with a model in the model."""
    import keras

    layers = keras.layers
    one, two = keras.Input((4,), name="one"), keras.Input((4,), name="two")
    shared = layers.Dense(3, activation="tanh", name="shared")
    inner = keras.Sequential(
        [keras.Input((6,)), layers.Dense(4, activation="relu", name="first")], name="inner"
    )
    both = layers.Concatenate(name="both")([shared(one), shared(two)])
    _save(keras.Model([one, two], layers.Dense(2, name="odds")(inner(both))), path)


def save_volumes(path: Path) -> None:
    """Save a convolution of three axes and its pools."""
    import keras

    layers = keras.layers
    chain = [
        keras.Input((4, 5, 4, 1), name="voxels"),
        layers.Conv3D(2, 2, strides=(1, 2, 1), padding="same", activation="selu", name="conv"),
        layers.MaxPooling3D(2, name="most"),
        layers.GlobalAveragePooling3D(name="mean"),
        layers.Dense(2, name="odds"),
    ]
    _save(keras.Sequential(chain), path)


def save_normalized(path: Path) -> None:
    """Save a convolution of one axis, and normalizations, which an exporter folds or spreads."""
    import keras

    layers = keras.layers
    chain = [
        keras.Input((7, 2), name="signal"),
        layers.Conv1D(4, 3, padding="causal", name="conv"),
        layers.BatchNormalization(name="batch"),
        layers.ReLU(name="relu"),
        layers.GroupNormalization(2, name="group"),
        layers.AveragePooling1D(2, name="mean"),
        layers.LayerNormalization(name="layer"),
        layers.Flatten(name="flat"),
        layers.Dense(2, activation="silu", name="odds"),
    ]
    _save(keras.Sequential(chain), path)


def save_steps(path: Path) -> None:
    """Save recurrent layers, which ONNX has as nodes of their own."""
    import keras

    layers = keras.layers
    chain = [
        keras.Input((4, 3), name="steps"),
        layers.LSTM(2, return_sequences=True, name="each"),
        layers.Bidirectional(layers.LSTM(2), name="ends"),
        layers.Dense(2, name="odds"),
    ]
    _save(keras.Sequential(chain), path)


EQUAL: dict[str, Callable[[Path], None]] = {
    "images": save_images,
    "inputs": save_inputs,
    "volumes": save_volumes,
}
"""What saves each model of which the exporter folds nothing, by the name of its export."""

ALIKE: dict[str, Callable[[Path], None]] = {
    "attention": save_attention,
    "dilated": save_dilated,
    "normalized": save_normalized,
    "pooled": save_pooled,
    "sequence": save_sequence,
    "steps": save_steps,
}
"""The same for those that it takes apart, or joins."""


def _save(model: Any, path: Path) -> None:
    random = np.random.default_rng(7)
    for variable in model.weights:
        low = 0.5 if "variance" in variable.name else -1.0
        variable.assign(random.uniform(low, 1.5, variable.shape))
    model.save(path)
