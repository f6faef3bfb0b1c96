"""Attention patterns are those that Keras returns; loadings of heads are what TensorFlow says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from queries import NeuronGraph
from queries.errors import LayerNotFoundError, NeurongraphError, ParameterError
from queries.plots import attention
from tests.unit.builders import randomized, saved

layers = keras.layers
EXPORTS: Final = Path(__file__).parent.parent / "integration" / "pytorch" / "exports"
Numbers = NDArray[np.floating[Any]]
T, D, V = 4, 8, 9
PATTERN: Final = "dot_product_attention/scores"
CAUSAL: Final = {"use_causal_mask": True}


def multi_head(**call: Any) -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.MultiHeadAttention(2, 3, value_dim=2, name="heads")
    return keras.Model(x, layer(x, x, **call)), layer


def padded() -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.MultiHeadAttention(2, 3, name="heads")
    steps = layers.Masking()(x)
    return keras.Model(x, layer(steps, steps)), layer


def with_scores() -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.MultiHeadAttention(2, 3, name="heads")
    return keras.Model(x, layer(x, x, return_attention_scores=True)[0]), layer


def grouped() -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.GroupQueryAttention(3, 4, 2, name="heads")
    return keras.Model(x, layer(x, x)), layer


def over_images() -> tuple[Any, Any]:
    x = keras.Input((2, 3, D), name="x")
    layer = layers.MultiHeadAttention(2, 3, attention_axes=(1, 2), name="heads")
    return keras.Model(x, layer(x, x)), layer


def dot(**call: Any) -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.Attention(use_scale=True, name="heads")
    return keras.Model(x, layer([x, x], **call)), layer


def additive() -> tuple[Any, Any]:
    x = keras.Input((T, D), name="x")
    layer = layers.AdditiveAttention(name="heads")
    return keras.Model(x, layer([x, x])), layer


MODELS: Final[dict[str, Callable[[], tuple[Any, Any]]]] = {
    "additive": additive,
    "causal": lambda: multi_head(**CAUSAL),
    "dot": dot,
    "dot, causal": lambda: dot(**CAUSAL),
    "grouped": grouped,
    "multi-head": multi_head,
    "over images": over_images,
    "padded": padded,
    "with scores": with_scores,
}


def said_by_keras(name: str, layer: Any, x: Numbers) -> Numbers:
    """Return the scores that Keras returns: shape (samples, heads, queries, keys)."""
    call: dict[str, Any] = CAUSAL if "causal" in name else {}
    if name == "padded":
        steps = (x != 0).any(axis=-1)
        call = {"attention_mask": steps[:, np.newaxis] & steps[..., np.newaxis]}
    separate = isinstance(layer, (layers.Attention, layers.AdditiveAttention))
    given = [[x, x]] if separate else [x, x]
    scores = np.asarray(layer(*given, **call, return_attention_scores=True)[1])
    if separate:
        return scores[:, np.newaxis]
    places = int(np.prod(x.shape[1:-1]))
    return scores.reshape(len(x), scores.shape[1], places, places)


@pytest.mark.parametrize("name", MODELS)
def test_patterns_are_those_of_keras(name: str) -> None:
    model, layer = MODELS[name]()
    randomized(model)
    x = np.random.default_rng(4).normal(size=(2, *model.input_shape[1:])).astype(np.float32)
    if name == "padded":
        x[0, 2:] = x[1, 3:] = 0
    expected = said_by_keras(name, layer, x)
    with NeuronGraph(model) as graph:
        frame = graph.attention(x, layer="heads")
    found = frame["weight"].to_numpy().reshape(expected.shape)
    axes = np.indices(expected.shape).reshape(4, -1)[1:]
    assert np.array_equal(frame[["head", "query", "key"]].to_numpy().T, axes)
    # Of a query that is left out itself Keras returns 0, and computes with equal shares.
    attends = expected.any(axis=-1)
    assert attends.all() == (name != "padded")
    np.testing.assert_allclose(found[attends], expected[attends], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found[~attends], 1 / T)
    assert np.array_equal(found[attends] == 0, expected[attends] == 0)
    assert frame["score"].isna().tolist() == (found == 0).reshape(-1).tolist()
    assert (found == 0).any() == (name in {"causal", "dot, causal", "padded"})


def test_scores_are_what_the_softmax_is_applied_to() -> None:
    model, _ = multi_head()
    with NeuronGraph(randomized(model)) as graph:
        frame = graph.attention(np.ones((T, D)))
        at = graph.activations(np.ones((T, D))).set_index("id")
    powers = np.exp(frame["score"].to_numpy().reshape(2, T, T))
    expected = frame["weight"].to_numpy().reshape(2, T, T)
    np.testing.assert_allclose(powers / powers.sum(axis=-1, keepdims=True), expected, rtol=1e-5)
    assert frame["weight"].tolist() == at["value"].loc[frame["id"]].tolist()


def test_sparsest_rows_are_kept() -> None:
    model, _ = multi_head()
    x = np.random.default_rng(1).normal(size=(3, T, D))
    with NeuronGraph(randomized(model)) as graph:
        whole = graph.attention(x, sort="-weight")
        assert graph.attention(x, sort="-weight", limit=5).equals(whole.head(5))


EPSILON: Final = 0.125
"""Single precision holds it, as the weights 1/8 of a mean and the scale 1/2 of a score."""


def gpt() -> Any:
    tokens = keras.Input((T,), dtype="int32", name="tokens")
    stream = layers.Embedding(V, D, name="embedding")(tokens)
    for block in range(2):
        normed = layers.LayerNormalization(epsilon=EPSILON, name=f"norm_{block}")(stream)
        heads = layers.MultiHeadAttention(2, 4, name=f"heads_{block}")
        stream = layers.Add(name=f"stream_{block}")([stream, heads(normed, normed, **CAUSAL)])
    return randomized(keras.Model(tokens, layers.Dense(V, name="logits")(stream)))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give a small transformer, and its file open."""
    model = gpt()
    path = saved(model, tmp_path_factory.mktemp("heads") / "gpt.keras")
    with NeuronGraph(path) as graph:
        yield model, graph


