"""Transformers."""

from typing import Any, Final

import keras

from tests.unit.wholes.parts import TOKENS, ClassToken, Made, Positions, layers, ops, tokens_of

GPT: Final = (32, 64, 4, 2, 65)
"""32 tokens of 65 (the characters of Shakespeare's plays), 64 dimensions, 4 heads, 2 blocks."""

VIT_TINY: Final = (32, 4, 192, 3, 12)
"""Touvron et al. (2021): images of 32x32 in patches of 4x4, 192 dimensions, 3 heads, 12 blocks."""


def vision_transformer(
    side: int = 8, patch: int = 4, size: int = 8, heads: int = 2, blocks: int = 2
) -> Any:
    """Cut an image into patches, and tell its class from a token of its own."""
    image = keras.Input((side, side, 3), name="image")
    x = layers.Conv2D(size, patch, strides=patch, name="patches")(image)
    x = layers.Reshape((-1, size), name="row")(x)
    x = Positions(name="positions")(ClassToken(name="class_token")(x))
    for number in range(blocks):
        x = _block(x, heads, f"block_{number}")
    x = layers.LayerNormalization(name="norm")(x)
    return keras.Model(image, layers.Dense(10, name="classes")(x[:, 0]))


def language_model(
    length: int = 6, size: int = 8, heads: int = 2, blocks: int = 2, tokens: int = TOKENS
) -> Any:
    """Say the next token at each position; the table of tokens is read in both directions."""
    read = tokens_of(length)
    table = layers.ReversibleEmbedding(tokens, size, name="table")
    x = Positions(name="positions")(table(read))
    for number in range(blocks):
        x = _block(x, heads, f"block_{number}", causal=True)
    x = layers.LayerNormalization(name="norm")(x)
    return keras.Model(read, table(x, reverse=True))


def gated_language_model() -> Any:
    """Share keys by groups of heads, normalize by roots of squares, and gate what is between."""
    read = tokens_of(5)
    x = layers.Embedding(TOKENS, 8)(read)
    for _ in range(2):
        normed = layers.RMSNormalization()(x)
        x += layers.GroupQueryAttention(4, 4, 2, use_bias=False)(
            normed, normed, use_causal_mask=True
        )
        normed = layers.RMSNormalization()(x)
        gate = layers.Dense(12, activation="silu", use_bias=False)(normed)
        wide = layers.Dense(12, use_bias=False)(normed)
        x += layers.Dense(8, use_bias=False)(gate * wide)
    return keras.Model(read, layers.Dense(TOKENS)(layers.RMSNormalization()(x)))


def encoder_decoder(*, padded: bool = False) -> Any:
    """Translate: what is said so far looks back at itself, and at all of the source."""
    source, target = tokens_of(5, "source"), tokens_of(4, "target")
    x = Positions()(layers.Embedding(TOKENS, 8, mask_zero=padded)(source))
    encoded = _behind(x, layers.MultiHeadAttention(2, 4)(x, x))
    y = Positions()(layers.Embedding(TOKENS, 8, mask_zero=padded)(target))
    y = layers.LayerNormalization()(y + layers.MultiHeadAttention(2, 4)(y, y, use_causal_mask=True))
    y = _behind(y, layers.MultiHeadAttention(2, 4)(y, encoded))
    return keras.Model([source, target], layers.Dense(TOKENS, activation="softmax")(y))


def conformer(size: int = 8) -> Any:
    """Attend and convolve in one block, between two halves of a feed-forward network."""
    sound = keras.Input((6, 5), name="sound")
    x = layers.Dense(size)(sound)
    x += 0.5 * _fed_forward(x)
    normed = layers.LayerNormalization()(x)
    x += layers.MultiHeadAttention(2, 4, dropout=0.1)(normed, normed)
    convolved = layers.Conv1D(2 * size, 1)(layers.LayerNormalization()(x))
    convolved = layers.DepthwiseConv1D(3, padding="same")(ops.glu(convolved))
    convolved = layers.Activation("swish")(layers.BatchNormalization()(convolved))
    x += layers.Conv1D(size, 1)(convolved)
    x += 0.5 * _fed_forward(x)
    return keras.Model(sound, layers.Dense(4)(layers.LayerNormalization()(x)))


def _block(x: Made, heads: int, name: str, *, causal: bool = False) -> Made:
    """Attend, then feed forward four times as wide; each normalizes before, and adds."""
    size = x.shape[-1]
    normed = layers.LayerNormalization(name=f"{name}_norm_0")(x)
    attention = layers.MultiHeadAttention(heads, size // heads, name=f"{name}_attention")
    x = layers.Add(name=f"{name}_add_0")([x, attention(normed, normed, use_causal_mask=causal)])
    normed = layers.LayerNormalization(name=f"{name}_norm_1")(x)
    wide = layers.Dense(4 * size, activation="gelu", name=f"{name}_wide")(normed)
    narrow = layers.Dense(size, name=f"{name}_narrow")(wide)
    return layers.Add(name=f"{name}_add_1")([x, narrow])


def _behind(x: Made, attended: Made) -> Made:
    """Add, normalize and feed forward, as the first transformer did."""
    x = layers.LayerNormalization()(layers.Dropout(0.1)(attended) + x)
    fed = layers.Dense(8)(layers.Dense(12, activation="relu")(x))
    return layers.LayerNormalization()(layers.Add()([x, fed]))


def _fed_forward(x: Made) -> Made:
    wide = layers.Dense(12, activation="swish")(layers.LayerNormalization()(x))
    return layers.Dense(x.shape[-1])(layers.Dropout(0.1)(wide))
