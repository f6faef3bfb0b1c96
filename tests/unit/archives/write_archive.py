"""Write an archive by the TensorFlow that is installed, 2.13 to 2.15, and what it predicts.

``python write_archive.py FOLDER`` wrote the archives beside this file. They were packed anew
afterwards, which makes them a tenth as large.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf


def nested() -> Any:
    """Build a model with models, wrappers, functions and a layer that stands in two models."""
    keras, layers = tf.keras, tf.keras.layers
    given = keras.Input((4,), name="given")
    normalized = layers.BatchNormalization(name="bn")(layers.Dense(3, name="t")(given))
    tower = keras.Model(given, normalized, name="tower")
    first = keras.Sequential([layers.Dense(3, input_shape=(3,)), layers.Dense(3)], name="first")
    deferred = keras.Sequential([layers.Dense(3), layers.Dense(3)], name="deferred")
    inputs = keras.Input((4,), name="inputs")
    both = layers.Concatenate()([first(tower(inputs)), deferred(tower(layers.Dense(4)(inputs)))])
    shared = layers.Dense(3, name="shared")
    within = keras.Input((6,))
    sub = keras.Model(within, shared(within), name="sub")
    outputs = tf.nn.relu(sub(both) + 0.5) + shared(both)[:, ::-1]
    steps = layers.TimeDistributed(layers.Dense(2, name="step"))(layers.Reshape((3, 1))(outputs))
    return keras.Model(inputs, layers.Flatten()(steps))


def main() -> None:
    """Save the model with random weights, and what it predicts."""
    random, folder = np.random.default_rng(3), Path(sys.argv[1])
    model = nested()
    for variable in model.weights:
        values = random.normal(0.0, 0.5, variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.name else values)
    inputs = random.normal(0.0, 1.0, (3, 4)).astype("float32")
    name = f"tensorflow-{tf.__version__}"
    model.save(folder / f"{name}.keras")
    np.savez(folder / f"{name}.npz", inputs=inputs, outputs=model.predict(inputs, verbose=0))


if __name__ == "__main__":
    main()