def held(model: Any, tokens: list[int], towards: int) -> list[Numbers]:
    """Return by block what of a logit of the last position comes through (head, query, key).

    The patterns and the deviations of normalizations are constants for the gradient.
    """
    import tensorflow as tf

    def of(name: str) -> list[Any]:
        return [tf.cast(each, tf.float64) for each in model.get_layer(name).weights]

    def projected(x: Any, dense: Any) -> Any:
        return (
            tf.einsum("td,dhf->htf", x, tf.cast(dense.kernel, tf.float64))
            + tf.cast(dense.bias, tf.float64)[:, tf.newaxis]
        )

    (table,) = of("embedding")
    stream = tf.gather(table, tokens)
    patterns, values, heard = [], [], []
    with tf.GradientTape() as tape:
        tape.watch(stream)
        for block in range(2):
            centred = stream - tf.reduce_mean(stream, axis=-1, keepdims=True)
            spread = tf.reduce_mean(centred**2, axis=-1, keepdims=True) + EPSILON
            gamma, beta = of(f"norm_{block}")
            normed = centred * tf.stop_gradient(1 / tf.sqrt(spread)) * gamma + beta
            layer = model.get_layer(f"heads_{block}")
            query, key, value = (
                projected(normed, each)
                for each in (layer._query_dense, layer._key_dense, layer._value_dense)
            )
            scores = tf.einsum("hqf,hkf->hqk", query, key) / 2
            scores = tf.where(np.tri(T, dtype=bool), scores, tf.constant(-np.inf, tf.float64))
            patterns.append(tf.stop_gradient(tf.nn.softmax(scores)))
            values.append(value)
            heard.append(tf.matmul(patterns[-1], value))
            out, bias = (tf.cast(each, tf.float64) for each in layer._output_dense.weights)
            stream = stream + tf.einsum("hqf,hfd->qd", heard[-1], out) + bias
        kernel, bias = of("logits")
        target = (tf.matmul(stream, kernel) + bias)[-1, towards]
    gradients = tape.gradient(target, heard)
    return [
        np.einsum("hqk,hkf,hqf->hqk", *(np.asarray(each) for each in three))
        for three in zip(patterns, values, gradients, strict=True)
    ]


