"""Backbones of keras-hub, opened from their files and replayed from the stream.

`make hub` runs all of them, and prints a table; `make test` runs those of `FIRST`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from exporter.planning.push import trace
from exporter.reading.keras.model import KerasModel
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from queries.errors import UnsupportedLayerError
from tests.hub.families import FIRST, REFUSED, REST, STEPS, VOCABULARY, Family
from tests.opening import open_model

TOLERANCE = 1e-5
SAMPLES = 3

pytestmark = [
    # Of the packages that keras-hub imports.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask"),
]


def saved(family: Family, path: Path) -> Path:
    """Save a backbone with random weights that keep the signal between dying and exploding."""
    import keras_hub

    model = getattr(keras_hub.models, f"{family.name}Backbone")(**family.settings)
    random = np.random.default_rng(0)
    for variable in model.variables:
        if "float" in str(variable.dtype):
            variable.assign(_values(random, variable))
    model.save(path)
    return path


def _values(random: np.random.Generator, variable: Any) -> NDArray[Any]:
    shape = tuple(variable.shape)
    if "variance" in variable.name:
        return random.uniform(0.5, 2.0, shape)
    if variable.name in {"gamma", "scale"}:
        return random.uniform(0.5, 1.5, shape)
    if len(shape) > 1:
        return random.normal(0.0, 1.5 / np.sqrt(np.prod(shape[:-1])), shape)
    return random.normal(0.0, 0.3, shape)


def opened(family: Family, path: Path) -> tuple[KerasModel, Any]:
    """Open a backbone, and have Keras load it by itself."""
    import keras

    model = keras.saving.load_model(saved(family, path))
    shapes = {
        tensor._keras_history.operation.name: tuple(tensor.shape[1:]) for tensor in model.inputs
    }
    closed = {
        name: family.lengths.get(name, tuple(size or STEPS for size in shape))
        for name, shape in shapes.items()
    }
    return open_model(path, input_shape=None if closed == shapes else closed), model


def drawn(model: KerasModel) -> Mapping[str, NDArray[Any]]:
    """Draw inputs by their names; of two samples the last steps are padding."""
    random = np.random.default_rng(1)
    names = {call.outputs[0]: call.name for call in model.calls if not call.inputs}
    inputs = {}
    for tensor in model.inputs:
        name, shape = names[tensor.position], (SAMPLES, *(size or 0 for size in tensor.shape))
        if "mask" in name:
            values: NDArray[Any] = np.ones(shape)
            values[1, -2:] = values[2, -1:] = 0
        elif "float" in tensor.dtype:
            values = random.standard_normal(shape)
        else:
            values = random.integers(0, 2 if "segment" in name else VOCABULARY, shape)
        inputs[name] = values.astype(tensor.dtype)
    return inputs


def difference(family: Family, path: Path) -> float:
    """Return how far a replay is from what Keras predicts, by the largest output."""
    import keras

    model, of_keras = opened(family, path)
    traced = trace(model)
    inputs = drawn(model)
    predicted = of_keras.predict(model._read.packed([*inputs.values()]), verbose=0)
    replayed = replay(
        StreamSource(traced.plan),
        {name: values.reshape(SAMPLES, -1) for name, values in inputs.items()},
    )
    values = np.concatenate(list(replayed.values()), axis=1)
    largest = 0.0
    for tensor, expected in zip(model.outputs, keras.tree.flatten(predicted), strict=True):
        assert np.isfinite(expected).all()
        off = np.abs(values[:, traced.ids[tensor.position]] - expected).max()
        largest = max(largest, float(off / np.abs(expected).max()))
    print(
        f"\n  {family.label:24} {traced.plan.neurons:8,} neurons "
        f"{traced.plan.edges:10,} relationships  difference {largest:.1e}"
    )
    return largest


@pytest.mark.parametrize(
    "family",
    [
        *(pytest.param(family, id=family.label) for family in FIRST),
        *(pytest.param(family, id=family.label, marks=pytest.mark.full) for family in REST),
    ],
)
def test_replays(family: Family, tmp_path: Path) -> None:
    assert difference(family, tmp_path / "model.keras") <= TOLERANCE


@pytest.mark.full
@pytest.mark.parametrize(
    ("family", "why"),
    [pytest.param(family, why, id=family.label) for family, why in REFUSED],
)
def test_refused(family: Family, why: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedLayerError, match=why):
        trace(opened(family, tmp_path / "model.keras")[0])
    print(f"\n  {family.label:24} refused: {why}")
