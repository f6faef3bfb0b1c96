"""What circuits compute alone, against Keras models without the other weights."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from exporter import load
from queries import NeuronGraph
from queries.analysis.at_input.integrated import integrated
from queries.analysis.forward import ForwardPass
from queries.answers import at_input, attribution, circuit
from queries.errors import GraphError, ParameterError
from queries.methods import circuit as methods
from tests.unit.builders import randomized, saved

SIZES = {"pixels": 6, "hidden": 8, "more": 5, "odds": 3}
TOWARDS = "odds[1]"
CIRCUIT: dict[str, Any] = {"towards": TOWARDS, "level": "neuron", "node_share": 0.7}


@pytest.fixture(scope="module")
def model() -> Any:
    import keras

    layers = keras.layers
    pixels = value = keras.Input((SIZES["pixels"],), name="pixels")
    for name, activation in (("hidden", "relu"), ("more", "tanh"), ("odds", None)):
        value = layers.Dense(SIZES[name], activation=activation, name=name)(value)
    return randomized(keras.Model(pixels, value))


@pytest.fixture(scope="module")
def graph(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NeuronGraph]:
    with NeuronGraph(saved(model, tmp_path_factory.mktemp("scores") / "dense.keras")) as opened:
        yield opened


@pytest.fixture(scope="module")
def x() -> NDArray[np.float32]:
    return np.random.default_rng(4).normal(size=(3, SIZES["pixels"])).astype(np.float32)


def masks(edges: pd.DataFrame) -> list[NDArray[np.float32]]:
    """Return which weights a circuit has, by layer: shape (inputs, units)."""
    masks = []
    for before, layer in itertools.pairwise(SIZES):
        mask = np.zeros((SIZES[before], SIZES[layer]), dtype=np.float32)
        into = edges[edges["target_name"].str.startswith(f"{layer}[")]
        places = [
            into[end].str.extract(r"\[(\d+)\]", expand=False).astype(int).to_numpy()
            for end in ("source_name", "target_name")
        ]
        mask[places[0], places[1]] = 1
        masks.append(mask)
    return masks


def computed(
    model: Any, x: NDArray[Any], kept: list[NDArray[Any]], others: list[NDArray[Any]]
) -> float:
    """Return the target where the weights that are not kept read other values."""
    value = x
    for layer, mask, other in zip(model.layers[1:], kept, others, strict=True):
        kernel, bias = (np.asarray(each) for each in (layer.kernel, layer.bias))
        value = np.asarray(
            layer.activation(value @ (kernel * mask) + other @ (kernel * (1 - mask)) + bias)
        )
    return float(value[1])


@pytest.mark.parametrize("rest", ["zero", "mean", "patch"])
def test_recovered_is_what_keras_says_without_the_other_weights(
    model: Any, graph: NeuronGraph, x: NDArray[np.float32], rest: str
) -> None:
    import keras

    values = keras.Model(
        model.inputs, [model.inputs[0], *(each.output for each in model.layers[1:-1])]
    )
    patched = x[2:]
    of = {"zero": 0 * x, "mean": x, "patch": patched}[rest]
    others = [np.asarray(each).mean(axis=0) * (rest != "zero") for each in values([of])]
    hows: dict[str, dict[str, Any]] = {
        "patch": {"patch": patched},
        "mean": {"rest": "mean"},
        "zero": {},
    }
    how = hows[rest]
    scores = graph.circuit_scores(x, **CIRCUIT, **how)
    edges = graph.circuit(x, **CIRCUIT)
    everything = graph.edge_attribution(x, towards=TOWARDS, k=1000)
    for place, row in enumerate(scores.to_dict("records")):
        own = edges[edges["input"] == row["input"]]
        kept = masks(own)
        nothing = [np.zeros_like(mask) for mask in kept]
        assert row["recovered"] == pytest.approx(computed(model, x[place], kept, others), abs=1e-5)
        assert row["empty"] == pytest.approx(computed(model, x[place], nothing, others), abs=1e-5)
        said = model.predict(x[place : place + 1], verbose=0)[0, 1]
        assert row["target"] == pytest.approx(said, abs=1e-5)
        if rest == "patch" and place == len(x) - 1:
            # What the others carry is what they would carry anyway.
            assert np.isnan(row["recovery"])
        else:
            share = (row["recovered"] - row["empty"]) / (row["target"] - row["empty"])
            assert row["recovery"] == pytest.approx(share)
        all_of_it = everything[everything["input"] == row["input"]]["attribution"].abs().sum()
        assert row["kept"] == pytest.approx(own["attribution"].abs().sum() / all_of_it)
        assert row["edges"] == len(own)


def test_all_of_a_model_says_what_it_says(graph: NeuronGraph, x: NDArray[np.float32]) -> None:
    whole = graph.circuit_scores(x, towards=TOWARDS, level="neuron", node_share=1, edge_share=1)
    np.testing.assert_allclose(whole["recovered"], whole["target"], rtol=1e-5)
    np.testing.assert_allclose(whole["kept"], 1)
    assert (whole["nodes"] == whole["nodes_of"]).all()


def test_replacement_and_completeness_are_those_of_the_shares(
    graph: NeuronGraph, x: NDArray[np.float32]
) -> None:
    edges = graph.circuit(x[:1], **CIRCUIT)
    nodes = graph.circuit_nodes(x[:1], **CIRCUIT).set_index("id")
    into = edges.groupby("target")["attribution"].apply(lambda each: each.abs().sum())
    error = (nodes["bias_part"] + nodes["left_out"]).abs() * (nodes["kind"] != "input")
    whole = into.reindex(nodes.index, fill_value=0.0) + error
    influence = dict.fromkeys(nodes.index, 0.0)
    arriving = {node: float(nodes["kind"][node] == "target") for node in nodes.index}
    for target in sorted(nodes.index, reverse=True):
        for row in edges[edges["target"] == target].to_dict("records"):
            more = abs(row["attribution"]) / whole[target] * arriving[target]
            influence[row["source"]] += more
            arriving[row["source"]] += more
    by_error = {
        node: arriving[node] * error[node] / whole[node] if whole[node] else 0.0
        for node in arriving
    }
    by_inputs = sum(influence[node] for node in arriving if nodes["kind"][node] == "input")
    (row,) = graph.circuit_scores(x[:1], **CIRCUIT).to_dict("records")
    assert row["replacement"] == pytest.approx(by_inputs / (by_inputs + sum(by_error.values())))
    # The errors are nodes themselves, to which nothing comes.
    total = sum(arriving.values()) + sum(by_error.values())
    assert row["completeness"] == pytest.approx((total - sum(by_error.values())) / total)


def test_the_mean_and_a_patch_exclude_each_other(graph: NeuronGraph, x: NDArray[Any]) -> None:
    with pytest.raises(ParameterError, match="patch: what they carry is the mean already"):
        graph.circuit_scores(x, rest="mean", patch=x[:1])
    for ask in (graph.circuit_scores, graph.recovery_curve):
        with pytest.raises(ParameterError, match="rest: mean needs several samples"):
            ask(x[:1], rest="mean")
    with pytest.raises(ParameterError, match="patch: 3 samples, and one is meant"):
        graph.circuit_scores(x, patch=x)


def test_there_is_no_recovery_where_the_rest_carries_the_same(
    graph: NeuronGraph, x: NDArray[np.float32]
) -> None:
    (row,) = graph.circuit_scores(x[:1], **CIRCUIT, patch=x[:1]).to_dict("records")
    assert row["target"] == pytest.approx(row["empty"], rel=1e-5)
    assert np.isnan(row["recovery"])


def test_the_mean_is_taken_of_a_few_samples_at_a_time(
    graph: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = graph.circuit_scores(x, **CIRCUIT, rest="mean")
    most, begun = 0, ForwardPass.begun

    def counted(self: ForwardPass, inputs: Any) -> Any:
        nonlocal most
        most = max(most, *(len(each) for each in inputs.values()))
        return begun(self, inputs)

    monkeypatch.setattr(ForwardPass, "begun", counted)
    monkeypatch.setattr(at_input, "_VALUES", 1)
    found = graph.circuit_scores(x, **CIRCUIT, rest="mean")
    assert most == 1
    np.testing.assert_allclose(found["recovered"], expected["recovered"], rtol=1e-5)


def test_an_output_counts_before_its_activation_function(x: NDArray[np.float32]) -> None:
    import keras

    pixels = keras.Input((SIZES["pixels"],), name="pixels")
    odds = keras.layers.Dense(3, activation="softmax", name="odds")(pixels)
    with NeuronGraph(randomized(keras.Model(pixels, odds))) as graph:
        at, zeros = (graph.activations(each, TOWARDS) for each in (x[:1], 0 * x[:1]))
        nodes = graph.circuit_nodes(x[:1], **CIRCUIT, rule="ig").set_index("name")
    more = at["pre_activation"].iloc[0] - zeros["pre_activation"].iloc[0]
    assert nodes["value"][TOWARDS] == pytest.approx(more, rel=1e-5)


def test_nothing_is_computed_that_cannot_be_stored(
    graph: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "explained_of", lambda _: pytest.fail("was computed"))
    with pytest.raises(GraphError, match="keeps no circuits; load the model whole, with: "):
        graph.circuit(x[:1], store="why")


def test_too_little_memory_to_store_a_circuit_is_named(
    graph: NeuronGraph, x: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(methods, "check_circuit", lambda _: None)
    monkeypatch.setattr(methods, "store_circuit", full)
    with pytest.raises(ParameterError, match="there is too little memory for it"):
        graph.circuit(x[:1], store="why")


@pytest.mark.parametrize("asked", ["attribution_paths", "circuit"])
def test_integrated_gradients_are_computed_once(
    model: Any, x: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    found = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal found
        found += 1
        return integrated(*given, **named)

    monkeypatch.setattr(attribution, "integrated", counted)
    load(saved(model, tmp_path / "m.keras"), tmp_path / "m.lbug")
    with NeuronGraph(tmp_path / "m.lbug") as stored:
        if asked == "circuit":
            stored.circuit(x[:1], rule="ig", store="why")
        else:
            stored.attribution_paths(x[:1], level="channel", rule="ig")
    assert found == 1
