"""Layers and models of somebody's own, as a module that is imported registers them."""

from typing import Any

import keras
import numpy as np

layers, ops = keras.layers, keras.ops
registered = keras.saving.register_keras_serializable("own_layers")
Made = Any
"""A layer of Keras."""


class Own(keras.layers.Layer):  # type: ignore[misc]
    """Calls ``call`` with what its own ``parts`` says, and keeps the size that it was made with."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(**settings)
        self.size = size

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}

    def compute_output_shape(self, shape: Any) -> Any:
        return (*shape[:-1], self.size)


@registered
class Block(Own):
    """Dense layers of one's own, held in several ways, and what they are given."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(size, **settings)
        self.first = layers.Dense(size, activation="tanh")
        self.rest = [layers.Dense(size), layers.Dense(size, name="last")]
        self.drop = layers.Dropout(0.5)

    def build(self, shape: Any) -> None:
        for layer in (self.first, *self.rest):
            layer.build(shape)

    def call(self, x: Made, training: bool = False) -> Made:
        y = self.first(x)
        for layer in self.rest:
            y = self.drop(layer(y), training=training)
        return layers.ReLU()(x + y)


@registered
class Weighted(Own):
    """Weights of its own: a kernel, on either side, and a gain, before and behind."""

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], self.size))
        self.gain = self.add_weight(name="gain", shape=(self.size,))
        self.shift = self.add_weight(name="shift", shape=(3, self.size))

    def call(self, x: Made) -> Made:
        y = ops.matmul(x, self.kernel)
        y = self.gain * y + self.shift[: x.shape[1]] - 2.0 * self.gain
        return np.float32(0.5) * y * ops.cast(self.gain, "float32")


@registered
class Nested(Own):
    """Layers of one's own within another, and a model of layers."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(size, **settings)
        self.block, self.weighted = Block(size), Weighted(size)
        self.tail = keras.Sequential([layers.Dense(size), layers.Dense(size, activation="relu")])

    def build(self, shape: Any) -> None:
        for layer in (self.block, self.weighted, self.tail):
            layer.build(shape)

    def call(self, x: Made) -> Made:
        return self.tail(self.block(self.weighted(self.block(x))))


@registered
class Halves(keras.layers.Layer):  # type: ignore[misc]
    """Several outputs, one of which is what was read, and a value that no input changes."""

    def build(self, shape: Any) -> None:
        self.table = self.add_weight(name="table", shape=shape[1:])

    def call(self, x: Made) -> list[Made]:
        half = ops.reshape(x, (ops.shape(x)[0], x.shape[1] * x.shape[2]))
        positions = ops.broadcast_to(self.table, (1, *self.table.shape))
        return [half, x, positions + ops.zeros_like(x), ops.convert_to_tensor(x)]


@registered
class Token(keras.layers.Layer):  # type: ignore[misc]
    """A token of its own before the others, as a vision transformer has it."""

    def build(self, shape: Any) -> None:
        self.token = self.add_weight(name="token", shape=(1, 1, shape[-1]))

    def call(self, x: Made) -> Made:
        tokens = ops.tile(self.token, (ops.shape(x)[0], 1, 1))
        return ops.concatenate([tokens, x], axis=1)


@registered
class Moving(keras.layers.Layer):  # type: ignore[misc]
    """Says the length of the batch in the shapes of what it moves."""

    def compute_output_shape(self, shape: Any) -> Any:
        return (shape[0], 3, 2, shape[-1])

    def call(self, x: Made) -> Made:
        part = ops.slice(x, (0, 1, 0), (ops.shape(x)[0], 2, x.shape[-1]))
        return ops.fliplr(ops.broadcast_to(part[:, None], (ops.shape(x)[0], 3, 2, x.shape[-1])))


@registered
class Gated(Own):
    """Called with a second tensor by name."""

    def call(self, x: Made, gate: Made = None, scale: float = 1.0) -> Made:
        return x if gate is None else x * ops.sigmoid(gate) * scale


@registered
class Whole(keras.Model):  # type: ignore[misc]
    """A model that is a class: no graph of layers, but a ``call``."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(**settings)
        self.size = size
        self.block, self.out = Block(size), layers.Dense(2)

    def call(self, x: Made, training: bool = False) -> Made:
        return self.out(layers.Flatten()(self.block(x, training=training)))

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "size": self.size}


