"""Contrasts against TensorFlow, differences against captum's numbers, and models of other kinds."""

from typing import Any

import numpy as np
import pytest

from exporter.model_graph.network import ModelNetwork
from queries import NeuronGraph
from queries.errors import ParameterError
from tests.unit.builders import randomized
from tests.unit.test_at_input_keras import branched, of_ones, recurrent, transformer


def test_a_contrast_is_what_tensorflow_says() -> None:
    """Of a model of ReLUs: value of the source * weight * gradient of the difference."""
    import keras
    import tensorflow as tf

    layers = keras.layers
    model = randomized(
        keras.Sequential(
            [
                keras.Input((5,)),
                layers.Dense(6, name="inner"),
                layers.ReLU(name="on"),
                layers.Dense(4, name="deep"),
                layers.ReLU(name="late"),
                layers.Dense(3, name="out"),
            ]
        ),
        seed=3,
    )
    x = np.random.default_rng(8).normal(size=(3, 5)).astype(np.float32)
    on = keras.Model(model.inputs, model.get_layer("on").output).predict(x, verbose=0)
    deep = model.get_layer("deep")(on)
    gradients = []
    for place in (2, 1):
        with tf.GradientTape() as tape:
            tape.watch(deep)
            said = model.get_layer("out")(tf.nn.relu(deep))[:, place]
        gradients.append(np.asarray(tape.gradient(said, deep)))
    kernel = model.get_layer("deep").get_weights()[0]
    one, other = (on[:, :, np.newaxis] * kernel * each[:, np.newaxis] for each in gradients)
    with NeuronGraph(model) as graph:
        found = graph.contrast(x, towards="out[2]", against="out[1]", level="neuron", k=1000)
        first = graph.neurons("on")["id"].iloc[0], graph.neurons("deep")["id"].iloc[0]
    found = found[found["target_name"].str.startswith("deep")]
    assert len(found) == np.count_nonzero(one - other)
    at = found["input"].astype(int), found["source"] - first[0], found["target"] - first[1]
    for column, expected in (
        ("attribution", one),
        ("against_attribution", other),
        ("difference", one - other),
    ):
        np.testing.assert_allclose(found[column], expected[at], rtol=1e-4, atol=1e-6)
    assert np.abs(one - other).max() > 1e-2


@pytest.mark.parametrize("how", [{}, {"rule": "ig", "steps": 0}])
def test_differences_of_captum(how: dict[str, Any]) -> None:
    """Between 0 and the input each hidden neuron gains what captum's test expects."""
    x = np.array([[0.0, 100.0, 0.0]])
    with NeuronGraph(of_ones(2)) as graph:
        found = graph.difference(x, towards="out[1]", level="neuron", k=100, **how)
        out = found[found["target_name"] == "out[1]"].set_index("source_name")["attribution"]
        into = found[found["target_name"].str.startswith("second")]
    expected = {"second[0]": 90, "second[1]": 100, "second[2]": 100, "second[3]": 100}
    assert out.to_dict() == pytest.approx(expected)
    assert into.groupby("target_name")["attribution"].sum().to_dict() == pytest.approx(expected)
    assert (found["total"] == 390).all()
    assert set(into["source_name"]) == {"first[1]"}
    assert (into["value"] == 100).all()
    assert (into["baseline_value"] == 0).all()


@pytest.mark.parametrize("build", [recurrent, transformer])
@pytest.mark.parametrize("how", [{}, {"rule": "ig", "steps": 3}])
def test_of_sequences(build: Any, how: dict[str, Any]) -> None:
    model = randomized(build())
    random = np.random.default_rng(9)
    x, before = random.normal(size=(2, 1, *model.inputs[0].shape[1:])).astype(np.float32)
    one, other = (model.predict(each, verbose=0)[0] for each in (x, before))
    with NeuronGraph(model) as graph:
        found = graph.difference(
            x, towards="out[1]", baseline=before, level="layer", k=10_000, **how
        )
        contrast = graph.contrast(x, level="layer", k=10_000, rule="rescale", baseline=before)
    assert found["total"].iloc[0] == pytest.approx(one[1] - other[1], rel=1e-3, abs=1e-5)
    into = found[found["target_name"] == "out"]["attribution"].sum()
    assert into == pytest.approx(found["total"].iloc[0], abs=1e-9)
    into = contrast[contrast["target_name"] == "out"]["difference"].sum()
    largest = contrast["towards"].iloc[0]
    sign = 1 if largest == "out[1]" else -1
    assert into == pytest.approx(sign * ((one - other)[1] - (one - other)[0]), rel=1e-3, abs=1e-5)


def test_of_one_output_the_other_has_to_be_named() -> None:
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="out")])
    x = np.ones((1, 2))
    with NeuronGraph(randomized(model)) as graph:
        with pytest.raises(ParameterError, match=r"against is missing: .* no other output neuron"):
            graph.contrast(x)
        found = graph.contrast(x, against=graph.neurons()["name"][0])
        assert found["towards"].unique().tolist() == ["out[0]"]


@pytest.mark.parametrize("how", [{}, {"rule": "ig", "steps": 3}])
def test_of_channels_builds_no_relationships(
    how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes between channels is the sum over their neurons, of a model with convolutions."""
    model = randomized(branched())
    random = np.random.default_rng(5)
    x = {each.name: random.random((1, *each.shape[1:])).astype("f4") for each in model.inputs}
    asked: dict[str, Any] = {"towards": "out[1]", "against": "out[0]", "k": 10**6, **how}
    ends = ["source_name", "target_name"]
    with NeuronGraph(model) as graph:
        each = graph.contrast(x, level="neuron", **asked)
        monkeypatch.setattr(ModelNetwork, "edge_blocks", lambda *_: pytest.fail("were built"))
        found = graph.contrast(x, level="channel", **asked).set_index(ends)
    for end in ends:
        each[end] = each[end].str.partition("@")[0]
    expected = each.groupby(ends)["difference"].sum()
    expected = expected[expected.abs() > 1e-12]
    assert len(expected) == len(found)
    assert len(found) > 20
    np.testing.assert_allclose(found["difference"][expected.index], expected, rtol=1e-6, atol=1e-9)
