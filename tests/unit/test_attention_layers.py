"""The attention layers of Keras, taken apart: against what Keras computes, and counted."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, failing, randomized, saved, wired

layers = keras.layers

SHAPES = {"query": (4, 6), "value": (5, 6), "key": (5, 7), "image": (2, 3, 6), "wide": (4, 5)}
ATTENTION_MASK = np.random.default_rng(4).random((1, 4, 5)) < 0.6

Call = Callable[[Any], Any]

MULTI_HEAD: dict[str, Call] = {
    "of itself": lambda t: layers.MultiHeadAttention(2, 3)(t.query, t.query),
    "of another": lambda t: layers.MultiHeadAttention(2, 3)(t.query, t.value),
    "with keys": lambda t: layers.MultiHeadAttention(2, 3)(t.query, t.value, key=t.key),
    "other values": lambda t: layers.MultiHeadAttention(2, 3, value_dim=4)(t.query, t.value),
    "causal": lambda t: layers.MultiHeadAttention(2, 3)(t.query, t.query, use_causal_mask=True),
    "no bias": lambda t: layers.MultiHeadAttention(1, 3, use_bias=False)(t.query, t.value),
    "shaped": lambda t: layers.MultiHeadAttention(2, 3, output_shape=(2, 4))(t.query, t.value),
    "gated": lambda t: layers.MultiHeadAttention(2, 3, use_gate=True)(t.query, t.value),
    "window": lambda t: layers.MultiHeadAttention(2, 3, sliding_window=2)(t.query, t.query),
    "masked": lambda t: layers.MultiHeadAttention(2, 3)(
        t.query, t.value, attention_mask=ATTENTION_MASK
    ),
    "dropout": lambda t: layers.MultiHeadAttention(2, 3, dropout=0.3)(
        t.query, t.query, use_causal_mask=True
    ),
    "scores": lambda t: layers.MultiHeadAttention(2, 3)(
        t.query, t.value, return_attention_scores=True
    ),
    "causal axis": lambda t: layers.MultiHeadAttention(2, 3, attention_axes=(2,))(
        t.image[:, :, :2], t.image[:, :, :2], use_causal_mask=True
    ),
    "one axis": lambda t: layers.MultiHeadAttention(2, 3, attention_axes=(2,))(t.image, t.image),
    "two axes": lambda t: layers.MultiHeadAttention(2, 3, attention_axes=(1, 2))(t.image, t.image),
}
GROUPED: dict[str, Call] = {
    "of itself": lambda t: layers.GroupQueryAttention(3, 4, 2)(t.query, t.query),
    "of another": lambda t: layers.GroupQueryAttention(3, 4, 1)(t.query, t.value),
    "causal": lambda t: layers.GroupQueryAttention(3, 2, 1)(t.query, t.query, use_causal_mask=True),
    "no bias": lambda t: layers.GroupQueryAttention(3, 2, 2, use_bias=False)(t.query, t.value),
    "scores": lambda t: layers.GroupQueryAttention(3, 2, 1)(
        t.query, t.value, return_attention_scores=True
    ),
}
SCORED: dict[str, Call] = {
    "dot": lambda t: layers.Attention()([t.query, t.value]),
    "scale": lambda t: layers.Attention(use_scale=True)([t.query, t.value]),
    "concat": lambda t: layers.Attention(score_mode="concat")([t.query, t.value]),
    "concat, scale": lambda t: layers.Attention(score_mode="concat", use_scale=True)(
        [t.query, t.value]
    ),
    "causal": lambda t: layers.Attention()([t.query, t.query], use_causal_mask=True),
    "keys": lambda t: layers.Attention(dropout=0.2)([t.query, t.key, t.value]),
    "scores": lambda t: layers.Attention()([t.query, t.value], return_attention_scores=True),
    "additive": lambda t: layers.AdditiveAttention()([t.query, t.value]),
    "additive, no scale": lambda t: layers.AdditiveAttention(use_scale=False)([t.query, t.value]),
    "additive, causal": lambda t: layers.AdditiveAttention()(
        [t.query, t.query], use_causal_mask=True
    ),
}
DOTS: dict[str, Call] = {
    "last": lambda t: layers.Dot(axes=2)([t.query, t.value]),
    "time": lambda t: layers.Dot(axes=1)([t.value, t.key]),
    "both": lambda t: layers.Dot(axes=(1, 2))([t.query, t.image[:, :, :, :4][:, 0]]),
    "vectors": lambda t: layers.Dot(axes=-1)([t.query[:, 0], t.value[:, 0]]),
    "image": lambda t: layers.Dot(axes=(3, 2))([t.image, t.query]),
    "cosine": lambda t: layers.Dot(axes=2, normalize=True)([t.query, t.value]),
}
FAMILIES = {"multi-head": MULTI_HEAD, "grouped": GROUPED, "scored": SCORED, "dot": DOTS}


@pytest.mark.parametrize("family", FAMILIES)
def test_layers_replay(family: str, tmp_path: Path) -> None:
    read = SimpleNamespace(**{name: keras.Input(shape) for name, shape in SHAPES.items()})
    outputs = [call(read) for call in FAMILIES[family].values()]
    flat = keras.tree.flatten(outputs)
    case = wired(randomized(keras.Model(list(vars(read).values()), flat)), tmp_path)
    assert failing(case, samples=2) == []


def test_one_layer_used_twice(tmp_path: Path) -> None:
    one, other = keras.Input((4, 6)), keras.Input((3, 6))
    shared = layers.MultiHeadAttention(2, 3, name="mha")
    case = wired(
        randomized(keras.Model([one, other], [shared(one, one), shared(other, one)])), tmp_path
    )
    assert failing(case) == []
    assert case.plan.parameters == shared.count_params()


def test_one_causal_layer_behind_another(tmp_path: Path) -> None:
    tokens = keras.Input((4, 6))
    mixed = layers.MultiHeadAttention(2, 3)(tokens, tokens, use_causal_mask=True)
    again = layers.MultiHeadAttention(2, 3)(mixed, mixed, use_causal_mask=True)
    case = wired(randomized(keras.Model(tokens, again)), tmp_path)
    assert failing(case) == []
    assert case.plan.edges == 2 * (4 * 4 * 6 * 6 + 3 * 2 * 10 * 6)


def test_a_causal_mask_of_another_axis_is_refused_as_keras_refuses_it(tmp_path: Path) -> None:
    """Keras makes it as long as the first axis, whichever is attended to."""
    image = keras.Input((3, 4, 6))
    mixed = layers.MultiHeadAttention(2, 3, attention_axes=(2,))(image, image, use_causal_mask=True)
    path = saved(keras.Model(image, mixed), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"'mask', and its call.* broadcastable"):
        open_model(path)


def test_parts_are_named_below_the_layer(tmp_path: Path) -> None:
    tokens = keras.Input((3, 4), name="tokens")
    mixed = layers.MultiHeadAttention(2, 3, name="mha")(tokens, tokens)
    case = wired(keras.Model(tokens, mixed), tmp_path)
    names = [layer.name for layer in case.plan.layers]
    assert names[:4] == ["tokens", "mha/query", "mha/key", "mha/value"]
    assert names[-1] == "mha/attention_output"


def test_heads_are_channels(tmp_path: Path) -> None:
    tokens = keras.Input((3, 4), name="tokens")
    mixed = layers.MultiHeadAttention(2, 3, name="mha")(tokens, tokens)
    case: Wired = wired(keras.Model(tokens, mixed), tmp_path)
    channels = {
        each.name: len(set(each.neuron_table("m", 0, each.neurons)["channel"].to_pylist()))
        for each in case.plan.layers
    }
    assert channels.pop("tokens") == channels.pop("mha/attention_output") == 4
    assert set(channels.values()) == {2}
