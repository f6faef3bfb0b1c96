"""What neurons put out at inputs, in each store, against Keras."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.answers import at_input
from queries.errors import CypherError, ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

SAMPLES = 3


@pytest.fixture(scope="module")
def x() -> NDArray[np.float32]:
    """Give numbers enough for the inputs of both models."""
    return np.random.default_rng(5).standard_normal(SAMPLES * 60).astype(np.float32)


def outputs(reference: Reference, inputs: NDArray[np.float32], *, linear: bool) -> Any:
    """Return what all layers put out, or what their activation functions are applied to."""
    import keras

    model, layers = reference.keras, reference.layers[1:]
    reads = [model.get_layer(layer.name).input for layer in layers]
    found = [inputs.reshape(SAMPLES, -1)]
    for layer, before in zip(layers, keras.Model([*model.inputs], reads)([inputs]), strict=True):
        own = model.get_layer(layer.name)
        if not linear:
            result = own(before, training=False)
        elif layer.class_name in {"Softmax", "ReLU"}:
            result = before
        else:
            config = own.get_config()
            twin = type(own).from_config(
                {**config, "activation": None} if "activation" in config else config
            )
            twin.build(own.input.shape)
            twin.set_weights(own.get_weights())
            result = twin(before, training=False)
        found.append(np.asarray(result).reshape(SAMPLES, -1))
    return np.concatenate(found, axis=1)


@pytest.mark.parametrize(("column", "linear"), [("value", False), ("pre_activation", True)])
def test_are_what_keras_says(
    graph: NeuronGraph, reference: Reference, x: NDArray[np.float32], column: str, linear: bool
) -> None:
    shape = reference.layers[0].shape
    inputs = x[: SAMPLES * np.prod(shape)].reshape(SAMPLES, *shape)
    frame = graph.activations(inputs)
    expected = outputs(reference, inputs, linear=linear)
    found = frame[column].to_numpy().reshape(SAMPLES, -1)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)
    assert frame["input"].tolist() == [str(each) for each in range(SAMPLES) for _ in expected[0]]
    neurons = graph.neurons()
    assert frame["id"].tolist() == neurons["id"].tolist() * SAMPLES
    assert frame["name"].tolist() == neurons["name"].tolist() * SAMPLES
    assert frame["layer"].tolist() == neurons["layer"].tolist() * SAMPLES
    assert np.ptp(expected) > 0.1


def test_of_some_neurons_sorted_and_few(pooled: NeuronGraph, x: NDArray[np.float32]) -> None:
    inputs = x.reshape(SAMPLES, 6, 5, 2)
    whole = pooled.activations(inputs, ["hidden", "digits[1]"])
    assert len(whole) == SAMPLES * 7
    largest = whole.sort_values(["value"], ascending=False, kind="stable").head(4)
    found = pooled.activations(inputs, ["hidden", "digits[1]"], sort="-value", limit=4)
    assert found.to_dict("list") == largest.to_dict("list")
    by_name = pooled.activations(inputs, "hidden", sort=["name", "-value"], limit=2)
    assert by_name["name"].tolist() == ["hidden[0]"] * 2
    assert by_name["value"].is_monotonic_decreasing


def test_are_not_stated(pooled: NeuronGraph, x: NDArray[np.float32]) -> None:
    with pytest.raises((CypherError, ParameterError), match=r"computes the model|no Cypher"):
        pooled.activations(x[:60].reshape(6, 5, 2), in_store=True)


def test_in_blocks_are_the_same(
    pooled: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = x.reshape(SAMPLES, 6, 5, 2)
    whole = pooled.activations(inputs, ["hidden", "pool"])
    largest = pooled.activations(inputs, sort="-pre_activation", limit=5)
    for values, rows in ((1, 4), (300, 1), (10**6, 40)):
        monkeypatch.setattr(at_input, "_VALUES", values)
        monkeypatch.setattr(at_input, "_ROWS", rows)
        found = pooled.activations(inputs, ["hidden", "pool"])
        pd.testing.assert_frame_equal(found, whole, rtol=1e-12)
        few = pooled.activations(inputs, sort="-pre_activation", limit=5)
        pd.testing.assert_frame_equal(few, largest, rtol=1e-12)
        first = pooled.activations(inputs, ["hidden", "pool"], limit=7)
        pd.testing.assert_frame_equal(first, whole.head(7), rtol=1e-12)
