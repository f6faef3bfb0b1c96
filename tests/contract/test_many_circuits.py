"""Circuits of many inputs in each store: against circuits one by one, put together by pandas."""

from typing import Any, Final

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cosine

from queries import NeuronGraph
from queries.answers import many_inputs
from queries.errors import ParameterError
from tests.contract.reference import Reference

pytestmark = pytest.mark.computed

ENDS: Final = ["source", "target"]
HOWS: Final[dict[str, dict[str, Any]]] = {
    "neuron": {"level": "neuron"},
    "channel": {},
    "layer": {"level": "layer", "towards": "odds[1]"},
    "attribution": {"prune": "attribution", "edge_share": 0.6},
    "ig": {"rule": "ig", "steps": 3},
    "rescale": {"rule": "rescale", "towards": "odds[1]-odds[0]"},
}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have several batches of few inputs, of which the last one is small."""
    monkeypatch.setattr(many_inputs, "INPUTS", 5)


def samples(graph: NeuronGraph, count: int) -> NDArray[np.float32]:
    random = np.random.default_rng(5)
    return random.standard_normal((count, *graph.layers()["shape"][0])).astype(np.float32)


def by_pandas(graph: NeuronGraph, x: NDArray[np.float32], **how: Any) -> pd.DataFrame:
    """Return mean, deviation and frequency of relationships, by circuits one by one."""
    circuits = pd.concat([graph.circuit(each[np.newaxis], **how).assign(of=at)
                          for at, each in enumerate(x)])  # fmt: skip
    table = circuits.pivot_table(index=ENDS, columns="of", values="attribution", aggfunc="sum")
    table = table.reindex(columns=range(len(x)))
    whole = table.fillna(0.0)
    return pd.DataFrame(
        {
            "attribution": whole.mean(axis=1),
            "std": whole.std(axis=1, ddof=0),
            "frequency": table.notna().mean(axis=1),
        }
    )


def assert_alike(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    found = found.set_index(ENDS)[expected.columns]
    assert found.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("how", HOWS.values(), ids=HOWS)
def test_circuits_are_put_together(graph: NeuronGraph, how: dict[str, Any]) -> None:
    x = samples(graph, 12)
    expected = by_pandas(graph, x, **how)
    assert_alike(graph.class_circuit(x, frequency=0, **how), expected)
    core = expected[expected["frequency"] >= 0.75]
    assert_alike(graph.class_circuit(x, frequency=0.75, **how), core)


def test_one_input_has_its_circuit(graph: NeuronGraph) -> None:
    x = samples(graph, 1)
    found, circuit = graph.class_circuit(x), graph.circuit(x)
    assert found[ENDS].equals(circuit[ENDS])
    assert found["attribution"].tolist() == circuit["attribution"].tolist()
    assert set(found["frequency"]) == {1.0}
    assert set(found["std"]) == {0.0}


def test_the_order_of_inputs_does_not_matter(pooled: NeuronGraph) -> None:
    x = samples(pooled, 12)
    one = pooled.class_circuit(x, frequency=0).set_index(ENDS)
    other = pooled.class_circuit(x[::-1], frequency=0)
    assert_alike(other, one[["attribution", "std", "frequency"]])


def test_equal_inputs_have_no_deviation(pooled: NeuronGraph) -> None:
    x = samples(pooled, 1)
    found = pooled.class_circuit(np.repeat(x, 11, axis=0))
    np.testing.assert_allclose(found["std"], 0, atol=1e-14)
    assert set(found["frequency"]) == {1.0}


@pytest.mark.parametrize("count", [1, 7])
def test_two_sets_are_compared(graph: NeuronGraph, reference: Reference, count: int) -> None:
    x = samples(graph, 2 * count)
    here, there = x[:count], x[count:]
    one, two = by_pandas(graph, here), by_pandas(graph, there)
    both = pd.concat({"here": one, "there": two}, axis="columns").sort_index().fillna(0.0)
    core = (both["here"]["frequency"] >= 0.6) | (both["there"]["frequency"] >= 0.6)
    both = both.loc[core]
    in_one, in_two = (both[each]["frequency"] >= 0.6 for each in ("here", "there"))
    found = graph.compare_circuits(here, there, frequency=0.6).set_index(ENDS)
    assert found.index.tolist() == both.index.tolist()
    a, b = (both[each]["attribution"].to_numpy() for each in ("here", "there"))
    np.testing.assert_allclose(found["attribution"], a, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["other_attribution"], b, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["difference"], b - a, rtol=1e-9, atol=1e-12)
    assert ((found["where"] == "both") == (in_one & in_two)).all()
    assert ((found["where"] == "input") == (in_one & ~in_two)).all()
    (row,) = graph.circuit_overlap(here, there, frequency=0.6).to_dict("records")
    assert row["part"] == reference.name
    sizes = np.abs([a, b])
    assert row["jaccard"] == pytest.approx(sizes.min(axis=0).sum() / sizes.max(axis=0).sum())
    assert row["cosine"] == pytest.approx(1 - cosine(a, b))
    counts = ((in_one & in_two).sum(), (in_one & ~in_two).sum(), (in_two & ~in_one).sum())
    assert (row["shared"], row["only_input"], row["only_other"]) == counts


def test_layers_have_what_the_model_has(pooled: NeuronGraph) -> None:
    x = samples(pooled, 2)
    layers = pooled.circuit_overlap(x[:1], x[1:], per="layer")
    whole = pooled.circuit_overlap(x[:1], x[1:])
    for column in ("shared", "only_input", "only_other"):
        assert layers[column].sum() == whole[column].sum()
    edges = pooled.compare_circuits(x[:1], x[1:])
    layer = edges["target_name"].str.partition("[")[0]
    assert layers["part"].tolist() == list(dict.fromkeys(pooled.layers()["name"][
        pooled.layers()["name"].isin(layer)]))  # fmt: skip
    sizes = edges[["attribution", "other_attribution"]].abs()
    expected = sizes.min(axis=1).groupby(layer).sum() / sizes.max(axis=1).groupby(layer).sum()
    found = layers.set_index("part")["jaccard"]
    np.testing.assert_allclose(found, expected[found.index], rtol=1e-9)


def test_a_circuit_has_all_in_common_with_itself(pooled: NeuronGraph) -> None:
    x = samples(pooled, 1)
    (row,) = pooled.circuit_overlap(x, x).to_dict("records")
    assert row["shared"] > 0
    assert (row["only_input"], row["only_other"]) == (0, 0)
    assert (row["jaccard"], row["cosine"]) == (1.0, pytest.approx(1))


def test_nothing_has_nothing_in_common(pooled: NeuronGraph) -> None:
    nothing = np.zeros((1, *pooled.layers()["shape"][0]), dtype=np.float32)
    (row,) = pooled.circuit_overlap(nothing, nothing, towards="pixels[0]@0,0").to_dict("records")
    assert (row["shared"], row["only_input"], row["only_other"]) == (0, 0, 0)
    assert np.isnan([row["jaccard"], row["cosine"]]).all()


def test_what_does_not_fit_is_refused(pooled: NeuronGraph) -> None:
    x = np.zeros((2, *pooled.layers()["shape"][0]), dtype=np.float32)
    wrong = x.copy()
    wrong[1] = np.nan
    with pytest.raises(ParameterError, match=r"frequency: 1\.5 is too large"):
        pooled.class_circuit(x, frequency=1.5)
    with pytest.raises(ParameterError, match=r"input: sample 1 of the input .* NaN"):
        pooled.class_circuit(wrong)
    with pytest.raises(ParameterError, match=r"other_input: sample 1 of the input .* NaN"):
        pooled.compare_circuits(x, wrong)
    with pytest.raises(ParameterError, match=r"other_input.* is missing"):
        pooled.circuit_overlap(x, None)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="baseline: it counts for nothing with rule=gradient"):
        pooled.class_circuit(x, baseline=x[:1])
