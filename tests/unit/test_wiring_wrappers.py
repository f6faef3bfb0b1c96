from pathlib import Path
from typing import Any

import keras
import pytest

from exporter.planning.push import plan
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved

layers = keras.layers


def inner() -> Any:
    return keras.Sequential(
        [keras.Input((4, 3, 2)), layers.Conv2D(2, 2, name="conv"), layers.Flatten()], name="inner"
    )


WRAPPED = {
    "dense": lambda: layers.TimeDistributed(layers.Dense(3, activation="tanh")),
    "nested": lambda: layers.TimeDistributed(inner()),
    "twice": lambda: layers.TimeDistributed(layers.TimeDistributed(layers.Dense(2))),
    "moving": lambda: layers.TimeDistributed(layers.Permute((3, 1, 2))),
    "normalized": lambda: layers.SpectralNormalization(layers.Dense(3)),
    "both": lambda: layers.TimeDistributed(layers.SpectralNormalization(layers.Conv2D(2, 2))),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", WRAPPED)
def test_replays(name: str, suffix: str, tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3, 4, 3, 2)), WRAPPED[name](), layers.PReLU()])
    opened = open_model(saved(randomized(model), tmp_path / f"model{suffix}"))
    assert failing(Wired(opened, plan(opened)), samples=2) == []


def test_each_step_has_its_own_neurons(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((2, 4, 3, 2)), layers.TimeDistributed(inner(), name="each")]
    )
    planned = plan(open_model(saved(model, tmp_path / "model.keras")))
    assert [layer.name for layer in planned.layers[1:]] == [
        "each/inner/conv",
        "each/inner/conv:2",
    ]
    assert planned.parameters == model.count_params()


def test_the_layer_within_is_named_where_it_is_refused(tmp_path: Path) -> None:
    model = keras.Sequential(
        [keras.Input((2, 4, 3)), layers.TimeDistributed(layers.LSTM(2, name="memory"), name="each")]
    )
    with pytest.raises(UnsupportedLayerError, match=r"each/memory \(LSTM: its neurons feed"):
        open_model(saved(model, tmp_path / "model.keras"))


def test_a_mask_is_refused(tmp_path: Path) -> None:
    read, mask = keras.Input((2, 3)), keras.Input((2,), dtype="bool")
    out = layers.TimeDistributed(layers.Dense(2))(read, mask=mask)
    path = saved(keras.Model([read, mask], out), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match="mask"):
        plan(open_model(path))
