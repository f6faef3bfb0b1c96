"""Contrasts and differences in each store: against what Keras says, and what adds up."""

from typing import Any, Final, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import LayerNotFoundError, ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

SAMPLES: Final = 2
ALL: Final = 100_000
SHARES: Final = ["attribution", "against_attribution", "difference"]


@pytest.fixture(scope="module")
def inputs(references: dict[str, Reference]) -> dict[str, NDArray[np.float32]]:
    """Give samples for each small model."""
    random = np.random.default_rng(23)
    return {
        name: random.standard_normal((SAMPLES, *each.layers[0].shape)).astype(np.float32)
        for name, each in references.items()
    }


def test_relationships_into_the_logits(
    pooled: NeuronGraph, references: dict[str, Reference], inputs: dict[str, Any]
) -> None:
    import keras

    model, x = references["pooled"].keras, inputs["pooled"]
    hidden = keras.Model(model.inputs, model.get_layer("hidden").output).predict(x, verbose=0)
    (kernel,) = model.get_layer("digits").get_weights()
    found = pooled.contrast(x, towards="digits[2]", against="digits[0]", level="neuron", k=ALL)
    for sample in range(SAMPLES):
        own = found[(found["input"] == str(sample))].set_index(["source_name", "target_name"])
        for place in range(6):
            for target, sign, share in ((2, 1, "attribution"), (0, -1, "against_attribution")):
                # What is 0 has no row.
                row = own.T.get((f"hidden[{place}]", f"digits[{target}]"), dict.fromkeys(SHARES, 0))
                expected = hidden[sample, place] * kernel[place, target]
                assert row[share] == pytest.approx(expected, rel=1e-4, abs=1e-6)
                assert row["difference"] == pytest.approx(sign * expected, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("rule", ["gradient", "rescale", "ig"])
def test_a_contrast_is_the_attribution_of_the_difference(
    graph: NeuronGraph, reference: Reference, inputs: dict[str, Any], rule: Any
) -> None:
    x = inputs[reference.name]
    ends = ["input", "source", "target"]
    how: dict[str, Any] = {"rule": rule} | ({"steps": 3} if rule == "ig" else {})
    found = graph.contrast(x, towards="odds[2]", against="odds[0]", level="neuron", k=ALL, **how)
    expected = graph.edge_attribution(x, towards="odds[2]-odds[0]", k=ALL, **how)
    both = found.merge(expected, on=ends, how="outer").fillna(0.0)
    np.testing.assert_allclose(both["difference"], both["attribution_y"], atol=1e-9)
    for column, towards in (("attribution", "odds[2]"), ("against_attribution", "odds[0]")):
        alone = (
            graph.edge_attribution(x, towards=towards, k=ALL, **how)
            .groupby(ends)["attribution"]
            .sum()
        )
        own = found.groupby(ends)[column].sum()
        np.testing.assert_allclose(own, alone.reindex(own.index, fill_value=0.0), atol=1e-9)
    few = graph.contrast(x, towards="odds[2]", against="odds[0]", level="neuron", k=4, **how)
    expected = found.groupby("input", sort=False).head(4).reset_index(drop=True)
    np.testing.assert_allclose(few[SHARES], expected[SHARES], atol=1e-12)


@pytest.mark.parametrize("level", ["channel", "layer"])
def test_channels_and_layers_have_the_sums_of_neurons(
    pooled: NeuronGraph, inputs: dict[str, Any], level: Literal["channel", "layer"]
) -> None:
    x = inputs["pooled"]
    cut = r"@.*" if level == "channel" else r"\[.*"
    for ask, shares in ((pooled.contrast, SHARES), (pooled.difference, ["attribution"])):
        neurons = ask(x, level="neuron", k=ALL)
        ends = neurons[["source_name", "target_name"]].replace(cut, "", regex=True)
        keys = [neurons["input"], ends["source_name"], ends["target_name"]]
        expected = neurons[shares].groupby(keys).sum()
        found = ask(x, level=level, k=ALL)
        own = found.set_index(["input", "source_name", "target_name"])[shares]
        np.testing.assert_allclose(own, expected.reindex(own.index), atol=1e-9)
        missing = expected.drop(own.index, errors="ignore")
        np.testing.assert_allclose(missing[shares[-1]], 0, atol=1e-9)
        names = pooled.neurons().set_index("id")["name"].replace(cut, "", regex=True)
        assert found["source_name"].tolist() == names[found["source"]].tolist()


def test_by_default_the_largest_output_is_set_against_the_second(
    pooled: NeuronGraph, inputs: dict[str, Any]
) -> None:
    x = inputs["pooled"]
    odds = pooled.activations(x, "odds").sort_values("value", ascending=False)
    ranked = odds.groupby("input")["name"].agg(list)
    found = pooled.contrast(x).groupby("input")[["towards", "against"]].first()
    assert found["towards"].tolist() == ranked.str[0].tolist()
    assert found["against"].tolist() == ranked.str[1].tolist()
    first, second, third = ranked.iloc[0][:3]
    assert pooled.contrast(x[0], against=first)["towards"].iloc[0] == second
    assert pooled.contrast(x[0], towards=second)["against"].iloc[0] == first
    assert pooled.contrast(x[0], towards=f"{first}-{second}")["against"].iloc[0] == third


@pytest.mark.parametrize("how", [{}, {"rule": "ig", "steps": 4}])
@pytest.mark.parametrize("level", ["neuron", "channel", "layer"])
def test_what_comes_over_each_layer_is_the_difference_of_the_target(
    pooled: NeuronGraph,
    references: dict[str, Reference],
    inputs: dict[str, Any],
    level: Any,
    how: dict[str, Any],
) -> None:
    import keras

    x, before = inputs["pooled"][:1], inputs["pooled"][1:]
    model = references["pooled"].keras
    logits = keras.Model(model.inputs, model.get_layer("digits").output)
    one, other = (logits.predict(each, verbose=0)[0] for each in (x, before))
    expected = (one[3] - one[1]) - (other[3] - other[1])
    found = pooled.difference(
        x, towards="odds[3]-odds[1]", baseline=before, level=level, k=ALL, **how
    )
    layers = found["target_name"].str.replace(r"\[.*", "", regex=True)
    by_layer = found.groupby(layers)["attribution"].sum()
    assert set(by_layer.index) == {"conv", "pool", "norm", "hidden", "digits", "odds"}
    np.testing.assert_allclose(by_layer, found["total"].iloc[0], atol=1e-12)
    assert found["total"].iloc[0] == pytest.approx(expected, rel=1e-4)
    values = [pooled.activations(each) for each in (x, before)]
    for column, own in zip(("value", "baseline_value"), values, strict=True):
        cut = {"neuron": "$^", "channel": r"@.*", "layer": r"\[.*"}[level]
        names = own["name"].str.replace(cut, "", regex=True)
        sums = own["value"].groupby(names).sum()
        np.testing.assert_allclose(found[column], sums[found["source_name"]], rtol=1e-4, atol=1e-5)


def test_nothing_differs_from_itself(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    x = inputs["pooled"][:1]
    assert pooled.difference(x, baseline=x).empty
    assert len(pooled.difference(x)) == 10


def test_targets_that_are_none(pooled: NeuronGraph, inputs: dict[str, Any]) -> None:
    x = inputs["pooled"][:1]
    wrong = {
        r"against: 'odds' names 4 neurons; name one": {"against": "odds"},
        r"against: odds\[1\] is what towards names as well": {
            "towards": "odds[1]", "against": "odds[1]",
        },
        r"against: 'odds\[1\]-odds\[1\]' is a neuron less itself": {"against": "odds[1]-odds[1]"},
    }  # fmt: skip
    for said, named in wrong.items():
        with pytest.raises(ParameterError, match=said):
            pooled.contrast(x, **named)  # type: ignore[arg-type]
    with pytest.raises(LayerNotFoundError, match="nobody"):
        pooled.contrast(x, against="nobody[1]")
    with pytest.raises(ParameterError, match="rule: 'gradient' is not one of rescale, ig"):
        pooled.difference(x, rule="gradient")  # type: ignore[arg-type]
