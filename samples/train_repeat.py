"""Train the sample transformer, which goes on with a sequence that repeats itself.

Run ``python samples/train_repeat.py`` to make ``samples/repeat.keras`` again. Nothing is
downloaded.
"""

import argparse
import os
from pathlib import Path

SEED = 7
TOKENS = 10
PERIOD = 4
LENGTH = 2 * PERIOD
WIDTH = 16
STEPS = 3000
BATCH_SIZE = 128
DEFAULT_FILE = Path(__file__).with_name("repeat.keras")

# The weights come out the same only if sums are always taken in the same order.
os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402  (the settings above must come first)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

layers = keras.layers


def build_model() -> keras.Model:
    """Return the untrained transformer: one attention of two heads, and no other hidden layer."""
    tokens = keras.Input((LENGTH,), dtype="int32", name="tokens")
    looked_up = layers.Embedding(TOKENS, WIDTH, name="embedding")(tokens)
    # A bias at each position tells the positions apart.
    placed = layers.EinsumDense(
        "bte,ef->btf", output_shape=(LENGTH, WIDTH), bias_axes="tf", name="positions"
    )(looked_up)
    attention = layers.MultiHeadAttention(2, WIDTH // 2, name="attention")
    stream = layers.Add(name="stream")([placed, attention(placed, placed, use_causal_mask=True)])
    following = layers.Dense(TOKENS, activation="softmax", name="next")(stream)
    return keras.Model(tokens, following, name="repeat")


def sequences(random: np.random.Generator, count: int) -> NDArray[np.int32]:
    """Return sequences of random tokens that begin anew after each period, and one token more."""
    period = random.integers(0, TOKENS, (count, PERIOD), dtype=np.int32)
    return np.tile(period, 3)[:, : LENGTH + 1]


def main() -> None:
    """Train the transformer, print how good it is and save it."""
    parser = argparse.ArgumentParser(description="Train the sample transformer.")
    parser.add_argument(
        "file", nargs="?", type=Path, default=DEFAULT_FILE, help="where to save the model"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="seed of weights and sequences")
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()

    random = np.random.default_rng(arguments.seed)
    train, test = sequences(random, STEPS * BATCH_SIZE), sequences(random, 1000)
    # What comes next can be told from the last token of the first period on.
    told = np.tile((np.arange(LENGTH) >= PERIOD - 1).astype("float32"), (len(train), 1))
    model = build_model()
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, STEPS)),
        loss="sparse_categorical_crossentropy",
    )
    model.fit(train[:, :-1], train[:, 1:], sample_weight=told, batch_size=BATCH_SIZE, verbose=0)
    said = model.predict(test[:, :-1], verbose=0).argmax(axis=-1)
    right = (said == test[:, 1:])[:, PERIOD - 1 :]
    print(f"accuracy: {right.mean():.4f} on {len(test)} sequences")

    # A model that was never compiled is saved without the optimizer's state.
    trained = build_model()
    trained.set_weights(model.get_weights())
    trained.save(arguments.file)
    print(f"saved {arguments.file} ({arguments.file.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
