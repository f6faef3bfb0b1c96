"""Layers that compute with the masks of padded tokens say what Keras predicts."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from exporter.planning.push import plan
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.replay import replay
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import randomized, saved, wired

layers, ops = keras.layers, keras.ops

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")

STEPS, WIDTH = 5, 4
PADDED = np.asarray(
    [[1, 2, 3, 4, 5], [3, 2, 0, 0, 0], [0, 0, 4, 1, 2], [0, 0, 0, 0, 0], [1, 0, 2, 0, 6]], "int32"
)

Formula = Callable[[Any], Any]


def masked(x: Any) -> Any:
    return layers.Embedding(7, WIDTH, mask_zero=True)(x)


def unmasked(x: Any) -> Any:
    return layers.Embedding(7, WIDTH)(x)


def state(x: Any) -> Any:
    return layers.Dense(3)(layers.Flatten()(unmasked(x)))


def recurrent(cls: Any, states: int) -> dict[str, Formula]:
    def begun(x: Any, mask: Any) -> Any:
        begins = [state(x) for _ in range(states)]
        return cls(3, return_sequences=True)(masked(x), initial_state=begins, mask=mask)

    return {
        "last": lambda x: cls(3)(masked(x)),
        "all": lambda x: cls(3, return_sequences=True)(masked(x)),
        "backwards": lambda x: cls(3, go_backwards=True, return_sequences=True)(masked(x)),
        "zeros": lambda x: cls(3, return_sequences=True, zero_output_for_mask=True)(masked(x)),
        "last_or_zeros": lambda x: cls(3, zero_output_for_mask=True)(masked(x)),
        "states": lambda x: layers.Concatenate()(list(cls(3, return_state=True)(masked(x)))),
        "unrolled": lambda x: cls(3, unroll=True)(masked(x)),
        "stacked": lambda x: cls(2)(layers.Dropout(0.1)(cls(3, return_sequences=True)(masked(x)))),
        "both_ways": lambda x: cls(2)(
            layers.Bidirectional(cls(3, return_sequences=True))(masked(x))
        ),
        # Keras gives no mask to a layer that is given two tensors.
        "begun": lambda x: begun(x, None),
        "begun_with_mask": lambda x: begun(x, ops.not_equal(x, 0)),
    }


def itself(x: Any, layer: Any, **settings: Any) -> Any:
    tokens = masked(x)
    return layer(tokens, tokens, **settings)


def each(x: Any, layer: Any, **settings: Any) -> Any:
    tokens = masked(x)
    return layer([tokens, tokens], **settings)


def heads() -> Any:
    return layers.MultiHeadAttention(2, 3)


def decoded(x: Any) -> Any:
    encoded, target = masked(x), masked(x)
    return heads()(itself(x, heads(), use_causal_mask=True) + target, encoded)


FAMILIES: dict[str, Mapping[str, Formula]] = {
    "lstm": recurrent(layers.LSTM, 2),
    "gru": {
        **recurrent(layers.GRU, 1),
        "reset_before": lambda x: layers.GRU(3, reset_after=False)(masked(x)),
    },
    "simple": recurrent(layers.SimpleRNN, 1),
    "cells": {
        "stacked_cells": lambda x: layers.RNN(
            [layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True
        )(masked(x)),
        "convolved": lambda x: layers.ConvLSTM1D(2, 2)(
            layers.TimeDistributed(layers.Reshape((2, 2)))(masked(x))
        ),
        "masking": lambda x: layers.LSTM(3)(
            layers.Masking(0.0)(ops.cast(ops.expand_dims(x, -1), "float32"))
        ),
        "apart": lambda x: layers.Concatenate()(
            list(layers.Bidirectional(layers.LSTM(3), merge_mode=None)(masked(x)))
        ),
    },
    "attention": {
        "heads": lambda x: itself(x, heads()),
        "causal": lambda x: itself(x, heads(), use_causal_mask=True),
        "constant": lambda x: itself(
            x, heads(), attention_mask=np.tri(STEPS, dtype=bool)[np.newaxis]
        ),
        "values": lambda x: heads()(unmasked(x), masked(x)),
        "keys": lambda x: heads()(unmasked(x), unmasked(x), masked(x)),
        "groups": lambda x: itself(x, layers.GroupQueryAttention(2, 4, 2)),
        "dots": lambda x: each(x, layers.Attention()),
        "causal_dots": lambda x: each(x, layers.Attention(use_scale=True), use_causal_mask=True),
        "queries": lambda x: layers.Attention()([masked(x), unmasked(x)]),
        "additive": lambda x: each(x, layers.AdditiveAttention()),
        "decoder": decoded,
    },
    "joined": {
        "product": lambda x: layers.Multiply()([masked(x), masked(x)]),
        "product_of_one": lambda x: layers.Multiply()([unmasked(x), masked(x)]),
        "largest": lambda x: layers.Maximum()([masked(x), masked(x)]),
        "smallest_of_one": lambda x: layers.Minimum()([unmasked(x), masked(x)]),
        "concatenated": lambda x: layers.LSTM(2)(layers.Concatenate()([masked(x), unmasked(x)])),
        "behind": lambda x: layers.LSTM(2)(layers.Concatenate(axis=1)([masked(x), unmasked(x)])),
        "added": lambda x: layers.LSTM(2)(layers.Add()([masked(x), masked(x)])),
        "product_read": lambda x: layers.LSTM(2)(layers.Multiply()([masked(x), masked(x)])),
        "cast": lambda x: layers.LSTM(2)(layers.Dense(2)(ops.cast(masked(x), "float32"))),
        "attended": lambda x: layers.LSTM(2)(itself(x, heads())),
    },
    "own": {
        "block": lambda x: layers.GlobalMaxPooling1D()(Block()(masked(x))),
        "handed_on": lambda x: layers.LSTM(2)(Block()(masked(x))),
        "mask_taken": lambda x: layers.LSTM(2)(Scaled()(masked(x))),
        "mask_made": lambda x: layers.LSTM(2)(Positions()(x)),
        "reversible": lambda x: layers.LSTM(2)(
            layers.ReversibleEmbedding(7, WIDTH, mask_zero=True)(x)
        ),
        "nested": lambda x: nested()(masked(x)),
    },
}


@keras.saving.register_keras_serializable("tests_masked")
class Block(keras.layers.Layer):  # type: ignore[misc]
    """A block of a transformer that says nothing of masks."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.attention, self.feed = heads(), layers.Dense(WIDTH, activation="relu")

    def build(self, shape: Any) -> None:
        self.attention.build(shape, shape)
        self.feed.build(shape)

    def call(self, x: Any) -> Any:
        return self.feed(x + self.attention(x, x))


