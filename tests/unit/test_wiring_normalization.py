from pathlib import Path

import numpy as np
import pytest

from tests.unit.builders import (
    Spec,
    Wired,
    assert_same_edges,
    chain,
    failing,
    layer,
    named,
    randomized,
    wired,
)

SHAPE = (3, 4, 2)
ROWS = [[1.0, 2.0], [0.5, 3.0], [2.0, 1.0]]
CASES = [
    layer("BatchNormalization"),
    layer("BatchNormalization", scale=False),
    layer("BatchNormalization", center=False),
    layer("BatchNormalization", scale=False, center=False),
    layer("BatchNormalization", epsilon=0.5),
    layer("BatchNormalization", axis=1),
    layer("BatchNormalization", axis=2),
    layer("BatchNormalization", axis=-2),
    layer("Normalization", mean=[1.0, -2.0], variance=[0.5, 3.0]),
    layer("Normalization", mean=[1.0, -2.0], variance=[0.5, 0.0]),
    layer("Normalization", axis=2, mean=[1.0, 2.0, 3.0, 4.0], variance=[4.0, 3.0, 2.0, 1.0]),
    layer("Normalization", axis=(1, 3), mean=ROWS, variance=ROWS),
    layer("Normalization", axis=None, mean=2.0, variance=3.0),
    layer("Normalization", axis=None, mean=2.0, variance=3.0, invert=True),
    layer("Normalization", mean=[1.0, -2.0], variance=[0.5, 3.0], invert=True),
    layer("Rescaling", scale=0.5),
    layer("Rescaling", scale=-2.0, offset=1.5),
    layer("Rescaling", scale=[0.5, 2.0], offset=1.0),
    layer("Rescaling", scale=2.0, offset=[0.5, 2.0]),
]


@pytest.fixture(scope="module", params=CASES, ids=named(CASES))
def spec(request: pytest.FixtureRequest) -> Spec:
    name, settings = request.param
    return name, settings


@pytest.fixture(scope="module")
def case(spec: Spec, tmp_path_factory: pytest.TempPathFactory) -> Wired:
    return wired(chain(SHAPE, spec), tmp_path_factory.mktemp("normalization"))


def test_replays(case: Wired) -> None:
    assert failing(case) == []


def test_has_the_edges_that_keras_has(case: Wired) -> None:
    assert_same_edges(case)


def test_adapted_statistics(tmp_path_factory: pytest.TempPathFactory) -> None:
    import keras

    seen = np.random.default_rng(0).normal(2.0, 3.0, (20, *SHAPE)).astype(np.float32)
    normalization = keras.layers.Normalization(axis=-1)
    normalization.adapt(seen)
    model = keras.Sequential([keras.Input(SHAPE), normalization])
    case = wired(model, tmp_path_factory.mktemp("adapted"))
    assert failing(case) == []
    assert_same_edges(case)


def test_of_a_row(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = wired(chain((5,), layer("BatchNormalization")), tmp_path_factory.mktemp("row"))
    assert failing(case) == []
    assert_same_edges(case)


def test_the_scale_of_convnext(tmp_path_factory: pytest.TempPathFactory) -> None:
    import keras
    from keras.src.applications.convnext import LayerScale, StochasticDepth

    read = keras.Input(SHAPE)
    seen = LayerScale(0.5, SHAPE[-1])(keras.layers.Dense(SHAPE[-1])(read))
    model = randomized(keras.Model(read, keras.layers.Add()([read, StochasticDepth(0.2)(seen)])))
    case = wired(model, tmp_path_factory.mktemp("convnext"))
    assert failing(case) == []


def test_the_smallest_deviation_is_that_of_the_settings_of_keras(tmp_path: Path) -> None:
    import keras

    usual = keras.config.epsilon()
    keras.config.set_epsilon(0.01)
    try:
        spec = layer("Normalization", mean=[1.0, -2.0], variance=[0.5, 0.0])
        case = wired(chain(SHAPE, spec), tmp_path)
        assert failing(case) == []
        assert case.plan.layers[1].wiring.weights.max() == pytest.approx(100)
    finally:
        keras.config.set_epsilon(usual)
