"""Statistics and the best inputs of neurons in each store, against NumPy over what Keras says."""

from itertools import product
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

SAMPLES: Final = 40
"""More than a batch has."""

Said = dict[str, NDArray[np.float64]]
Level = Literal["neuron", "channel", "layer"]


@pytest.fixture(scope="module")
def inputs(references: dict[str, Reference]) -> dict[str, NDArray[np.float32]]:
    """Give samples for each small model."""
    random = np.random.default_rng(17)
    return {
        name: random.standard_normal((SAMPLES, *each.layers[0].shape)).astype(np.float32)
        for name, each in references.items()
    }


@pytest.fixture(scope="module")
def outputs(
    references: dict[str, Reference], inputs: dict[str, NDArray[np.float32]]
) -> dict[str, Said]:
    """Give what Keras says that each layer puts out: shape (samples, *shape)."""
    import keras

    every = {}
    for name, each in references.items():
        later = [layer.name for layer in each.layers[1:]]
        outs = [each.keras.get_layer(layer).output for layer in later]
        said = keras.Model(each.keras.inputs, outs).predict(inputs[name], verbose=0)
        every[name] = {each.layers[0].name: inputs[name], **dict(zip(later, said, strict=True))}
    return every


def of_level(values: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Return the values of a layer by neuron, channel or layer: shape (samples, groups, size)."""
    if level == "neuron":
        return values.reshape(SAMPLES, -1, 1)
    if level == "layer":
        return values.reshape(SAMPLES, 1, -1)
    return np.moveaxis(values, -1, 1).reshape(SAMPLES, values.shape[-1], -1)


@pytest.mark.parametrize("level", ["neuron", "channel", "layer"])
def test_statistics_are_those_of_what_keras_says(
    graph: NeuronGraph,
    reference: Reference,
    inputs: dict[str, NDArray[np.float32]],
    outputs: dict[str, Said],
    level: Level,
) -> None:
    found = graph.activation_statistics(inputs[reference.name], level=level)
    by_layer = dict(iter(found.groupby("layer", sort=False)))
    assert list(by_layer) == [layer.name for layer in reference.layers]
    for layer, values in outputs[reference.name].items():
        each, own = of_level(values.astype(np.float64), level), by_layer[layer]
        of: dict[str, Any] = {"axis": (0, 2)}
        expected = {
            "mean": each.mean(**of),
            "std": each.std(**of),
            "min": each.min(**of),
            "max": each.max(**of),
        }
        for column, numbers in expected.items():
            np.testing.assert_allclose(own[column], numbers, rtol=1e-4, atol=1e-5)
        assert own["active_share"].tolist() == pytest.approx((each != 0).mean(**of))
        assert own["positive_share"].tolist() == pytest.approx((each > 0).mean(**of))
        assert own["dead"].tolist() == (each == 0).all(axis=0).sum(axis=1).tolist()
        assert own["neurons"].tolist() == [each.shape[2]] * each.shape[1]
    assert found["id"].is_monotonic_increasing
    assert (found["inputs"] == SAMPLES).all()


@pytest.mark.parametrize(
    ("level", "reduce"),
    [("neuron", "mean"), *product(["channel", "layer"], ["mean", "max"])],
)
def test_top_inputs_are_those_of_what_keras_says(
    graph: NeuronGraph,
    reference: Reference,
    inputs: dict[str, NDArray[np.float32]],
    outputs: dict[str, Said],
    level: Level,
    reduce: Literal["mean", "max"],
) -> None:
    found = graph.top_inputs(inputs[reference.name], level=level, reduce=reduce, k=3)
    for layer, values in outputs[reference.name].items():
        each = getattr(np, reduce)(of_level(values.astype(np.float64), level), axis=2)
        own = found[found["layer"] == layer]
        best = np.sort(each, axis=0)[::-1][:3].T.reshape(-1)
        np.testing.assert_allclose(own["value"], best, rtol=1e-4, atol=1e-5)
        group = np.repeat(np.arange(each.shape[1]), 3)
        at = each[own["input"].astype(int), group]
        np.testing.assert_allclose(own["value"], at, rtol=1e-4, atol=1e-5)
    assert found["rank"].tolist() == [1, 2, 3] * (len(found) // 3)
    assert not found.duplicated(["id", "input"]).any()
    assert found["towards"].isna().all()


def test_inputs_of_most_attribution(
    pooled: NeuronGraph, references: dict[str, Reference], inputs: dict[str, NDArray[np.float32]]
) -> None:
    import keras
    import tensorflow as tf

    model, x = references["pooled"].keras, inputs["pooled"]
    hidden = model.get_layer("hidden").output
    values = keras.Model(model.inputs, hidden)([x])
    with tf.GradientTape() as tape:
        tape.watch(values)
        said = model.get_layer("digits")(values)
        target = said[:, 2] - said[:, 0]
    each = np.asarray(values * tape.gradient(target, values))
    found = pooled.top_inputs(
        x, "hidden", k=4, measure="attribution", towards="digits[2]-digits[0]"
    )
    order = np.argsort(-each, axis=0)[:4].T.reshape(-1)
    assert found["input"].tolist() == order.astype(str).tolist()
    np.testing.assert_allclose(
        found["value"], each[order, np.repeat(np.arange(6), 4)], rtol=1e-3, atol=1e-5
    )
    assert found["towards"].unique().tolist() == ["digits[2]-digits[0]"]


def test_the_target_is_that_of_each_input(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    x = inputs["pooled"][:5]
    found = pooled.top_inputs(x, "digits[1]", k=9, measure="attribution")
    odds = pooled.activations(x, "odds").sort_values("value").groupby("input")["name"].last()
    assert len(found) == len(x)
    assert found["towards"].tolist() == odds[found["input"]].tolist()
    assert found["value"].is_monotonic_decreasing


def test_of_some_neurons_of_a_channel(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    x = inputs["pooled"]
    values = pooled.activations(x, "pool[1]@0..1,0")
    found = pooled.activation_statistics(x, "pool[1]@0..1,0", level="channel")
    assert found["neurons"].tolist() == [2]
    assert found["name"].tolist() == ["pool[1]"]
    assert found["mean"].tolist() == pytest.approx([values["value"].mean()])
    top = pooled.top_inputs(x, "pool[1]@0..1,0", level="channel", k=1)
    means = values.groupby("input")["value"].mean()
    assert (top["input"].iloc[0], top["value"].iloc[0]) == (
        means.idxmax(),
        pytest.approx(means.max()),
    )


def test_the_first_of_equal_inputs_comes_first(pooled: NeuronGraph) -> None:
    random = np.random.default_rng(2)
    some = random.standard_normal((2, 6, 5, 2))
    x = some[random.integers(0, 2, size=70)]
    found = pooled.top_inputs(x, "hidden", k=70)
    for _, own in found.groupby("id"):
        order = np.lexsort((own["input"].astype(int), -own["value"]))
        assert order.tolist() == list(range(70))
        assert own["value"].nunique() == 2
    pd.testing.assert_frame_equal(
        pooled.top_inputs(x, "hidden", k=3), found[found["rank"] <= 3].reset_index(drop=True)
    )


@pytest.mark.parametrize("name", ["towards", "baseline"])
def test_activations_lead_towards_nothing(pooled: NeuronGraph, name: str) -> None:
    x = np.zeros((1, 6, 5, 2))
    with pytest.raises(ParameterError, match=f"{name}: it counts for nothing with measure=act"):
        pooled.top_inputs(x, "hidden", **{name: "digits[1]" if name == "towards" else x})  # type: ignore[arg-type]
