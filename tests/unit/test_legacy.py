import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.reading.keras.legacy import modern_model
from tests.opening import open_model
from tests.unit.builders import Wired, chain, failing, layer, saved

GLOROT = {"class_name": "GlorotUniform", "config": {"seed": None, "dtype": "float32"}}


def dense(name: str, units: int, **more: Any) -> dict[str, Any]:
    """Return the configuration of a Dense layer as Keras 2.2 wrote it."""
    return {
        "class_name": "Dense",
        "config": {
            "name": name,
            "trainable": True,
            "dtype": "float32",
            "units": units,
            "activation": "tanh",
            "use_bias": True,
            "kernel_initializer": GLOROT,
            "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}},
            "kernel_regularizer": None,
            "bias_regularizer": None,
            "activity_regularizer": None,
            "kernel_constraint": None,
            "bias_constraint": None,
            **more,
        },
    }


def input_layer(shape: list[int | None]) -> dict[str, Any]:
    return {
        "class_name": "InputLayer",
        "config": {"batch_input_shape": shape, "dtype": "float32", "sparse": False, "name": "in"},
    }


LAYERS = [dense("a", 5, batch_input_shape=[None, 4]), dense("b", 3)]
CONFIGS = {
    "keras 1: a bare list": {"class_name": "Sequential", "config": LAYERS},
    "keras 2: shape on the first layer": {
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": LAYERS},
    },
    "keras 2: input layer": {
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "layers": [input_layer([None, 4]), dense("a", 5), dense("b", 3)],
        },
    },
    "keras 2: functional": {
        "class_name": "Model",
        "config": {
            "name": "model",
            "layers": [
                {**input_layer([None, 4]), "name": "in", "inbound_nodes": []},
                {**dense("a", 5), "name": "a", "inbound_nodes": [[["in", 0, 0, {}]]]},
                {**dense("b", 3), "name": "b", "inbound_nodes": [[["a", 0, 0, {}]]]},
            ],
            "input_layers": [["in", 0, 0]],
            "output_layers": [["b", 0, 0]],
        },
    },
}


@pytest.fixture(scope="module")
def original() -> Any:
    """Give the Keras 3 model whose weights stand behind each of the old configurations."""
    tanh = [
        layer("Dense", units=units, activation="tanh", name=name)
        for name, units in (("a", 5), ("b", 3))
    ]
    return chain((4,), *tanh)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
class TestOldConfigurations:
    @pytest.fixture
    def path(self, config: dict[str, Any], original: Any, tmp_path: Path) -> Path:
        path = saved(original, tmp_path / "model.h5")
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"] = b"2.2.4-tf"
        return path

    def test_predict_what_the_original_does(self, path: Path, original: Any) -> None:
        opened = open_model(path)
        inputs = np.random.default_rng(1).standard_normal((3, 4)).astype(np.float32)
        np.testing.assert_allclose(opened.keras(inputs), original(inputs), rtol=1e-6)
        assert opened.source == "Keras 2.2.4-tf"

    def test_are_planned_with_an_input_layer(self, path: Path) -> None:
        opened = open_model(path)
        planned = plan(opened)
        assert [row.class_name for row in planned.rows] == ["InputLayer", "Dense", "Dense"]
        assert [layer.neurons for layer in planned.layers] == [4, 5, 3]
        assert failing(Wired(opened, planned)) == []


def test_modern_config_changes_nothing_in_place() -> None:
    config = json.loads(json.dumps(CONFIGS["keras 2: shape on the first layer"]))
    before = json.dumps(config)
    modern_model(config, "2.2.4-tf", "tensorflow")
    assert json.dumps(config) == before


def test_the_model_of_2019_predicts_what_its_weights_say(file_of_2019: Path) -> None:
    opened = open_model(file_of_2019)
    assert opened.source == "Keras 2.2.4-tf"
    with h5py.File(file_of_2019) as file:
        kernel = np.asarray(file["model_weights/conv_0/conv_0/kernel:0"])
        bias = np.asarray(file["model_weights/conv_0/conv_0/bias:0"])
    call = next(call for call in opened.calls if call.name == "conv_0")
    np.testing.assert_array_equal(np.asarray(call.layer.kernel), kernel)
    np.testing.assert_array_equal(np.asarray(call.layer.bias), bias)
    assert failing(Wired(opened, plan(opened)), samples=2) == []
