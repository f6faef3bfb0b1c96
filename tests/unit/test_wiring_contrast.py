"""Images whose contrast is changed by what they hold."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from exporter.wiring import Moved, handler_of
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import failing, saved, wired

SHAPE = (4, 5, 3)


def model(**settings: Any) -> Any:
    read = keras.Input(SHAPE, name="read")
    return keras.Model(read, keras.layers.AutoContrast(**settings, name="changed")(read))


@pytest.mark.parametrize("values", [(0, 255), (0, 1), (-1, 1)], ids=str)
def test_replays(values: tuple[int, int], tmp_path: Path) -> None:
    case = wired(model(value_range=values), tmp_path)
    assert failing(case) == []
    images = np.random.default_rng(3).uniform(*values, (4, *SHAPE)).astype(np.float32)
    # Of channels of one value, and of values out of the range.
    images[0, ..., 1], images[1, ..., 2], images[2] = 0.5, 0.0, 3 * images[2]
    output = case.model.keras.predict(images, verbose=0)
    found = replay(StreamSource(case.plan), {"read": images.astype(np.float64)})["changed"]
    largest = max(map(abs, values))
    np.testing.assert_allclose(found.reshape(output.shape), output, atol=1e-5 * largest)


def test_has_as_many_neurons_and_relationships_as_the_formula_says(tmp_path: Path) -> None:
    _, *steps = wired(model(), tmp_path).plan.layers
    values, channels = np.prod(SHAPE), SHAPE[-1]
    assert sum(step.neurons for step in steps) == 4 * values + 5 * channels
    assert sum(step.edges for step in steps) == 11 * values + 6 * channels


def test_an_equalization_does_nothing_at_inference() -> None:
    # Keras builds no model in which another layer stands before it.
    images = np.random.default_rng(3).uniform(0, 255, (2, *SHAPE)).astype(np.float32)
    equalized = keras.layers.Equalization()(images, training=False)
    np.testing.assert_array_equal(np.asarray(equalized), images)
    ids = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    moved = handler_of("Equalization")(None, ids)
    assert isinstance(moved, Moved)
    np.testing.assert_array_equal(moved.ids, ids)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    read = keras.Input((4, 3))
    path = saved(keras.Model(read, keras.layers.AutoContrast()(read)), tmp_path / "m.keras")
    with pytest.raises(UnsupportedLayerError, match="it is given no images"):
        plan(open_model(path))
