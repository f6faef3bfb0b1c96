from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exporter.planning.push import trace
from exporter.verifying.drawing import drawn_inputs
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from tests.unit.builders import Wired, failing, randomized, wired

MERGES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]
Join = Callable[[Any, Any, Any], Any]


def joined(join: Join, folder: Path) -> Wired:
    """Build a model of three inputs, of which the second has an axis less."""
    import keras

    inputs = [keras.Input(shape) for shape in ((4, 5, 3), (5, 3), (4, 5, 3))]
    return wired(randomized(keras.Model(inputs, join(*inputs))), folder)


@pytest.mark.parametrize("name", MERGES)
def test_of_equal_shapes(name: str, tmp_path: Path) -> None:
    import keras

    merge = getattr(keras.layers, name)
    assert failing(joined(lambda a, b, c: [merge()([a, c]), b], tmp_path)) == []


@pytest.mark.parametrize("name", MERGES)
def test_broadcast_as_keras_does_it(name: str, tmp_path: Path) -> None:
    import keras

    merge = getattr(keras.layers, name)
    assert failing(joined(lambda a, b, c: [merge()([b, a]), c], tmp_path)) == []


@pytest.mark.parametrize("name", ["Add", "Multiply", "Average", "Maximum", "Minimum"])
def test_of_three_inputs_of_which_two_are_the_same(name: str, tmp_path: Path) -> None:
    import keras

    merge = getattr(keras.layers, name)
    assert failing(joined(lambda a, b, c: [merge()([a, c, a]), b], tmp_path)) == []


@pytest.mark.parametrize("name", MERGES)
def test_of_zero_padded_inputs(name: str, tmp_path: Path) -> None:
    import keras

    merge = getattr(keras.layers, name)

    def join(a: Any, b: Any, c: Any) -> Any:
        padded = keras.layers.ZeroPadding2D(1)(a)
        wider = keras.layers.ZeroPadding2D(((2, 0), (1, 1)))(c)
        return [merge()([padded, wider]), b]

    assert failing(joined(join, tmp_path)) == []


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -2])
def test_concatenate(axis: int, tmp_path: Path) -> None:
    import keras

    def join(a: Any, b: Any, c: Any) -> Any:
        together = keras.layers.Concatenate(axis=axis)([a, c])
        return [keras.layers.Dense(2)(together), b]

    assert failing(joined(join, tmp_path)) == []


def test_outputs_that_were_moved_are_what_the_model_predicts(tmp_path: Path) -> None:
    import keras

    layers = keras.layers

    def join(a: Any, b: Any, c: Any) -> Any:
        together = layers.Concatenate(axis=2)([a, layers.Add()([a, c])])
        return [layers.Flatten()(layers.ZeroPadding2D(1)(together)), layers.Permute((2, 1))(b)]

    case = joined(join, tmp_path)
    traced = trace(case.model)
    inputs = drawn_inputs(case.model, case.plan, samples=3, seed=1)
    names = [tensor.name for tensor in case.model.keras.inputs]
    replayed = replay(StreamSource(traced.plan), dict(zip(names, inputs, strict=True)))
    values = np.concatenate([*replayed.values(), np.zeros((3, 1))], axis=1)
    by_size = [values[:, np.maximum(traced.ids[t.position], -1)] for t in case.model.outputs]
    predicted = case.model.keras.predict_on_batch(inputs)
    for own, keras_says in zip(by_size, predicted, strict=True):
        np.testing.assert_allclose(own, keras_says, atol=1e-5)