@registered
class TwoInputs(Whole):
    """One that is called with a dictionary."""

    def call(self, inputs: dict[str, Made], training: bool = False) -> dict[str, Made]:
        both = inputs["left"] + 2.0 * inputs["right"]
        return {"sum": both, "out": super().call(both, training)}


@registered
class ByTensorFlow(Own):
    """Computes by functions of TensorFlow, of which Keras records nothing."""

    def call(self, x: Made) -> Made:
        import tensorflow as tf

        return tf.nn.relu(x)


@registered
class Choosing(Own):
    """Does what its input says."""

    def call(self, x: Made) -> Made:
        if ops.max(x) > 0:
            return x
        return -x


@registered
class Random(Own):
    """Draws random numbers, also at inference."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(size, **settings)
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x: Made) -> Made:
        return x + keras.random.normal(x.shape[1:], seed=self.seed)


@registered
class Making(Own):
    """Makes a layer with weights each time that it is called."""

    def call(self, x: Made) -> Made:
        return layers.Dense(self.size)(x)


@registered  # type: ignore[untyped-decorator]
def rough(x: Made) -> Made:
    """One function of Keras, with a setting."""
    return keras.activations.gelu(x, approximate=True)


@registered  # type: ignore[untyped-decorator]
def quick(x: Made) -> Made:
    """Several operations."""
    return x * ops.sigmoid(1.702 * x)


@registered
class Cached(keras.layers.MultiHeadAttention):  # type: ignore[misc]
    """Called with more than what its base says the outputs by."""

    def call(self, query: Made, value: Made, cache: Made = None) -> Made:
        return super().call(query, value if cache is None else cache)


@registered
class Scored(Own):
    """Gives an output that is None, and says that it gives a list of shapes."""

    def build(self, shape: Any) -> None:
        self.dense = layers.Dense(self.size)
        self.dense.build(shape)

    def compute_output_shape(self, shape: Any) -> Any:
        return [self.size, shape]

    def call(self, x: Made) -> tuple[Made, None]:
        return self.dense(x), None


@registered
class Turned(Own):
    """Gives a table that is no batch, and an empty one."""

    def compute_output_shape(self, shape: Any) -> Any:
        return [shape, shape[1:], (0,)]

    def call(self, x: Made) -> list[Made]:
        steps = ops.arange(x.shape[1] * x.shape[2], dtype="float32")
        return [x, ops.reshape(ops.sin(steps), x.shape[1:]), ops.zeros((0,))]


@registered
class Turning(keras.layers.Layer):  # type: ignore[misc]
    """Reads a tensor, and a table that is no batch."""

    def compute_output_shape(self, x_shape: Any, table_shape: Any) -> Any:
        del table_shape
        return x_shape

    def call(self, x: Made, table: Made) -> Made:
        return x * table


@registered
class Holding(Own):
    """Layers of one's own, which say what they put out in ways that Keras cannot follow."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        super().__init__(size, **settings)
        self.attention, self.scored = Cached(2, 3), Scored(size)

    def build(self, shape: Any) -> None:
        self.attention.build(shape, shape)
        self.scored.build(shape)

    def call(self, x: Made) -> Made:
        pairs = ops.stack([-x[..., 1::2], x[..., ::2]], ops.ndim(x))
        attended = self.attention(query=x, value=x, cache=None)
        scored, _ = self.scored(attended)
        return scored + ops.reshape(pairs, ops.shape(x))


class Unsaved(keras.layers.LayerNormalization):  # type: ignore[misc]
    """A part of a layer, whose settings nobody can ask for."""

    def get_config(self) -> dict[str, Any]:
        raise TypeError


@registered
class Backbone(keras.Model):  # type: ignore[misc]
    """A graph of layers that its constructor makes: its settings list none."""

    def __init__(self, size: int = 4, **settings: Any) -> None:
        read = keras.Input((3, size), name="read")
        self.first = layers.Dense(size)
        self.normalized = Unsaved()
        tensor = layers.Dense(size, name="last")(self.normalized(self.first(read)))
        super().__init__(read, layers.ReLU()(tensor + read), **settings)
        self.size = size

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, "size": self.size}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Backbone":
        del custom_objects
        return cls(**config)
