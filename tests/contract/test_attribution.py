"""Contributions and attributions in each store, against TensorFlow, and what adds up."""

from typing import Any, Final, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import CypherError, LayerNotFoundError, NeuronNotFoundError, ParameterError
from tests.contract.reference import Reference
from tests.contract.test_plots import data

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
    with pytest.raises(ParameterError, match="baseline: it counts for nothing with rule=gradient"):
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


def test_effective_weights_at_an_input_are_gradients(
    graph: NeuronGraph, reference: Reference, inputs: dict[str, NDArray[np.float32]]
) -> None:
    """Each logit is the input times them, and their bias."""
    import tensorflow as tf

    x = inputs[reference.name][:1]
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        said = logits(reference.keras)(tensor)
    expected = np.asarray(tape.jacobian(said, tensor)).reshape(said.shape[1], -1)
    first, last = reference.layers[0], reference.layers[-1]
    frame = graph.effective_weights(first.name, last.name, input=x)
    weights = np.zeros_like(expected)
    weights[frame["target"] - last.first, frame["source"]] = frame["weight"]
    assert_close(weights, expected)
    bias = frame.groupby("target")["bias"].first()
    assert_close(weights @ x.reshape(-1) + bias, np.asarray(said)[0])
    through = reference.layers[-2].name
    combined = graph.combine(through, last.name, input=x)
    values = graph.activations(x)["value"].to_numpy()
    passed_on = combined["weight"] * values[combined["source"]]
    found = passed_on.groupby(combined["target"]).sum() + combined.groupby("target")["bias"].first()
    assert_close(found, np.asarray(said)[0])


def test_paths_at_an_input(pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]) -> None:
    x = inputs["pooled"][0]
    ends: Any = {"source": "pixels", "target": "digits[1]"}
    weights = pooled.effective_weights(**ends, input=x)
    norm = pooled.path_norm(**ends, input=x)
    assert norm["signed"][0] == pytest.approx(weights["weight"].sum())
    assert norm["absolute"][0] < pooled.path_norm(**ends)["absolute"][0]
    edges = pooled.edge_attribution(x, towards="digits[1]", k=10_000)
    taking_part = set(edges["source_name"]) | set(edges["target_name"])
    for _, path in pooled.strongest_paths(**ends, k=3, input=x).groupby("path"):
        assert set(path["name"]) <= taking_part
        assert path["weight"][1:].abs().prod() == pytest.approx(path["strength"].iloc[0])
    shares = pooled.path_centrality(input=x).set_index("name")["path_centrality"]
    assert shares.filter(regex="^hidden").sum() == pytest.approx(1)
    field = pooled.field_neurons("digits[1]", input=x).set_index("name")
    assert set(weights["source_name"]) <= set(field.index)
    # Of each window of a maximum the winner alone is in it.
    whole = pooled.receptive_field("digits[1]").set_index("layer")
    at_input = pooled.receptive_field("digits[1]", input=x).set_index("layer")
    assert at_input["neurons"]["conv"] < whole["neurons"]["conv"]
    feeds = pooled.projective_field("pixels[0]@2,2", input=x)
    assert feeds["neurons"].sum() <= pooled.projective_field("pixels[0]@2,2")["neurons"].sum()


def test_path_centrality_at_an_input(
    pooled: NeuronGraph, inputs: dict[str, NDArray[np.float32]]
) -> None:
    x = inputs["pooled"][0]
    shares = pooled.path_centrality(input=x).set_index("id")["path_centrality"]
    top = pooled.top_neurons(measure="path_centrality", k=2, input=x)
    assert top["value"].tolist() == shares[top["id"]].tolist()
    best = shares[pooled.neurons("hidden")["id"]].nlargest(2)
    assert top[top["layer"] == "hidden"]["id"].tolist() == best.index.tolist()
    drawn = pooled.plot.centrality(measure="path_centrality", input=x).figure
    points = data(drawn, "points").set_index("id")["value"]
    assert points.to_dict() == shares[shares > 0].to_dict()
    assert points.to_dict() != pooled.path_centrality().set_index("id")["path_centrality"].to_dict()
    for ask in (pooled.top_neurons, pooled.plot.centrality):
        with pytest.raises(ParameterError, match="pagerank is of weights alone"):
            ask(measure="pagerank", input=x)


def test_weights_at_an_input_are_not_stated(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    with pytest.raises((CypherError, ParameterError), match=r"at an input is not stated|no Cypher"):
        pooled.path_norm("pixels", "odds", input=inputs["pooled"][0], in_store=True)
    with pytest.raises(ParameterError, match="2 samples; weights are those at one"):
        pooled.path_norm("pixels", "odds", input=inputs["pooled"])
