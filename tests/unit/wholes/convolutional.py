"""Models of convolutions, and one that mixes instead."""

from typing import Any

import keras

from tests.unit.wholes.parts import Made, layers


def u_net() -> Any:
    """Shrink an image twice and grow it again, beside what it was at each size."""
    image = keras.Input((8, 8, 2), name="image")
    high = _grouped(image, 4)
    middle = _grouped(layers.MaxPooling2D()(high), 4)
    low = _grouped(layers.MaxPooling2D()(middle), 8)
    up = layers.Conv2DTranspose(4, 2, strides=2)(low)
    up = _grouped(layers.Concatenate()([up, middle]), 4)
    up = layers.UpSampling2D(interpolation="bilinear")(up)
    up = _grouped(layers.Concatenate()([up, high]), 4)
    return keras.Model(image, layers.Conv2D(1, 1, activation="sigmoid")(up))


def convnext() -> Any:
    """A block of ConvNeXt: each channel by itself, then each position, scaled and added."""
    image = keras.Input((6, 6, 4), name="image")
    x = layers.DepthwiseConv2D(7, padding="same")(image)
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Dense(4)(layers.Activation("gelu")(layers.Dense(16)(x)))
    x = layers.EinsumDense("byxc,c->byxc", output_shape=(6, 6, 4), name="scale")(x)
    x = layers.Add()([image, layers.Dropout(0.1)(x)])
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def mixer() -> Any:
    """Mix the positions of each channel, then the channels of each position."""
    image = keras.Input((6, 6, 3), name="image")
    x = layers.Reshape((9, 6))(layers.Conv2D(6, 2, strides=2)(image))
    turned = layers.Permute((2, 1))(layers.LayerNormalization()(x))
    x = layers.Add()([x, layers.Permute((2, 1))(_mixed(turned))])
    x = layers.Add()([x, _mixed(layers.LayerNormalization()(x))])
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


def wave_net() -> Any:
    """Convolve with the past only, ever further back, gated, and add up what each layer says."""
    sound = x = keras.Input((10, 3), name="sound")
    said = []
    for dilation in (1, 2, 4):
        settings = {"padding": "causal", "dilation_rate": dilation}
        opened = layers.Conv1D(4, 2, activation="sigmoid", **settings)(x)
        gated = layers.Multiply()([layers.Conv1D(4, 2, activation="tanh", **settings)(x), opened])
        said.append(layers.Conv1D(3, 1)(gated))
        x = layers.Add()([x, said[-1]])
    return keras.Model(sound, layers.Conv1D(5, 1)(layers.ReLU()(layers.Add()(said))))


def _grouped(x: Made, channels: int) -> Made:
    x = layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
    return layers.Activation("relu")(layers.GroupNormalization(2)(x))


def _mixed(x: Made) -> Made:
    return layers.Dense(x.shape[-1])(layers.Dense(8, activation="gelu")(x))
