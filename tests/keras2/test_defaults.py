"""What a file leaves out does not depend on the settings of whoever reads it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.keras2.files import TOLERANCE, difference, filled, inputs_of, keras2, saved
from tests.keras2.old_files import rewritten

LEFT_OUT = {"data_format", "dtype", "epsilon", "strides", "padding", "dilation_rate", "axis"}


@pytest.fixture
def _settings_of_the_reader() -> Iterator[None]:
    import keras

    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("mixed_float16")
    yield
    assert keras.config.image_data_format() == "channels_first"
    assert keras.config.floatx() == "float64"
    assert keras.config.dtype_policy().name == "mixed_float16"
    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("_settings_of_the_reader")
def test_is_what_keras_had_by_default(tmp_path: Path) -> None:
    layers = keras2().layers
    model = filled(
        keras2().Sequential(
            [
                layers.Input((6, 5, 3)),
                layers.Conv2D(4, 3),
                layers.BatchNormalization(),
                layers.ZeroPadding2D(1),
                layers.MaxPooling2D(2),
                layers.UpSampling2D(2),
                layers.Normalization(mean=0.1, variance=2.0),
                layers.GlobalAveragePooling2D(),
                layers.Dense(2),
            ]
        )
    )

    def shortened(config: dict[str, Any]) -> None:
        for layer in config["config"]["layers"]:
            for name in LEFT_OUT & layer["config"].keys():
                del layer["config"][name]

    path = rewritten(saved(model, tmp_path, ".h5"), version="2.0.5", config=shortened)
    assert difference(model, path, inputs_of(model)) <= TOLERANCE
