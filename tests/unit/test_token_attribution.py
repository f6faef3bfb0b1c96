"""What comes through the tokens of an input, in circuits and in pictures, against TensorFlow."""

from collections.abc import Iterator
from typing import Any, Literal

import keras
import numpy as np
import pytest

from queries import NeuronGraph
from tests.unit.builders import randomized

layers = keras.layers
TOKENS = [3, 1, 4, 1]


@pytest.fixture(scope="module", params=["int32", "float32"])
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[Any, NeuronGraph]]:
    """Give a small recurrent model of tokens, as integers and as floats, and its graph."""
    tokens = keras.Input((4,), dtype=request.param, name="tokens")
    looked_up = layers.Embedding(6, 3, name="embedding")(tokens)
    model = randomized(keras.Model(tokens, layers.Dense(2, name="out")(layers.GRU(3)(looked_up))))
    with NeuronGraph(model) as graph:
        yield model, graph


def cells_of(graph: NeuronGraph, **asked: Any) -> Any:
    """Return what the saliency map shows."""
    drawn: Any = graph.plot.saliency(TOKENS, **asked).figure.select_one({"name": "cells"})
    return drawn.data_source.data


def through_positions(model: Any, tokens: list[int], towards: int) -> Any:
    """Return by position what TensorFlow says of the embedding: value times gradient."""
    import tensorflow as tf

    behind = keras.Model(model.get_layer("embedding").output, model.output)
    value = tf.constant(model.get_layer("embedding")(np.array([tokens])))
    with tf.GradientTape() as tape:
        tape.watch(value)
        target = behind(value)[0, towards]
    return np.asarray(value * tape.gradient(target, value)).sum(axis=-1)[0]


def test_saliency_of_tokens_is_what_their_embeddings_have(opened: tuple[Any, NeuronGraph]) -> None:
    model, graph = opened
    cells = cells_of(graph, towards="out[1]", products="gradient")
    expected = through_positions(model, TOKENS, 1)
    assert cells["source"].tolist() == [f"tokens[{place}]" for place in range(4)]
    assert cells["weight"] == pytest.approx(expected, rel=1e-4)
    assert np.abs(expected).max() > 1e-3


def test_saliency_against_a_baseline_is_that_of_the_input(opened: tuple[Any, NeuronGraph]) -> None:
    _, graph = opened
    asked: dict[str, Any] = {"towards": "out[1]", "rule": "rescale"}
    frame = graph.attribution(TOKENS, "tokens", **asked)
    assert cells_of(graph, **asked)["weight"].tolist() == frame["attribution"].tolist()
    assert frame["attribution"].abs().min() > 0


@pytest.mark.parametrize("rule", ["gradient", "rescale"])
def test_a_circuit_begins_at_tokens(opened: tuple[Any, NeuronGraph], rule: str) -> None:
    _, graph = opened
    asked: dict[str, Any] = {"level": "neuron", "node_share": 1, "edge_share": 1, "rule": rule}
    nodes = graph.circuit_nodes(TOKENS, **asked)
    begin = set(nodes[nodes["kind"] == "input"]["name"])
    # Against a baseline the step has a slope, and what makes the difference is the input.
    expected = {
        "gradient": {f"embedding/token[{each}]@{place}" for place, each in enumerate(TOKENS)},
        "rescale": {f"tokens[{place}]" for place in range(4)},
    }
    assert begin == expected[rule]
    (scores,) = graph.circuit_scores(TOKENS, **asked).to_dict("records")
    assert 0 < scores["replacement"] <= 1
    target = nodes[nodes["kind"] == "target"]["attribution"].sum()
    begins = nodes[nodes["kind"] == "input"]["attribution"].sum() + scores["bias_part"]
    assert begins == pytest.approx(target, abs=1e-5)


def order_of(model: Any) -> Any:
    """Return the positions of tokens, those of the largest attribution first."""
    return np.argsort(-through_positions(model, TOKENS, 1), kind="stable").tolist()


@pytest.mark.parametrize("other", [[0, 0, 0, 0], [5, 2, 2, 5]])
@pytest.mark.parametrize("how", ["deletion", "insertion"])
def test_tokens_are_deleted_by_what_comes_through_them(
    opened: tuple[Any, NeuronGraph], other: list[int], how: Literal["deletion", "insertion"]
) -> None:
    model, graph = opened
    patch = None if not any(other) else other
    frame = graph.deletion_curve(
        TOKENS, how=how, points=4, towards="out[1]", patch=patch, products="gradient"
    )
    tokens, then = (TOKENS, other) if how == "deletion" else (other, TOKENS)
    tokens, expected = [*tokens], []
    for position in [None, *order_of(model)]:
        if position is not None:
            tokens[position] = then[position]
        expected.append(model.predict(np.array([tokens]), verbose=0)[0, 1])
    assert frame["value"].to_numpy() == pytest.approx(np.array(expected), rel=1e-4, abs=1e-6)
    assert order_of(model) != [0, 1, 2, 3]


def test_inputs_are_ranked_by_what_comes_through_a_token(opened: tuple[Any, NeuronGraph]) -> None:
    model, graph = opened
    x = np.array([TOKENS, [5, 0, 2, 2], [1, 1, 5, 3]])
    frame = graph.top_inputs(
        x, "tokens", k=3, measure="attribution", towards="out[1]", products="gradient"
    )
    expected = np.array([through_positions(model, each, 1) for each in x.tolist()])
    for position in range(4):
        own = frame[frame["name"] == f"tokens[{position}]"]
        order = np.argsort(-expected[:, position])
        assert own["input"].astype(int).tolist() == order.tolist()
        assert own["value"].to_numpy() == pytest.approx(expected[order, position], rel=1e-4)
