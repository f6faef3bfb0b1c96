from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved

layers = keras.layers


@pytest.fixture
def half(request: pytest.FixtureRequest) -> Any:
    """A model whose layers and constants are of one policy."""
    keras.config.set_dtype_policy(request.param)
    try:
        read = keras.Input((6, 6, 2))
        seen = layers.Conv2D(3, 3, activation="relu")(read * 2 - 1)
        seen = layers.Flatten()(layers.MaxPooling2D()(layers.BatchNormalization()(seen)))
        out = layers.Activation("softmax", dtype="float32")(layers.Dense(3)(seen) / 4)
        return randomized(keras.Model(read, out))
    finally:
        keras.config.set_dtype_policy("float32")


POLICIES = ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"]


@pytest.mark.parametrize(
    ("half", "suffix"),
    # Keras itself cannot read the bfloat16 that it writes into HDF5.
    [case for case in product(POLICIES, [".keras", ".h5"]) if case != ("bfloat16", ".h5")],
    indirect=["half"],
)
def test_a_model_of_any_precision_replays(half: Any, suffix: str, tmp_path: Path) -> None:
    opened = open_model(saved(half, tmp_path / f"model{suffix}"))
    assert failing(Wired(opened, plan(opened)), samples=2) == []
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
    np.testing.assert_allclose(opened.keras(images), half(images), atol=0.1)


def test_an_input_of_half_precision(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,), dtype="float16"), layers.Dense(3)])
    opened = open_model(saved(randomized(model), tmp_path / "model.keras"))
    assert failing(Wired(opened, plan(opened))) == []


@pytest.mark.parametrize("mode", ["int8", "int4", "float8"])
def test_a_quantized_layer_is_refused(mode: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="rough")])
    model.layers[0].quantize(mode)
    with pytest.raises(UnsupportedLayerError, match=rf"rough .*it is quantized to {mode}"):
        plan(open_model(saved(model, tmp_path / "model.keras")))


def test_the_weights_of_a_lora_are_merged(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])
    for dense in model.layers:
        dense.enable_lora(2)
    opened = open_model(saved(randomized(model), tmp_path / "model.keras"))
    assert failing(Wired(opened, plan(opened))) == []