def test_loadings_are_those_of_patterns_that_are_held(opened: Any) -> None:
    model, graph = opened
    tokens = [3, 1, 4, 1]
    expected = held(model, tokens, towards=5)
    asked: dict[str, Any] = {"input": tokens, "towards": "logits[5]@3"}
    for block, each in enumerate(expected):
        frame = graph.head_loadings(**asked, layer=f"heads_{block}", split="position")
        found = frame["attribution"].to_numpy().reshape(2, T, T)
        np.testing.assert_allclose(found, each, rtol=1e-9, atol=1e-12)
        for split, axis in (("head", (1, 2)), ("query", 2), ("key", 1)):
            frame = graph.head_loadings(**asked, layer=f"heads_{block}", split=split)
            summed = each.sum(axis=axis).reshape(-1)
            np.testing.assert_allclose(frame["attribution"], summed, rtol=1e-9, atol=1e-12)
    assert np.abs(expected[0]).max() > 1e-3


@pytest.mark.parametrize("rule", ["gradient", "secant", "rescale", "ig"])
def test_heads_the_bias_and_the_residual_are_the_stream(opened: Any, rule: str) -> None:
    _, graph = opened
    asked: dict[str, Any] = {"towards": "logits[5]@3", "rule": rule}
    asked |= {"steps": 3} if rule == "ig" else {}
    x = [[3, 1, 4, 1], [5, 5, 0, 8]]
    heads = graph.head_loadings(x, **asked)
    parts = graph.attribution(x, **asked, products="frozen")
    by_layer = parts.groupby(["input", "layer"])[["attribution", "bias_part"]].sum()
    loaded = heads.groupby(["input", "layer"])["attribution"].sum()
    for sample in ("0", "1"):
        through = [loaded[sample, f"heads_{block}/{PATTERN}"] for block in range(2)]
        for block, loading in enumerate(through):
            out = by_layer.loc[sample, f"heads_{block}/attention_output"]
            assert loading + out["bias_part"] == pytest.approx(out["attribution"])
        if rule != "ig":
            edges = graph.edge_attribution(x, **asked, products="frozen", k=100_000)
            kept = (edges["input"] == sample) & edges["target_name"].str.startswith("stream_1[")
            kept &= edges["source_name"].str.startswith("stream_0[")
            residual = edges[kept]["attribution"].sum()
            assert through[1] + out["bias_part"] + residual == pytest.approx(
                by_layer.loc[sample, "stream_1"]["attribution"]
            )


def test_positions_have_the_tokens_that_stand_there(opened: Any) -> None:
    _, graph = opened
    tokens = np.array([[3, 1, 4, 1], [5, 8, 2, 6]])
    frame = graph.attention(tokens, layer="heads_1")
    sample = frame["input"].astype(int).to_numpy()
    for end in ("query", "key"):
        assert frame[f"{end}_token"].tolist() == tokens[sample, frame[end]].tolist()
    by_key = graph.head_loadings(tokens, layer="heads_1", split="key", towards="logits[5]@3")
    assert by_key["query"].isna().all()
    assert by_key["query_token"].isna().all()
    assert by_key["key_token"].tolist() == [*tokens[0], *tokens[0], *tokens[1], *tokens[1]]


def test_two_inputs_of_tokens_of_one_length_name_none() -> None:
    a, b = (keras.Input((T,), dtype="int32", name=name) for name in "ab")
    x, y = layers.Embedding(V, D)(a), layers.Embedding(V, D)(b)
    model = keras.Model([a, b], layers.MultiHeadAttention(1, 3)(x, y))
    with NeuronGraph(randomized(model)) as graph:
        frame = graph.attention({"a": [[1, 2, 3, 4]], "b": [[5, 6, 7, 8]]})
    assert len(frame) == T * T
    assert frame["key_token"].isna().all()


