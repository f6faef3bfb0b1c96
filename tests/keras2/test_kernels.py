"""Kernels in the layouts of Keras 1, against what Keras 2 made of them when it read them."""

from typing import Any

import numpy as np
import pytest

from exporter.reading.keras.legacy.kernels import as_built
from tests.keras2.files import keras2

FIRST = {"data_format": "channels_first"}
CASES = {
    "Conv1D": ("Conv1D", {}, (10, 2), (3, 1, 2, 4)),
    "Conv1D of 1.1": ("Conv1D", {}, (10, 2), (4, 2, 3, 1)),
    "Conv2D th": ("Conv2D", FIRST, (2, 8, 8), (4, 2, 3, 3)),
    "Conv2D tf": ("Conv2D", {}, (8, 8, 2), (3, 3, 2, 4)),
    "Conv2D of one size": ("Conv2D", FIRST, (3, 8, 8), (4, 3, 3, 3)),
    "Conv2DTranspose th": ("Conv2DTranspose", FIRST, (2, 8, 8), (4, 2, 3, 3)),
    "Conv2DTranspose tf": ("Conv2DTranspose", {}, (8, 8, 2), (3, 3, 2, 4)),
    "Conv3D th": ("Conv3D", FIRST, (2, 5, 5, 5), (4, 2, 3, 3, 3)),
    "Conv3D tf": ("Conv3D", {}, (5, 5, 5, 2), (3, 3, 3, 2, 4)),
}


@pytest.mark.parametrize("version", ["1.2.2", ""])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_of_keras_1_have_the_axes_that_keras_2_gave_them(case: Any, version: str) -> None:
    import keras

    preprocess = keras2().src.saving.legacy.hdf5_format.preprocess_weights_for_loading
    class_name, settings, shape, kernel_shape = case
    old, new = (getattr(of.layers, class_name)(4, 3, **settings) for of in (keras2(), keras))
    for layer in (old, new):
        layer.build((None, *shape))
    kernel, bias = np.random.default_rng(0).normal(size=kernel_shape), np.arange(4.0)
    wanted = preprocess(old, [kernel.copy(), bias], "1", None)
    found = as_built(new, [kernel, bias], version, "")
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)
    assert found[0].shape == tuple(new.kernel.shape)


def test_without_a_version_that_fit_stay_as_they_are() -> None:
    import keras

    layer = keras.layers.Conv2D(4, 3, data_format="channels_first")
    layer.build((None, 2, 8, 8))
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 4))
    np.testing.assert_array_equal(as_built(layer, [kernel], "", "")[0], kernel)


def test_of_keras_1_separable_have_their_axes_exchanged() -> None:
    import keras

    layer = keras.layers.SeparableConv2D(4, 3, depth_multiplier=2, data_format="channels_first")
    layer.build((None, 5, 8, 8))
    depthwise, pointwise, bias = np.ones((2, 5, 3, 3)), np.ones((4, 10, 1, 1)), np.ones(4)
    found = as_built(layer, [depthwise, pointwise, bias], "1.2.2", "")
    assert [array.shape for array in found] == [tuple(each.shape) for each in layer.weights]
