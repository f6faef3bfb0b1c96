"""What Keras 3 does not compute as it was before: functions and layers of our own for that."""

from functools import cache
from typing import Any

import numpy as np

from exporter.reading.keras.importing import import_keras
from exporter.wiring.activation import stands_for
from exporter.wiring.norms import SMALLEST_SQUARE

_SLOPE_OF_KERAS_2 = 0.2


@stands_for("hard_sigmoid", alpha=_SLOPE_OF_KERAS_2)
def hard_sigmoid_of_keras_2(values: Any) -> Any:
    """Return what ``hard_sigmoid`` was before Keras 3: ``clip(0.2 x + 0.5, 0, 1)``."""
    import keras

    return keras.ops.clip(values * _SLOPE_OF_KERAS_2 + 0.5, 0.0, 1.0)


@cache
def unit_normalization_by_squares() -> type:
    """Return a Keras layer that bounds the square of the norm from below, not the norm.

    So does ``tf.math.l2_normalize``, by which Keras 2 normalized.
    """
    keras = import_keras()

    def call(self: Any, values: Any) -> Any:
        squares = keras.ops.sum(keras.ops.square(values), axis=self.axis, keepdims=True)
        return values * keras.ops.rsqrt(keras.ops.maximum(squares, SMALLEST_SQUARE))

    return type("UnitNormalization", (keras.layers.UnitNormalization,), {"call": call})


@cache
def upsampling_from_corners() -> type:
    """Return a Keras layer that interpolates from the corners of pixels, not their middles.

    So did ``tf.image.resize_bilinear`` of TensorFlow 1: the output at ``i`` is what stands at
    ``i / size`` between the inputs, and the last input goes on to the border.
    """
    keras = import_keras()

    def call(self: Any, images: Any) -> Any:
        axes = (2, 3) if self.data_format == "channels_first" else (1, 2)
        return _from_corners(images, self.size, axes)

    return type("UpSampling2D", (keras.layers.UpSampling2D,), {"call": call})


def _from_corners(images: Any, factors: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    import keras

    for factor, axis in zip(factors, axes, strict=True):
        length = images.shape[axis]
        place = np.arange(length * factor)
        before = place // factor
        behind = np.minimum(before + 1, length - 1)
        across = [1] * len(images.shape)
        across[axis] = -1
        share = (place % factor / factor).astype(np.float32).reshape(across)
        one, other = (keras.ops.take(images, which, axis=axis) for which in (before, behind))
        images = one * (1 - share) + other * share
    return images