def test_names_the_attention_where_there_is_none_of_the_name(opened: Any) -> None:
    _, graph = opened
    for ask in (graph.attention, graph.head_loadings):
        with pytest.raises(LayerNotFoundError, match=r"no attention 'norm_0'; it has heads_0/dot"):
            ask([3, 1, 4, 1], layer="norm_0")


def test_patterns_of_an_onnx_file_are_those_of_onnxruntime() -> None:
    import onnx
    from onnxruntime import InferenceSession

    model = onnx.load(EXPORTS / "encoder.dynamo.onnx")
    (softmax,) = (node for node in model.graph.node if node.op_type == "Softmax")
    model.graph.output.append(onnx.ValueInfoProto(name=softmax.output[0]))
    session = InferenceSession(model.SerializeToString())
    tokens = np.array([[2, 0, 1]])
    (expected,) = session.run([softmax.output[0]], {"tokens": tokens})
    with NeuronGraph(EXPORTS / "encoder.dynamo.onnx") as graph:
        frame = graph.attention(tokens)
        last = graph.layers()["name"].iloc[-1]
        by_query = graph.head_loadings(tokens, split="query", towards=f"{last}[0]")
    assert frame["weight"].to_numpy() == pytest.approx(expected.reshape(-1), rel=1e-5)
    assert frame["key_token"].tolist() == [2, 0, 1] * 6
    assert by_query["query_token"].tolist() == [2, 0, 1] * 2


def test_a_softmax_that_weighs_nothing_is_no_attention() -> None:
    x = keras.Input((T, D), name="x")
    gate = layers.Dense(D, activation="softmax")(x)
    gated = layers.Dense(3)(layers.Flatten()(layers.Multiply()([gate, x])))
    with NeuronGraph(randomized(keras.Model(x, layers.Softmax()(gated)))) as graph:
        assert graph.attention(np.ones((T, D))).empty
        assert graph.head_loadings(np.ones((T, D))).empty


def test_a_picture_has_an_image_for_each_head(opened: Any) -> None:
    _, graph = opened
    frame = graph.attention([3, 1, 4, 1])
    drawn: Any = graph.plot.attention([3, 1, 4, 1]).figure
    cells = drawn.select_one({"name": "cells"}).data_source.data
    assert cells["weight"].tolist() == frame["weight"].tolist()
    heads = drawn.select_one({"name": "heads"}).data_source.data["text"].tolist()
    assert [head[-2:] for head in heads] == [" 0", " 1", " 0", " 1"]
    # No two weights stand in one place, and within an image keys go right and queries down.
    places = set(zip(cells["left"].tolist(), cells["top"].tolist(), strict=True))
    assert len(places) == len(frame)
    first = (frame["layer"] == frame["layer"][0]) & (frame["head"] == 0)
    assert cells["left"][first].tolist() == frame["key"][first].tolist()
    assert cells["top"][first].tolist() == frame["query"][first].tolist()
    assert drawn.xaxis[0].major_label_overrides[2.0] == "4"


def test_what_cannot_be_drawn_is_said(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, graph = opened
    with pytest.raises(ParameterError, match="2 samples, and the attention of one is drawn"):
        graph.plot.attention([[3, 1, 4, 1], [3, 1, 4, 1]])
    for name, wrong in (("layer", 3), ("size", "large"), ("model", 3), ("input", "nowhere")):
        with pytest.raises(NeurongraphError, match=name):
            graph.plot.attention(**{"input": [3, 1, 4, 1], name: wrong})
    monkeypatch.setattr(attention, "MOST_CELLS", 40)
    with pytest.raises(ParameterError, match="64 weights in 4 images, and 40 in 100 are drawn"):
        graph.plot.attention([3, 1, 4, 1])
    assert graph.plot.attention([3, 1, 4, 1], layer="heads_1").figure
    x = keras.Input((2,))
    with (
        NeuronGraph(keras.Model(x, layers.Dense(2)(x))) as other,
        pytest.raises(ParameterError, match="has no attention to be drawn"),
    ):
        other.plot.attention([1, 2])
