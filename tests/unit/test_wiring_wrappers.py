from pathlib import Path
from typing import Any

import keras
import pytest

from exporter.planning.push import plan
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved, wired

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
        [keras.Input((2, 4, 3)), layers.TimeDistributed(layers.GRU(2, name="memory"), name="each")]
    )
    model.layers[0].layer.stateful = True
    with pytest.raises(UnsupportedLayerError, match=r"each/memory \(GRU: what it says depends"):
        open_model(saved(model, tmp_path / "model.keras"))


def test_a_mask_counts_where_the_layer_within_looks_at_it(tmp_path: Path) -> None:
    read, mask = keras.Input((2, 3)), keras.Input((2,), dtype="bool")
    dense, memory = layers.Dense(2), layers.LSTM(2, name="memory")
    blind = layers.TimeDistributed(dense)(read, mask=mask)
    opened = open_model(saved(keras.Model([read, mask], blind), tmp_path / "blind.keras"))
    assert failing(Wired(opened, plan(opened))) == []
    steps, each = keras.Input((2, 4, 3)), keras.Input((2, 4), dtype="bool")
    seeing = layers.TimeDistributed(memory)(steps, mask=each)
    case = wired(keras.Model([steps, each], seeing), tmp_path)
    assert failing(case, samples=8) == []