@keras.saving.register_keras_serializable("tests_masked")
class Scaled(keras.layers.Layer):  # type: ignore[misc]
    """A layer that is given a mask, and hands it on."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True

    def call(self, x: Any, mask: Any = None) -> Any:
        return x if mask is None else x * (1 + ops.cast(mask, "float32"))[:, :, None]


@keras.saving.register_keras_serializable("tests_masked")
class Positions(keras.layers.Layer):  # type: ignore[misc]
    """Tokens and their positions, with the mask of the tokens."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True
        self.tokens = layers.Embedding(7, WIDTH, mask_zero=True)
        self.positions = layers.Embedding(STEPS, WIDTH)

    def build(self, shape: Any) -> None:
        self.tokens.build(shape)
        self.positions.build((STEPS,))

    def call(self, x: Any) -> Any:
        return self.tokens(x) + self.positions(ops.arange(0, ops.shape(x)[-1]))

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        return self.tokens.compute_mask(x)


@keras.saving.register_keras_serializable("tests_masked")
class Closed(keras.layers.Layer):  # type: ignore[misc]
    """A layer whose mask cannot be followed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True

    def call(self, x: Any) -> Any:
        return x * 2.0

    def compute_mask(self, x: Any, mask: Any = None) -> Any:
        if x.shape[0] is not None:
            raise ValueError("a batch of one is none")
        return ops.any(x != 0, axis=-1)


SLOW = {"gru", "simple"}
"""Families that go the way of another one."""


def nested() -> Any:
    read = keras.Input((STEPS, WIDTH))
    return keras.Model(read, layers.LSTM(2)(layers.Dense(3)(read)), name="nested_model")


@pytest.mark.parametrize(
    "family",
    [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in FAMILIES],
)
def test_says_what_keras_predicts(family: str, tmp_path: Path) -> None:
    read = keras.Input((STEPS,), dtype="int32", name="tokens")
    outputs = [
        layers.Dense(2, name=f"of_{name}")(layers.Flatten()(formula(read)))
        for name, formula in FAMILIES[family].items()
    ]
    case = wired(randomized(keras.Model(read, outputs)), tmp_path)
    values = replay(StreamSource(case.plan), {"tokens": PADDED.astype(np.float64)})
    predicted = case.model.keras.predict_on_batch(PADDED)
    for name, expected in zip(FAMILIES[family], predicted, strict=True):
        said = values[f"of_{name}"]
        np.testing.assert_allclose(said, np.asarray(expected), atol=2e-5, err_msg=name)


@pytest.mark.parametrize(("name", "states"), [("SimpleRNN", 1), ("LSTM", 2)])
def test_a_step_chooses_each_of_its_states_once(name: str, states: int, tmp_path: Path) -> None:
    read = keras.Input((3, 2))
    last = getattr(layers, name)(2, name="rnn")(layers.Masking()(read))
    planned = wired(keras.Model(read, last), tmp_path).plan.layers
    chosen = [layer.name for layer in planned if layer.name.startswith("rnn@t1/where")]
    assert len({name.split("/")[1] for name in chosen}) == states


def test_steps_of_steps(tmp_path: Path) -> None:
    read = keras.Input((3, STEPS), dtype="int32", name="tokens")
    sentences = layers.TimeDistributed(layers.LSTM(3))(masked(read))
    case = wired(randomized(keras.Model(read, layers.Dense(2, name="last")(sentences))), tmp_path)
    tokens = np.stack([PADDED[:3], PADDED[2:]])
    values = replay(StreamSource(case.plan), {"tokens": tokens.reshape(2, -1).astype(np.float64)})
    expected = np.asarray(case.model.keras.predict_on_batch(tokens))
    np.testing.assert_allclose(values["last"].reshape(expected.shape), expected, atol=1e-5)


def test_a_mask_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    read = keras.Input((STEPS, 3))
    closed = Closed()(read)
    model = keras.Model(read, layers.Attention(name="reader")([closed, closed]))
    path = saved(model, tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=r"reader .*mask of its input .*: a batch"):
        plan(open_model(path))
