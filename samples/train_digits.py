"""Train the sample model, a small network that reads handwritten digits.

Run ``python samples/train_digits.py`` to make ``samples/digits.keras``, ``samples/digits.npz`` and
``samples/digit_7.png`` again. It needs scikit-learn, which ships the images;
``pip install ".[samples]"`` installs it. Nothing else is downloaded.
"""

import argparse
import math
import os
from pathlib import Path

SEED = 7
TEST_SHARE = 0.25
EPOCHS = 60
BATCH_SIZE = 32
BRIGHTEST_PIXEL = 16.0
SHOWN = 7
DEFAULT_FILE = Path(__file__).with_name("digits.keras")

# The weights come out the same only if sums are always taken in the same order.
os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402  (the settings above must come first)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from PIL import Image  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402


def build_model() -> keras.Sequential:
    """Return the untrained network."""
    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(8, 8, 1), name="input_layer"),
            keras.layers.Conv2D(8, 3, padding="same", activation="relu", name="conv_0"),
            keras.layers.MaxPooling2D(2, name="pool_0"),
            keras.layers.Conv2D(16, 3, padding="valid", activation="relu", name="conv_1"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dropout(0.2, name="dropout"),
            keras.layers.Dense(32, activation="relu", name="dense_0"),
            keras.layers.Dense(10, activation="softmax", name="dense_1"),
        ],
        name="digits",
    )


def save_picture(file: Path, x: NDArray[np.floating], y: NDArray[np.integer]) -> None:
    """Save the first image of the digit that is shown, of 8 bits a pixel."""
    pixels = x[np.flatnonzero(y == SHOWN)[0], ..., 0].astype(np.float64)
    Image.fromarray((pixels * 255).round().astype(np.uint8)).save(file)


def main() -> None:
    """Train the network, print how good it is and save it."""
    parser = argparse.ArgumentParser(description="Train the sample model on handwritten digits.")
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        default=DEFAULT_FILE,
        help="where to save the model, and the test images beside it",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the weights")
    arguments = parser.parse_args()

    keras.utils.set_random_seed(arguments.seed)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()

    digits = load_digits()
    images = (digits.images / BRIGHTEST_PIXEL).astype("float32")[..., None]
    x_train, x_test, y_train, y_test = train_test_split(
        images, digits.target, test_size=TEST_SHARE, random_state=SEED, stratify=digits.target
    )

    steps = EPOCHS * math.ceil(len(x_train) / BATCH_SIZE)
    model = build_model()
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(4e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x_train, y_train, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    for part, x, y in (("train", x_train, y_train), ("test", x_test, y_test)):
        _, accuracy = model.evaluate(x, y, verbose=0)
        print(f"{part} accuracy: {accuracy:.4f} on {len(y)} images")

    # A model that was never compiled is saved without the optimizer's state.
    trained = build_model()
    trained.set_weights(model.get_weights())
    trained.save(arguments.file)
    print(f"saved {arguments.file} ({arguments.file.stat().st_size:,} bytes)")
    # Half precision holds sixteenths exactly.
    images_file = arguments.file.with_suffix(".npz")
    np.savez_compressed(images_file, x=x_test.astype(np.float16), y=y_test.astype(np.uint8))
    print(f"saved {images_file} ({images_file.stat().st_size:,} bytes)")
    picture = arguments.file.with_name(f"digit_{SHOWN}.png")
    save_picture(picture, x_test, y_test)
    print(f"saved {picture} ({picture.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
