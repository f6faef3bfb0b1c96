"""Keras 2 and Keras 3, layer by layer: what both have does the same, but for what is listed."""

import inspect
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import numpy as np

from tests.keras2.files import keras2

GRID = np.linspace(-8, 8, 641, dtype=np.float32)[np.newaxis]

OTHER_FUNCTIONS: Final = {"hard_sigmoid"}
"""Activation functions that changed: exporter.reading.keras.legacy.meaning has them."""

OTHER_DEFAULTS: Final = {
    # Recurrent layers cannot be wired.
    "ConvLSTM1D": {"recurrent_activation"},
    "ConvLSTM2D": {"recurrent_activation"},
    "ConvLSTM3D": {"recurrent_activation"},
}
"""Settings that a configuration may lack and Keras 3 takes for something else."""

ALIKE: Final = {
    # A number for all axes stands for itself on each.
    ("(1, 1)", "1"),
    ("(1, 1, 1)", "1"),
    ("(1, 1, 1)", "((1, 1), (1, 1), (1, 1))"),
    # Keras 3 takes the user's, which is set to channels last while a model is built.
    ("'channels_last'", "None"),
    ("'zeros'", "'Zeros'"),
}
"""Defaults of Keras 2 and Keras 3 that say the same."""


def activations() -> list[str]:
    import keras

    both = set(dir(keras2().activations)) & set(dir(keras.activations))
    return sorted(both - {"get", "serialize", "deserialize"})


def test_activation_functions_that_changed_are_known() -> None:
    import keras

    changed = set()
    for name in activations():
        old, new = getattr(keras2().activations, name), getattr(keras.activations, name)
        if callable(old) and not name.startswith("_"):
            given = keras2().backend.constant(GRID)
            if not np.allclose(np.asarray(old(given)), np.asarray(new(GRID)), atol=1e-6):
                changed.add(name)
    assert changed == OTHER_FUNCTIONS


def classes() -> Iterator[tuple[str, Any, Any]]:
    import keras

    for name in dir(keras2().layers):
        old, new = getattr(keras2().layers, name), getattr(keras.layers, name, None)
        if inspect.isclass(old) and new is not None:
            yield name, old, new


def defaults(cls: Any) -> dict[str, Any]:
    parameters = inspect.signature(cls.__init__).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not each.empty}


def test_defaults_that_changed_are_known() -> None:
    changed: dict[str, set[str]] = {}
    for name, old, new in classes():
        before, after = defaults(old), defaults(new)
        for setting in before.keys() & after.keys():
            said = repr(before[setting]), repr(after[setting])
            if said[0] != said[1] and said not in ALIKE:
                changed.setdefault(name, set()).add(setting)
    assert changed == OTHER_DEFAULTS


def computing() -> Iterator[tuple[str, dict[str, Any], tuple[int, ...]]]:
    """Yield classes with settings, and the shape of an input: each does the same in both."""
    image, row = (7, 6, 4), (9, 4)
    for padding, stride in product(("valid", "same"), (1, 2, 3)):
        window = {"padding": padding, "strides": stride}
        for size in (1, 2, 3, 4):
            convolution = {"filters": 2, "kernel_size": size, **window}
            yield "Conv2D", convolution, image
            yield "Conv2DTranspose", convolution, image
            yield "DepthwiseConv2D", {"kernel_size": size, **window}, image
            yield "AveragePooling2D", {"pool_size": size, **window}, image
            yield "MaxPooling2D", {"pool_size": size, **window}, image
        yield "SeparableConv2D", {"filters": 2, "kernel_size": 3, **window}, image
        yield "Conv1DTranspose", {"filters": 2, "kernel_size": 3, **window}, row
        yield "Conv3D", {"filters": 2, "kernel_size": 2, **window}, (4, 5, 4, 2)
    for padding, rest in product(("valid", "same"), (0, 1)):
        transposed = {"filters": 2, "kernel_size": 3, "strides": 2, "padding": padding}
        yield "Conv2DTranspose", {**transposed, "output_padding": rest}, image
    for padding in ("valid", "same", "causal"):
        yield (
            "Conv1D",
            {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": padding},
            row,
        )
    yield "Conv2D", {"filters": 4, "kernel_size": 2, "groups": 2, "dilation_rate": 2}, image
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"):
        yield "UpSampling2D", {"size": (2, 3), "interpolation": interpolation}, image
        for crop in (False, True):
            fitted = {"interpolation": interpolation, "crop_to_aspect_ratio": crop}
            yield "Resizing", {"height": 5, "width": 9, **fitted}, image
    for height, width in ((4, 5), (9, 3), (9, 9)):
        yield "CenterCrop", {"height": height, "width": width}, image
    for axis in (1, 2, 3):
        yield "BatchNormalization", {"axis": axis, "epsilon": 1e-6}, image
        yield "Softmax", {"axis": axis}, image
    yield "Normalization", {"mean": [1.0, 2, 3, 4], "variance": [0.0, 1e-15, 1, 2]}, row
    yield "ReLU", {"max_value": 1.5, "negative_slope": 0.2, "threshold": 0.4}, row
    for class_name in ("LeakyReLU", "ELU", "PReLU", "GlobalAveragePooling1D", "GlobalMaxPooling1D"):
        yield class_name, {}, row
    yield "Dense", {"units": 3}, row
    yield "Flatten", {"data_format": "channels_first"}, image
    yield "GlobalAveragePooling2D", {"data_format": "channels_first", "keepdims": True}, image


def test_layers_compute_the_same() -> None:
    import keras

    random = np.random.default_rng(0)
    for class_name, settings, shape in computing():
        given = random.standard_normal((2, *shape)).astype("float32")
        old, new = (getattr(of.layers, class_name)(**settings) for of in (keras2(), keras))
        old(given), new(given)
        if class_name != "Normalization":
            weights = [random.uniform(0.2, 1, each.shape) for each in old.weights]
            old.set_weights(weights)
            new.set_weights(weights)
        np.testing.assert_allclose(
            np.asarray(new(given)),
            np.asarray(old(given)),
            atol=1e-5,
            err_msg=f"{class_name} {settings}",
        )


def test_layers_that_keras_3_lacks_are_known() -> None:
    import keras

    layers = keras2().layers
    had = {name for name in dir(layers) if inspect.isclass(getattr(layers, name))}
    # All but DenseFeatures, and a class to derive from, are read.
    assert had - set(dir(keras.layers)) == {
        "ThresholdedReLU",
        "RandomHeight",
        "RandomWidth",
        "AbstractRNNCell",
        "DenseFeatures",
        "LocallyConnected1D",
        "LocallyConnected2D",
    }


def test_augmentation_does_nothing_at_inference_in_keras_2_either() -> None:
    made = keras2().layers
    images = np.random.default_rng(0).uniform(0, 255, (2, 6, 6, 3)).astype("float32")
    layers = [
        made.RandomFlip(),
        made.RandomRotation(0.2),
        made.RandomZoom(0.2),
        made.RandomTranslation(0.1, 0.1),
        made.RandomContrast(0.2),
        made.RandomBrightness(0.2),
        made.RandomHeight(0.2),
        made.RandomWidth(0.2),
    ]
    model = keras2().Sequential([made.Input((6, 6, 3)), *layers])
    np.testing.assert_array_equal(np.asarray(model(images, training=False)), images)
