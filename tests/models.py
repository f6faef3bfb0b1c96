"""Small real Keras models: every kind of layer and weight, few enough neurons to probe them all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOSTILE = "quote ' \" back`tick \\ $model; }) //"
"""A name that a model may have, made of what has a meaning in Cypher, JSON, CSV or a shell."""

ZERO_SHARE = 0.15
"""About how many of the weights of each model are 0."""


def save_pooled(path: Path) -> None:
    """Save a Sequential that strides, pools, normalises, flattens and ends in a softmax."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 5, 2), name="pixels"),
            layers.Conv2D(3, 3, strides=2, padding="same", activation="relu", name="conv"),
            layers.MaxPooling2D(2, strides=1, name="pool"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.5, name="drop"),
            layers.Flatten(name="flat"),
            layers.Dense(6, activation="tanh", name="hidden"),
            layers.Dense(4, use_bias=False, name="digits"),
            layers.Softmax(name="odds"),
        ]
    )
    _save(model, path, seed=1)


def save_dilated(path: Path) -> None:
    """Save a functional chain of a dilated convolution, averages and a kernel wider than high."""
    import keras

    layers = keras.layers
    pixels = keras.Input((7, 8, 1), name="pixels")
    hidden = layers.Conv2D(2, (2, 3), dilation_rate=(1, 2), name="wide")(pixels)
    hidden = layers.ReLU(negative_slope=0.25, name="leak")(hidden)
    hidden = layers.AveragePooling2D((3, 2), strides=2, padding="same", name="mean")(hidden)
    hidden = layers.Conv2D(3, 2, padding="same", activation="sigmoid", name="narrow")(hidden)
    hidden = layers.GlobalAveragePooling2D(name="whole")(hidden)
    odds = layers.Dense(3, activation="softmax", name="odds")(hidden)
    _save(keras.Model(pixels, odds), path, seed=2)


def save_attention(path: Path) -> None:
    """Save two heads of causal attention over four tokens, with a sum around them."""
    import keras

    layers = keras.layers
    tokens = keras.Input((4, 6), name="tokens")
    query, key, value = (
        layers.EinsumDense("btd,dhf->bthf", output_shape=(4, 2, 3), bias_axes="hf", name=name)(
            tokens
        )
        for name in ("query", "key", "value")
    )
    mixed = keras.ops.dot_product_attention(query, key, value, is_causal=True)
    joined = layers.EinsumDense("bthf,hfd->btd", output_shape=(4, 6), name="joined")(mixed)
    added = layers.Add(name="added")([tokens, joined])
    odds = layers.Dense(3, activation="softmax", name="odds")(layers.Flatten()(added))
    _save(keras.Model(tokens, odds), path, seed=3)


def save_sequence(path: Path) -> None:
    """Save a model that looks tokens up, attends to earlier ones, and reads them step by step."""
    import keras

    layers = keras.layers
    tokens = keras.Input((3,), dtype="int32", name="tokens")
    looked_up = layers.Embedding(4, 4, name="embedding")(tokens)
    attention = layers.MultiHeadAttention(2, 2, name="mha")
    attended = attention(looked_up, looked_up, use_causal_mask=True)
    normal = layers.LayerNormalization(name="norm")(layers.Add(name="added")([looked_up, attended]))
    read = layers.LSTM(2, name="lstm")(normal)
    odds = layers.Dense(2, activation="softmax", name="odds")(read)
    _save(keras.Model(tokens, odds), path, seed=4)


def save_cifar(path: Path, *, seed: int = 10) -> None:
    """Save the architecture of the CIFAR-10 notebook, untrained: 4.6 million relationships."""
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3), name="input"),
            layers.Conv2D(32, 3, activation="relu", name="conv_0"),
            layers.MaxPooling2D(2, name="max_pooling2d"),
            layers.Conv2D(64, 3, activation="relu", name="conv_1"),
            layers.MaxPooling2D(2, name="max_pooling2d_1"),
            layers.Conv2D(64, 3, activation="relu", name="conv_2"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.5, name="dropout"),
            layers.Dense(64, activation="relu", name="dense_0"),
            layers.Dense(10, activation="softmax", name="dense_1"),
        ]
    )
    random = np.random.default_rng(seed)
    for variable in model.weights:
        # He et al. (2015): values keep their scale from layer to layer.
        scale = np.sqrt(2 / np.prod(variable.shape[:-1])) if variable.name == "kernel" else 0.1
        variable.assign(random.normal(0.0, scale, variable.shape))
    model.save(path)


BUILDERS: dict[str, Callable[[Path], None]] = {"pooled": save_pooled, "dilated": save_dilated}
"""How to save each small model, by the name that it gets in a graph."""


def _save(model: Any, path: Path, *, seed: int) -> None:
    random = np.random.default_rng(seed)
    for variable in model.weights:
        variable.assign(_values(random, variable))
    model.save(path)


def _values(random: np.random.Generator, variable: Any) -> NDArray[np.float64]:
    """Draw values around 0, some of them 0; a variance is positive."""
    shape = tuple(variable.shape)
    if variable.name == "moving_variance":
        return random.uniform(0.5, 2.0, shape)
    values = random.normal(0.0, 0.6, shape)
    # Biases stay as they are: a zero weight is what queries must get right.
    if variable.name in {"kernel", "gamma"}:
        values[random.random(shape) < ZERO_SHARE] = 0.0
    return values
