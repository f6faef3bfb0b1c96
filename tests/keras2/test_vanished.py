"""Layers that Keras 3 does not have, by what Keras 2 predicts, or the formulas of Keras 1."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.keras2.files import (
    FORMATS,
    TOLERANCE,
    difference,
    filled,
    inputs_of,
    keras2,
    replayed,
    saved,
)
from tests.keras2.old_files import rewritten

FIRST = {"data_format": "channels_first"}


def made() -> Any:
    return keras2().layers


OF_KERAS_2: dict[str, tuple[tuple[int, ...], Callable[[], Any]]] = {
    "steps": ((7, 3), lambda: made().LocallyConnected1D(4, 3, strides=2, activation="relu")),
    "steps first": ((2, 6), lambda: made().LocallyConnected1D(3, 2, **FIRST)),
    "images": ((6, 5, 2), lambda: made().LocallyConnected2D(3, (3, 2), strides=(1, 2))),
    "images first": ((2, 6, 5), lambda: made().LocallyConnected2D(3, (3, 2), **FIRST)),
    "random features": (
        (5,),
        lambda: keras2().src.layers.kernelized.RandomFourierFeatures(4, scale=2.0),
    ),
}


@pytest.mark.parametrize("name", OF_KERAS_2)
@pytest.mark.parametrize("suffix", FORMATS)
def test_says_what_keras_2_predicts(name: str, suffix: str, tmp_path: Path) -> None:
    shape, layer = OF_KERAS_2[name]
    parts = [made().Input(shape), layer(), made().Flatten(), made().Dense(2)]
    model = filled(keras2().Sequential(parts))
    path = saved(model, tmp_path, suffix)
    assert difference(model, path, inputs_of(model)) <= TOLERANCE


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def highway(x: Any, w: Any, w_carry: Any, b: Any, b_carry: Any) -> Any:
    share = 1 / (1 + np.exp(-(x @ w_carry + b_carry)))
    return np.tanh(x @ w + b) * share + (1 - share) * x


def maxout(x: Any, w: Any, b: Any) -> Any:
    return np.max(np.dot(x, w) + b, axis=1)


def softplus(x: Any, alpha: Any, beta: Any) -> Any:
    return np.log1p(np.exp(beta * x)) * alpha


def s_shaped(x: Any, t_left: Any, a_left: Any, t_right: Any, a_right: Any) -> Any:
    ends = t_left + np.abs(t_right)
    said = np.where(x <= t_left, t_left + a_left * (x - t_left), np.minimum(x, ends))
    return said + a_right * relu(x - ends)


SIZE = 4
OF_KERAS_1: dict[str, tuple[dict[str, Any], list[tuple[int, ...]], Callable[..., Any]]] = {
    "Highway": ({"activation": "tanh"}, [(4, 4), (4, 4), (4,), (4,)], highway),
    "MaxoutDense": ({"output_dim": 3, "nb_feature": 2}, [(2, 4, 3), (2, 3)], maxout),
    "ParametricSoftplus": ({"alpha_init": 0.2, "beta_init": 5.0}, [(4,), (4,)], softplus),
    "SReLU": ({"t_left_init": "zero", "shared_axes": None}, [(4,)] * 4, s_shaped),
}


@pytest.mark.parametrize("name", OF_KERAS_1)
def test_says_what_keras_1_computed(name: str, tmp_path: Path) -> None:
    settings, shapes, formula = OF_KERAS_1[name]
    model = keras2().Sequential([made().Input((SIZE,)), made().Dense(SIZE, name="own")])
    path = saved(model, tmp_path, ".h5")

    def with_own(config: Any) -> None:
        layer = config["config"]["layers"][-1]
        layer |= {"class_name": name, "config": {"name": "own", **settings}}

    rewritten(path, version="1.2.2", backend="tensorflow", config=with_own)
    random = np.random.default_rng(0)
    arrays = [random.normal(size=shape).astype("float32") for shape in shapes]
    with h5py.File(path, "r+") as file:
        group = file["model_weights"]["own"]
        names = [f"own_{place}" for place in range(len(arrays))]
        for each, array in zip(names, arrays, strict=True):
            group[each] = array
        group.attrs["weight_names"] = [each.encode() for each in names]
    inputs = inputs_of(model)
    (found,) = replayed(path, inputs)
    np.testing.assert_allclose(found, formula(inputs[0].astype("float64"), *arrays), atol=1e-5)
