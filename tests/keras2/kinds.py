"""Small models of Keras 2: one of each way of building them."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tests.keras2.files import keras2

Build = Callable[[], Any]

KINDS: Final[dict[str, Build]] = {}


def kind(build: Build) -> Build:
    """Note a builder under its name."""
    KINDS[build.__name__] = build
    return build


def layers() -> Any:
    return keras2().layers


def model(inputs: Any, outputs: Any, name: str | None = None) -> Any:
    return keras2().Model(inputs, outputs, name=name)


def sequential(*parts: Any, name: str | None = None) -> Any:
    return keras2().Sequential(parts, name=name)


@kind
def shape_on_the_first_layer() -> Any:
    made = layers()
    return sequential(made.Dense(5, activation="relu", input_shape=(4,)), made.Dense(3))


@kind
def convolutions() -> Any:
    made = layers()
    return sequential(
        made.Input((9, 9, 4)),
        made.Conv2D(4, 3, strides=2, padding="same", groups=2, activation="elu"),
        made.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
        made.SeparableConv2D(4, 3, padding="same", dilation_rate=2),
        made.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1),
        made.AveragePooling2D(3, strides=2, padding="same"),
        made.MaxPooling2D(2),
        made.GlobalMaxPooling2D(),
    )


@kind
def sequences() -> Any:
    made = layers()
    return sequential(
        made.Input((12, 3)),
        made.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="tanh"),
        made.SeparableConv1D(4, 3, padding="same"),
        made.DepthwiseConv1D(3),
        made.Conv1DTranspose(3, 2, strides=2),
        made.ZeroPadding1D(1),
        made.MaxPooling1D(2),
        made.Cropping1D(1),
        made.UpSampling1D(2),
        made.GlobalAveragePooling1D(),
        made.RepeatVector(3),
        made.Permute((2, 1)),
        made.Reshape((1, -1)),
        made.Flatten(),
        made.Dense(2, activation="softmax"),
    )


@kind
def volumes() -> Any:
    made = layers()
    return sequential(
        made.Input((4, 5, 4, 2)),
        made.Conv3D(3, 3, padding="same", activation="relu"),
        made.Conv3DTranspose(2, 2, strides=2),
        made.AveragePooling3D(2),
        made.ZeroPadding3D(1),
        made.Cropping3D(1),
        made.UpSampling3D(2),
        made.MaxPooling3D(2),
        made.GlobalAveragePooling3D(),
    )


@kind
def activations() -> Any:
    made, functions = layers(), keras2().activations
    names = ["elu", "exponential", "gelu", "hard_sigmoid", "mish", "relu", "selu", "sigmoid"]
    names += ["softplus", "softsign", "swish", "tanh", "softmax", "linear"]
    stacked = [made.Dense(6, activation=name) for name in names]
    return sequential(
        made.Input((6,)), *stacked, made.Activation(functions.hard_sigmoid), made.Dense(2)
    )


@kind
def activations_of_tensorflow() -> Any:
    import tensorflow as tf

    made = layers()
    functions = [tf.nn.relu, tf.nn.relu6, tf.nn.softmax, tf.nn.leaky_relu, tf.nn.log_softmax]
    functions += [tf.nn.silu, tf.nn.elu, tf.nn.tanh, tf.nn.sigmoid]
    return sequential(made.Input((6,)), *(made.Dense(6, activation=apply) for apply in functions))


@kind
def activations_that_are_layers() -> Any:
    made = layers()
    return sequential(
        made.Input((5, 6)),
        made.Dense(6, activation=made.LeakyReLU(0.2)),
        made.Dense(6, activation=made.ReLU(6.0)),
        made.Dense(6, activation=made.Activation("hard_sigmoid")),
        made.LeakyReLU(alpha=0.1),
        made.ELU(alpha=0.5),
        made.PReLU(shared_axes=[1]),
        made.ThresholdedReLU(theta=0.1),
        made.ReLU(max_value=2.0, negative_slope=0.1, threshold=0.05),
        made.Softmax(axis=1),
        made.Dense(2),
    )


@kind
def shared_layers() -> Any:
    made = layers()
    read = made.Input((4,))
    dense, norm = made.Dense(4, activation="tanh"), made.BatchNormalization()
    return model(read, made.Add()([norm(dense(read)), norm(dense(dense(read)))]))


@kind
def names_with_slashes() -> Any:
    made = layers()
    read = made.Input((4,), name="in/put")
    seen = made.BatchNormalization(name="block/1/norm")(made.Dense(4, name="block/1")(read))
    inner = sequential(made.Dense(3, name="block/1", input_shape=(4,)), name="block/2")
    return model(read, made.Activation("tanh", name="block/3")(inner(seen)))


@kind
def siamese() -> Any:
    made = layers()
    image = made.Input((7, 7, 1))
    seen = made.Flatten()(made.Conv2D(3, 3, activation="relu")(image))
    tower = model(image, made.Dense(4, activation="sigmoid")(seen), "tower")
    left, right = made.Input((7, 7, 1), name="left"), made.Input((7, 7, 1), name="right")
    apart = made.Subtract()([tower(left), tower(right)])
    return model([left, right], made.Dense(1)(made.Multiply()([apart, apart])))


@kind
def contrastive() -> Any:
    import tensorflow as tf

    made = layers()
    tower = sequential(made.Input((5,)), made.Dense(4, activation="relu"), name="tower")
    left, right = made.Input((5,), name="left"), made.Input((5,), name="right")
    apart = tf.math.abs(tower(left) - tower(right))
    return model([left, right], made.Dense(1)(apart))


@kind
def branches() -> Any:
    made = layers()
    one, two = made.Input((4,), name="one"), made.Input((4,), name="two")
    joined = [
        made.Add()([one, two]),
        made.Average()([one, two]),
        made.Maximum()([one, two]),
        made.Minimum()([one, two]),
        made.Multiply()([one, two]),
        made.Subtract()([one, two]),
    ]
    seen = made.Concatenate()(joined)
    return model([two, one], [made.Dense(2, name="y")(seen), made.Dense(3, name="z")(seen)])


@kind
def inputs_by_name() -> Any:
    made = layers()
    given = {name: made.Input((3,), name=name) for name in ("b", "a")}
    seen = made.Concatenate()([given["a"], made.Dense(2)(given["b"])])
    return model(given, made.Dense(2)(seen))


@kind
def u_net() -> Any:
    made = layers()
    read = made.Input((8, 8, 2))
    down = made.Activation("relu")(
        made.BatchNormalization()(made.Conv2D(4, 3, padding="same")(read))
    )
    deep = made.Conv2D(6, 3, padding="same", activation="relu")(made.MaxPooling2D()(down))
    deep = made.Dropout(0.5)(made.Conv2D(8, 3, padding="same")(made.MaxPooling2D()(deep)))
    up = made.Conv2DTranspose(6, 2, strides=2, padding="same")(deep)
    up = made.UpSampling2D(interpolation="bilinear")(up)
    up = made.Concatenate(axis=3)([up, made.Cropping2D(0)(down)])
    return model(read, made.Conv2D(1, 1, activation="sigmoid")(up))


@kind
def over_time() -> Any:
    made = layers()
    inner = sequential(made.Input((5, 5, 2)), made.Conv2D(3, 3), made.BatchNormalization())
    return sequential(
        made.Input((3, 5, 5, 2)),
        made.TimeDistributed(made.BatchNormalization()),
        made.TimeDistributed(inner),
        made.TimeDistributed(made.Activation("hard_sigmoid")),
        made.TimeDistributed(made.Flatten()),
        made.TimeDistributed(made.Dense(4, activation="hard_sigmoid")),
        made.TimeDistributed(made.LeakyReLU()),
        made.Flatten(),
        made.Dense(2),
    )


@kind
def recurrent() -> Any:
    made = layers()
    return sequential(
        made.Input((4, 3)),
        made.Bidirectional(made.LSTM(2, return_sequences=True, recurrent_activation="sigmoid")),
        made.GRU(3, return_sequences=True, reset_after=True),
        made.GRU(2, return_sequences=True, reset_after=False, recurrent_activation="hard_sigmoid"),
        made.LSTM(2, return_sequences=True, go_backwards=True, activation="relu"),
        made.SimpleRNN(2, return_sequences=True),
        made.RNN([made.LSTMCell(2), made.GRUCell(3)]),
    )


@kind
def recurrent_over_images() -> Any:
    made = layers()
    return sequential(
        made.Input((3, 4, 4, 2)),
        made.ConvLSTM2D(2, 2, padding="same", return_sequences=True),
        made.ConvLSTM2D(2, 3),
    )


@kind
def normalized_along_other_axes() -> Any:
    made = layers()
    return sequential(
        made.Input((3, 4, 5)),
        made.BatchNormalization(axis=1),
        made.BatchNormalization(axis=2, epsilon=1e-5, scale=False),
        made.BatchNormalization(axis=-1, center=False, momentum=0.5),
        made.GlobalAveragePooling2D(data_format="channels_first"),
        made.BatchNormalization(),
    )


@kind
def normalized_by_their_input() -> Any:
    made = layers()
    return sequential(
        made.Input((3, 4, 6)),
        made.LayerNormalization(),
        made.Dense(6, activation="tanh"),
        made.LayerNormalization(axis=[1, 2], epsilon=1e-5, center=False),
        made.GroupNormalization(groups=2, scale=False),
        made.Dense(4, activation="tanh"),
        made.GroupNormalization(groups=-1),
        made.UnitNormalization(axis=[1, 3]),
    )


@kind
def sequential_of_sequentials() -> Any:
    made = layers()
    read = made.Input((6, 6, 3))
    seen = made.ReLU(6.0)(made.BatchNormalization()(made.Conv2D(4, 3, use_bias=False)(read)))
    features = sequential(model(read, seen, "features"), made.GlobalAveragePooling2D())
    head = sequential(
        made.Dense(5, activation="relu", input_shape=(4,)),
        made.Dense(2, activation="softmax", use_bias=False),
    )
    return sequential(features, head)


@kind
def models_three_deep() -> Any:
    made = layers()

    def around(inner: Any, name: str) -> Any:
        read = made.Input((4,))
        return model(read, made.Dense(4, activation="tanh")(inner(inner(read))), name)

    innermost = sequential(made.Dense(4, input_shape=(4,)), made.BatchNormalization(), name="in")
    return around(around(innermost, "middle"), "outer")


@kind
def several_outputs_within() -> Any:
    made = layers()
    read = made.Input((4,))
    inner = model(read, [made.Dense(3)(read), made.Dense(2)(read)], "inner")
    given = made.Input((4,))
    one, other = inner(given)
    again, _ = inner(made.Dense(4)(given))
    return model(given, made.Concatenate()([one, other, again]))


@kind
def augmented() -> Any:
    made = layers()
    augment = sequential(
        made.RandomFlip("horizontal_and_vertical"),
        made.RandomRotation(0.2),
        made.RandomZoom(0.1, 0.2),
        made.RandomTranslation(0.1, 0.1),
        made.RandomContrast(0.1),
        made.RandomBrightness(0.1),
        name="augment",
    )
    read = made.Input((8, 8, 3))
    seen = made.Rescaling(1 / 127.5, offset=-1)(augment(read))
    return model(read, made.Dense(2)(made.Flatten()(made.Conv2D(3, 3)(seen))))


@kind
def preprocessed() -> Any:
    made = layers()
    return sequential(
        made.Input((9, 10, 3)),
        made.Resizing(7, 6),
        made.CenterCrop(6, 5),
        made.Rescaling([0.5, 1.0, 2.0], offset=[0.0, 1.0, -1.0]),
        made.Normalization(mean=[0.1, 0.2, 0.3], variance=[1.0, 2.0, 3.0]),
        made.RandomCrop(5, 4),
        made.GaussianNoise(0.1),
        made.GaussianDropout(0.1),
        made.AlphaDropout(0.1),
        made.SpatialDropout2D(0.1),
        made.ActivityRegularization(0.1),
        made.Flatten(),
        made.Dense(2, kernel_regularizer="l2", bias_constraint="non_neg"),
    )


@kind
def adapted() -> Any:
    made = layers()
    normalization = made.Normalization(axis=-1)
    normalization.adapt(np.random.default_rng(3).normal(2, 3, (50, 4)).astype("float32"))
    return sequential(made.Input((4,)), normalization, made.Dense(2))


@kind
def einsum() -> Any:
    made = layers()
    mixed = made.EinsumDense("abc,cd->abd", output_shape=(None, 4), bias_axes="d")
    return sequential(
        made.Input((6, 3)), mixed, made.Normalization(mean=1, variance=4, invert=True)
    )


@kind
def arithmetic() -> Any:
    made = layers()
    read = made.Input((4,))
    seen = 1.0 - made.Dense(4)(read * 2.0 + 1.0) / 3.0
    return model(read, -(seen - read) * seen)


@kind
def functions_of_tensorflow() -> Any:
    import tensorflow as tf

    made = layers()
    read = made.Input((6, 4))
    seen = tf.nn.relu(read[:, 1:])
    seen = tf.concat([seen, read[:, :1] * 0.5], axis=1)
    seen = tf.reshape(seen, (-1, 4, 6))
    seen = tf.transpose(seen, (0, 2, 1))
    seen = tf.math.sigmoid(tf.squeeze(tf.expand_dims(seen, -1), -1))
    seen = tf.clip_by_value(tf.math.abs(seen), 0.1, 0.8)
    return model(read, made.Dense(2)(tf.reduce_mean(seen, axis=1)))


@kind
def functions_of_the_backend() -> Any:
    import tensorflow as tf

    made, backend = layers(), keras2().backend
    read = made.Input((4, 4, 2))
    seen = backend.concatenate([read, backend.relu(read, max_value=6.0)], axis=-1)
    seen = tf.image.resize(seen, (8, 8))
    seen = tf.pad(seen, [[0, 0], [1, 1], [1, 1], [0, 0]])
    halves = tf.split(seen, 2, axis=-1)
    seen = tf.stack([tf.maximum(halves[0], halves[1]), tf.minimum(halves[0], 0.5)], axis=1)
    return model(read, made.Dense(2)(tf.reduce_sum(seen, axis=(1, 2, 3))))


@kind
def gates() -> Any:
    made = layers()
    read = made.Input((6, 6, 4))
    squeezed = made.GlobalAveragePooling2D(keepdims=True)(read)
    gate = made.ReLU(6.0)(made.Conv2D(4, 1)(squeezed) + 3.0) * (1.0 / 6.0)
    gate = made.Activation("hard_sigmoid")(gate)
    return model(read, made.Multiply()([read, gate]))


@kind
def tokens() -> Any:
    made = layers()
    return sequential(
        made.Input((6,)),
        made.ReLU(6.0),
        made.Rescaling(2.0),
        made.Embedding(13, 4, input_length=6, mask_zero=True),
        made.Flatten(),
        made.Dense(3),
    )


@kind
def masked_steps() -> Any:
    made = layers()
    return sequential(made.Input((4, 3)), made.Masking(), made.Dense(2), made.Flatten())


@kind
def attention() -> Any:
    made = layers()
    read, other = made.Input((4, 6)), made.Input((5, 6))
    mixed = made.MultiHeadAttention(2, 3, value_dim=4)(read, other)
    mixed = made.MultiHeadAttention(2, 3)(mixed, mixed, use_causal_mask=True)
    looked = made.Attention(use_scale=True)([mixed, other])
    added = made.AdditiveAttention()([looked, other])
    return model([read, other], made.Dot(axes=(2, 2))([added, other]))


@kind
def products_of_tensors() -> Any:
    import tensorflow as tf

    made = layers()
    read, other = made.Input((4, 6)), made.Input((5, 6))
    scores = tf.nn.softmax(tf.matmul(read, other, transpose_b=True) * 0.4)
    mixed = tf.matmul(scores, tf.matmul(other, tf.matmul(other, other, transpose_a=True)))
    return model([read, other], tf.where(mixed > 0.0, mixed, read))


@kind
def normalized_by_tensorflow() -> Any:
    import tensorflow as tf

    made = layers()
    read = made.Input((4, 6))
    seen = tf.math.l2_normalize(made.Dense(5, activation="tanh")(read), axis=-1)
    length = tf.math.reduce_euclidean_norm(read, axis=-1, keepdims=True)
    return model(read, made.Dense(2)(seen) / (length + 1.0))
