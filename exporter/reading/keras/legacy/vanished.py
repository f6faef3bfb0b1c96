"""Layers of Keras 1 and 2 that Keras 3 does not have: each says by ``keras.ops`` what it computed.

They are taken apart as layers of somebody's own are.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np

VANISHED: Final = frozenset(
    [
        "Highway",
        "LocallyConnected1D",
        "LocallyConnected2D",
        "MaxoutDense",
        "ParametricSoftplus",
        "RandomFourierFeatures",
        "SReLU",
    ]
)
"""Their classes."""


def vanished_layer(class_name: str) -> type:
    """Return a class of a layer that Keras 3 does not have, one of ``VANISHED``."""
    if class_name.startswith("LocallyConnected"):
        return _locally_connected(class_name)
    return _dense_layers()[class_name] if class_name in _dense_layers() else _slopes()[class_name]


@cache
def _locally_connected(class_name: str) -> type:
    """Return a layer that convolves with a kernel of its own at each position."""
    import keras

    ops = keras.ops
    rank = int(class_name[-2])

    class LocallyConnected(keras.layers.Layer):  # type: ignore[misc]
        def __init__(
            self,
            filters: int,
            kernel_size: Any,
            strides: Any = 1,
            padding: str = "valid",
            data_format: str | None = None,
            activation: Any = None,
            use_bias: bool = True,
            **settings: Any,
        ) -> None:
            super().__init__(**settings)
            if padding != "valid":
                raise ValueError(f"a {class_name} with padding={padding!r} is not known")
            self.filters, self.use_bias = filters, use_bias
            self.sizes, self.strides = (_each(value, rank) for value in (kernel_size, strides))
            self.data_format = data_format or "channels_last"
            self.activation = keras.activations.get(activation)

        def build(self, input_shape: Any) -> None:
            first = self.data_format == "channels_first"
            space, channels = (
                (input_shape[2:], input_shape[1]) if first else (input_shape[1:-1], input_shape[-1])
            )
            self.places = [
                stride * np.arange((length - size) // stride + 1)[:, np.newaxis] + np.arange(size)
                for length, size, stride in zip(space, self.sizes, self.strides, strict=True)
            ]
            self.lengths = [len(places) for places in self.places]
            positions, window = math.prod(self.lengths), math.prod(self.sizes) * channels
            self.kernel = self.add_weight((positions, window, self.filters), name="kernel")
            if self.use_bias:
                self.bias = self.add_weight((*self.lengths, self.filters), name="bias")

        def call(self, x: Any) -> Any:
            first = self.data_format == "channels_first"
            x = ops.moveaxis(x, 1, -1) if first else x
            for axis, places in enumerate(self.places):
                x = ops.take(x, places, axis=1 + 2 * axis)
            positions = [*range(1, 2 * rank, 2)]
            window, channel = [*range(2, 2 * rank + 1, 2)], [2 * rank + 1]
            patch = [*channel, *window] if first else [*window, *channel]
            x = ops.transpose(x, [0, *positions, *patch])
            x = ops.reshape(x, (-1, math.prod(self.lengths), self.kernel.shape[1]))
            said = ops.einsum("bpi,pio->bpo", x, self.kernel)
            said = ops.reshape(said, (-1, *self.lengths, self.filters))
            said = ops.moveaxis(said, -1, 1) if first else said
            if self.use_bias:
                # Keras 2 gave a bias the shape of channels first without exchanging its axes.
                shape = (self.filters, *self.lengths) if first else self.bias.shape
                said = said + ops.reshape(self.bias, (1, *shape))
            return self.activation(said)

    return LocallyConnected


@cache
def _dense_layers() -> dict[str, type]:
    """Return layers that multiply by matrices."""
    import keras

    ops = keras.ops

    class Highway(keras.layers.Layer):  # type: ignore[misc]
        """Srivastava et al. (2015), Highway networks."""

        def __init__(self, activation: Any = None, use_bias: bool = True, **settings: Any) -> None:
            super().__init__(**settings)
            self.activation, self.use_bias = keras.activations.get(activation), use_bias

        def build(self, input_shape: Any) -> None:
            size = input_shape[-1]
            self.kernel = self.add_weight((size, size), name="kernel")
            self.carry_kernel = self.add_weight((size, size), name="carry_kernel")
            if self.use_bias:
                self.bias = self.add_weight((size,), name="bias")
                self.carry_bias = self.add_weight((size,), name="carry_bias")

        def call(self, x: Any) -> Any:
            carried, said = ops.matmul(x, self.carry_kernel), ops.matmul(x, self.kernel)
            if self.use_bias:
                carried, said = carried + self.carry_bias, said + self.bias
            share = ops.sigmoid(carried)
            return self.activation(said) * share + (1.0 - share) * x

    class MaxoutDense(keras.layers.Layer):  # type: ignore[misc]
        """Goodfellow et al. (2013), Maxout networks."""

        def __init__(
            self, units: int, nb_feature: int = 4, use_bias: bool = True, **settings: Any
        ) -> None:
            super().__init__(**settings)
            self.units, self.features, self.use_bias = units, nb_feature, use_bias

        def build(self, input_shape: Any) -> None:
            shape = self.features, self.units
            self.kernel = self.add_weight((shape[0], input_shape[-1], shape[1]), name="kernel")
            if self.use_bias:
                self.bias = self.add_weight(shape, name="bias")

        def call(self, x: Any) -> Any:
            said = ops.einsum("bi,fio->bfo", x, self.kernel)
            return ops.max(said + self.bias if self.use_bias else said, axis=1)

    class RandomFourierFeatures(keras.layers.Layer):  # type: ignore[misc]
        """Rahimi and Recht (2007), Random features for large-scale kernel machines."""

        def __init__(self, units: int, scale: Any = None, **settings: Any) -> None:
            super().__init__(**settings)
            self.units, self.scale = units, scale

        def build(self, input_shape: Any) -> None:
            shape = input_shape[-1], self.units
            self.kernel = self.add_weight(shape, name="unscaled_kernel", trainable=False)
            self.bias = self.add_weight((self.units,), name="bias", trainable=False)
            self.kernel_scale = self.add_weight((1,), name="kernel_scale")

        def call(self, x: Any) -> Any:
            return ops.cos(ops.matmul(x, self.kernel / self.kernel_scale) + self.bias)

    classes = Highway, MaxoutDense, RandomFourierFeatures
    return {cls.__name__: cls for cls in classes}


@cache
def _slopes() -> dict[str, type]:
    """Return functions of each neuron with weights of its own."""
    import keras

    ops = keras.ops

    class ByNeuron(keras.layers.Layer):  # type: ignore[misc]
        names: tuple[str, ...] = ()

        def __init__(self, shared_axes: Any = None, **settings: Any) -> None:
            super().__init__(**settings)
            self.shared_axes = _each(shared_axes or (), 1)

        def build(self, input_shape: Any) -> None:
            shape = [
                1 if axis in self.shared_axes else size
                for axis, size in enumerate(input_shape[1:], 1)
            ]
            for name in self.names:
                setattr(self, name, self.add_weight(shape, name=name))

    class ParametricSoftplus(ByNeuron):
        names = ("alpha", "beta")

        def call(self, x: Any) -> Any:
            return ops.softplus(x * self.beta) * self.alpha

    class SReLU(ByNeuron):
        """Jin et al. (2016), Deep learning with S-shaped rectified linear activation units."""

        names = ("t_left", "a_left", "t_right", "a_right")

        def call(self, x: Any) -> Any:
            length = ops.abs(self.t_right)
            above = x - self.t_left
            middle = ops.minimum(ops.relu(above), length)
            right = ops.relu(above - length) * self.a_right
            left = ops.relu(-above) * self.a_left
            return middle + right - left + self.t_left

    return {"ParametricSoftplus": ParametricSoftplus, "SReLU": SReLU}


def _each(value: Any, rank: int) -> Sequence[int]:
    """Return one number an axis."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * rank
