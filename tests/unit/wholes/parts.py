"""What several whole models are made of."""

from typing import Any, Final

import keras

layers, ops = keras.layers, keras.ops
Made = Any
"""A tensor of Keras."""

TOKENS: Final = 9
"""How many tokens the small models know."""


@keras.saving.register_keras_serializable("wholes")
class Positions(layers.Layer):  # type: ignore[misc, name-defined]
    """Adds what each position has learnt; a mask goes on with its tensor."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.supports_masking = True

    def build(self, shape: Any) -> None:
        """Make a row for each position."""
        self.table = self.add_weight(name="table", shape=shape[1:], initializer="normal")

    def call(self, x: Made) -> Made:
        """Add the rows."""
        return x + self.table


@keras.saving.register_keras_serializable("wholes")
class ClassToken(layers.Layer):  # type: ignore[misc, name-defined]
    """Puts a token of its own before the others."""

    def build(self, shape: Any) -> None:
        """Make the token."""
        self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]), initializer="normal")

    def call(self, x: Made) -> Made:
        """Put it before each sample."""
        token = ops.broadcast_to(self.token, (ops.shape(x)[0], 1, x.shape[-1]))
        return ops.concatenate([token, x], axis=1)


def tokens_of(length: int, name: str = "tokens") -> Made:
    """Return an input of whole numbers."""
    return keras.Input((length,), dtype="int32", name=name)
