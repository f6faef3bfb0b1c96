"""Every argument that a layer of Keras 2 writes is taken by Keras 3, or known to be none there."""

import inspect
import json
from typing import Any, Final

import numpy as np
import pytest

from exporter.reading.keras.legacy.classes import class_of
from exporter.reading.keras.legacy.layers import REFUSAL, Writer, modern_layer
from exporter.wiring import reason
from tests.keras2.files import keras2

WRITER: Final = Writer("2.15.0", "tensorflow")
REQUIRED: Final[dict[str, Any]] = {
    "dims": (1,),
    "equation": "ab,bc->ac",
    "factor": 0.1,
    "filters": 2,
    "function": abs,
    "height": 4,
    "height_factor": 0.1,
    "input_dim": 3,
    "key_dim": 2,
    "kernel_size": 3,
    "n": 2,
    "num_bins": 3,
    "num_heads": 1,
    "num_tokens": 3,
    "output_dim": 2,
    "output_shape": (2,),
    "rate": 0.5,
    "scale": 1.0,
    "stddev": 0.1,
    "target_shape": (4,),
    "units": 2,
    "width": 4,
    "width_factor": 0.1,
}
ABSTRACT: Final = {"AbstractRNNCell", "Layer", "PreprocessingLayer", "Wrapper"}
CODE: Final = {"Lambda"}
VANISHED: Final = {"DenseFeatures", "SequenceFeatures"}
EXPERIMENTAL: Final = {"DynamicEmbedding", "DynamicLookup"}
"""Layers of tf.keras that were never part of a release without that word."""


def classes() -> dict[str, type]:
    layers = keras2().layers
    spaces = (layers, layers.experimental, layers.experimental.preprocessing)
    return {
        value.__name__: value
        for space in spaces
        for value in vars(space).values()
        if inspect.isclass(value) and issubclass(value, layers.Layer)
    }


def made(cls: type) -> Any:
    """Build a layer with what it must be told."""
    layers, name = keras2().layers, cls.__name__
    given: dict[str, Any] = {
        "activation": "relu",
        "axes": 1,
        "cell": layers.LSTMCell(2),
        "cells": [layers.LSTMCell(2)],
        "layer": layers.LSTM(2) if name == "Bidirectional" else layers.Dense(2),
        **REQUIRED,
    }
    parameters = list(inspect.signature(cls).parameters.values())
    settings = {
        parameter.name: given[parameter.name]
        for parameter in parameters
        if parameter.default is parameter.empty and parameter.name in given
    }
    if name == "Discretization":
        settings["bin_boundaries"] = [1.0, 2.0]
    if name == "CategoryEncoding":
        settings["num_tokens"] = 3
    if name == "InputLayer":
        settings["input_shape"] = (3,)
    return cls(**settings)


def plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else str(value)


def rewritten(layer: Any) -> dict[str, Any]:
    legacy = keras2().utils.legacy.serialize_keras_object(layer)
    return inner(json.loads(json.dumps(legacy, default=plain)))


def inner(config: dict[str, Any]) -> dict[str, Any]:
    return modern_layer(config, WRITER, inner)


NAMES: Final = sorted(classes().keys() - ABSTRACT - CODE - VANISHED - EXPERIMENTAL)


@pytest.mark.parametrize("name", NAMES)
def test_keras_3_builds_the_layer_that_keras_2_wrote(name: str) -> None:
    import keras

    config = rewritten(made(classes()[name]))
    assert REFUSAL not in config
    built = keras.saving.deserialize_keras_object(config)
    kept = built.get_config()
    # A factor may be kept as a range, a type or a function with all that is known of it.
    settings = [key for key, value in config["config"].items() if isinstance(value, int | str)]
    others = {"dtype", "activation", "recurrent_activation"}
    said = {key: config["config"][key] for key in settings if key in kept.keys() - others}
    assert {key: kept[key] for key in said} == said


@pytest.mark.parametrize("name", sorted(VANISHED))
def test_what_keras_3_does_not_have_is_refused_by_that_reason(name: str) -> None:
    assert class_of({"class_name": name})["class_name"] == name
    assert "Keras 3 has no such layer" in reason(name)


@pytest.mark.parametrize(
    ("class_name", "settings", "why"),
    [
        ("DepthwiseConv2D", {"groups": 2}, "groups=2"),
        ("LSTM", {"time_major": True}, "time_major=True"),
        ("BatchNormalization", {"renorm": True}, "renorm=True"),
        ("Merge", {"mode": "cos"}, "'cos'"),
    ],
)
def test_a_value_that_computes_something_else_is_refused(
    class_name: str, settings: dict[str, Any], why: str
) -> None:
    assert why in inner({"class_name": class_name, "config": settings})[REFUSAL]


@pytest.mark.parametrize(
    "module",
    [
        None,
        "keras.engine.training",
        "keras.layers.core",
        "keras.src.engine.functional",
        "tensorflow.keras.layers",
        "tensorflow.python.keras.engine.functional",
        "tf_keras.src.engine.functional",
    ],
)
def test_modules_of_keras_are_known_wherever_it_had_them(module: str | None) -> None:
    dense = class_of({"module": module, "class_name": "Dense", "registered_name": "Dense"})
    assert dense == {"module": "keras.layers", "class_name": "Dense", "registered_name": None}


def test_classes_of_others_stay_what_the_file_says() -> None:
    own = {"module": "mine.layers", "class_name": "Dense", "registered_name": "Dense"}
    assert class_of(own) == own
    registered = class_of({"class_name": "Mine>Dense"})
    assert (registered["class_name"], registered["registered_name"]) == ("Dense", "Mine>Dense")
    assert class_of({"module": "kerasx", "class_name": "Dense"})["module"] == "kerasx"
