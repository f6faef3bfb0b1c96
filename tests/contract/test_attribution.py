"""Contributions and attributions in each store, against TensorFlow, and what adds up."""

from typing import Any, Final, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import LayerNotFoundError, NeuronNotFoundError, ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

SAMPLES: Final = 2


def assert_close(found: Any, expected: Any) -> None:
    """Compare numbers of which some are those of single precision."""
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def inputs(references: dict[str, Reference]) -> dict[str, NDArray[np.float32]]:
    """Give samples for each small model."""
    random = np.random.default_rng(5)
    return {
        name: random.standard_normal((SAMPLES, *each.layers[0].shape)).astype(np.float32)
        for name, each in references.items()
    }


def logits(model: Any) -> Any:
    """Return the model without the softmax in which it ends."""
    import keras

    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(model.inputs, last.input)
    config = {**last.get_config(), "activation": None, "name": "logits"}
    linear = type(last).from_config(config)
    said = linear(last.input)
    linear.set_weights(last.get_weights())
    return keras.Model(model.inputs, said)


def test_saliency_is_the_gradient_of_the_logit(
    graph: NeuronGraph, reference: Reference, inputs: dict[str, NDArray[np.float32]]
) -> None:
    import tensorflow as tf

    x = inputs[reference.name]
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        said = logits(reference.keras)(tensor)
        difference = said[:, 2] - said[:, 0]
    expected = np.asarray(tape.gradient(difference, tensor)).reshape(-1)
    first = reference.layers[0].name
    frame = graph.attribution(x, first, towards="odds[2]-odds[0]")
    assert_close(frame["gradient"], expected)
    assert_close(frame["attribution"], expected * x.reshape(-1))
    assert frame["towards"].unique().tolist() == ["odds[2]-odds[0]"]
    assert np.abs(expected).max() > 1e-3
    whole = graph.attribution(x, towards="odds[2]-odds[0]")
    given = whole["layer"] == first
    total = whole[given].groupby("input")["attribution"].sum()
    total += whole.groupby("input")["bias_part"].sum()
    assert_close(total, np.asarray(difference))


def test_relationships_carry_what_their_neurons_have(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"]
    ways: list[dict[str, Any]] = [{}, {"rule": "rescale"}, {"rule": "ig", "steps": 3}]
    for how in ways:
        edges = pooled.edge_attribution(x, k=10_000, **how)
        neurons = pooled.attribution(x, **how).set_index(["input", "id"])
        into = edges.groupby(["input", "target"])["attribution"].sum()
        out = edges.groupby(["input", "source"])["attribution"].sum()
        has = neurons["attribution"]
        fed = has.index.isin(into.index)
        assert_close((into + neurons["bias_part"][fed])[has.index[fed]], has[fed])
        feeding = has.index[has.index.isin(out.index)]
        assert_close(out[feeding], has[feeding])
        assert pooled.edge_attribution(x, k=3, **how)["attribution"].tolist() == pytest.approx(
            [value for _, part in edges.groupby("input") for value in part["attribution"][:3]]
        )


def test_contributions_make_up_values(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"]
    biases = pooled.neurons("hidden")["bias"].to_numpy()
    frame = pooled.contributions(x, "hidden", slope="secant")
    said = pooled.activations(x, "hidden").set_index(["input", "id"])
    slope = said["value"] / said["pre_activation"]
    total = frame.groupby(["input", "target"])["contribution"].sum().rename_axis(said.index.names)
    own = slope * np.tile(biases, SAMPLES)
    assert_close(total.reindex(said.index, fill_value=0) + own, said["value"])
    values = pooled.activations(x).set_index(["input", "id"])["value"]
    sources = frame.set_index(["input", "source"])["value"]
    assert_close(sources, values.reindex(sources.index))
    out = pooled.contributions(x, "hidden", direction="out")
    assert set(out["source_name"].str.split("[").str[0]) == {"hidden"}


def test_laws_hold(graph: NeuronGraph, reference: Reference, inputs: dict[str, Any]) -> None:
    for slope in ("gradient", "secant", "rescale"):
        frame = graph.conservation(inputs[reference.name], slope=slope)
        assert frame[["local", "flow", "cut"]].to_numpy().max() < 1e-12
        assert frame["layer"].tolist() == [each.name for each in reference.layers] * SAMPLES


def test_the_largest_output_is_meant_where_none_is_named(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"]
    odds = pooled.activations(x, "odds").sort_values("value").groupby("input")["name"].last()
    found = pooled.attribution(x, "odds").groupby("input")["towards"].first()
    assert found.tolist() == odds.tolist()


def test_targets_that_are_none(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    x = inputs["pooled"]
    with pytest.raises(
        ParameterError, match=r"'odds' names 4 neurons; name one, such as odds\[0\]"
    ):
        pooled.attribution(x, towards="odds")
    with pytest.raises(LayerNotFoundError, match="no layer 'nobody'"):
        pooled.attribution(x, towards="odds[1]-nobody[1]")
    with pytest.raises(NeuronNotFoundError, match="channels 0 to 3, not 9"):
        pooled.attribution(x, towards="odds[9]")
    with pytest.raises(ParameterError, match="a neuron less itself"):
        pooled.attribution(x, towards="odds[1]-odds[1]")
    with pytest.raises(ParameterError, match="gradient compares with none"):
        pooled.attribution(x, baseline=x[0])
    with pytest.raises(ParameterError, match="2 samples, and one is compared with"):
        pooled.attribution(x, rule="rescale", baseline=x)


def test_differences_to_a_baseline(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x, start = inputs["pooled"][:1], inputs["pooled"][1]
    before, after = (pooled.activations(each, "digits")["value"].to_numpy() for each in (start, x))
    rule: Literal["rescale", "ig"]
    for rule in ("rescale", "ig"):
        frame = pooled.attribution(x, towards="digits[1]", rule=rule, baseline=start)
        given = frame["layer"] == "pixels"
        moved = frame.loc[given, "attribution"].sum()
        assert moved == pytest.approx(after[1] - before[1], rel=1e-4)
        assert frame["bias_part"].abs().max() < 1e-9
