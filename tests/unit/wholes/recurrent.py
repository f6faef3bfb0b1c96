"""Models that read step by step."""

from typing import Any

import keras

from tests.unit.wholes.parts import TOKENS, layers, ops, tokens_of

ALL: dict[str, Any] = {"return_sequences": True}


def classifier(kind: str, *, padded: bool = False) -> Any:
    """Read a text, and say its class; token 0 may stand for no text."""
    read = tokens_of(5)
    x = layers.Embedding(TOKENS, 4, mask_zero=padded)(read)
    x = getattr(layers, kind)(3, dropout=0.2)(x)
    return keras.Model(read, layers.Dense(3, activation="softmax")(x))


def tagger(*, padded: bool = False) -> Any:
    """Tag each token by what stands before and behind it."""
    read = tokens_of(4)
    x = layers.Embedding(TOKENS, 4, mask_zero=padded)(read)
    x = layers.Dropout(0.2)(layers.Bidirectional(layers.LSTM(3, **ALL))(x))
    return keras.Model(read, layers.TimeDistributed(layers.Dense(3, activation="softmax"))(x))


def sequence_to_sequence() -> Any:
    """Begin the decoder with what the encoder ended with."""
    source, target = tokens_of(4, "source"), tokens_of(3, "target")
    _, *state = layers.LSTM(4, return_state=True)(layers.Embedding(TOKENS, 3)(source))
    decoder = layers.LSTM(4, return_state=True, **ALL)
    said, hidden, carried = decoder(layers.Embedding(TOKENS, 3)(target), initial_state=state)
    odds = layers.Dense(TOKENS, activation="softmax")(said)
    return keras.Model([source, target], [odds, hidden, carried])


def attentive() -> Any:
    """Look back at the source from each step of the decoder."""
    source, target = tokens_of(4, "source"), tokens_of(3, "target")
    encoded, state = layers.GRU(4, return_state=True, **ALL)(layers.Embedding(TOKENS, 3)(source))
    decoded = layers.GRU(4, **ALL)(layers.Embedding(TOKENS, 3)(target), initial_state=state)
    context = layers.AdditiveAttention()([decoded, encoded])
    joined = layers.Concatenate()([decoded, context])
    return keras.Model([source, target], layers.Dense(TOKENS)(joined))


def next_frame() -> Any:
    """Read frames by a recurrent convolution, and draw the next one."""
    frames = keras.Input((3, 4, 4, 1), name="frames")
    x = layers.ConvLSTM2D(2, 3, padding="same", **ALL)(frames)
    x = layers.ConvLSTM2D(2, 3, padding="same")(layers.BatchNormalization()(x))
    return keras.Model(frames, ops.sigmoid(layers.Conv2D(1, 3, padding="same")(x)))
