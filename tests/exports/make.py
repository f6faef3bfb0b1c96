"""Export the models again: ``python -m tests.exports.make``, where tf2onnx is installed as well.

tf2onnx is no dependency of the tests, since its releases lag behind those of Keras. An environment
of its own is enough, made where the tests run::

    python -m venv /tmp/exporting && /tmp/exporting/bin/pip install '.[onnx]' tf2onnx==1.17.0
"""

import tempfile
from pathlib import Path

import numpy as np

from tests.exports.models import ALIKE, EQUAL, FOLDER


def main() -> None:
    """Write each export beside the models."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        for name, save in (EQUAL | ALIKE).items():
            file = Path(folder, f"{name}.keras")
            save(file)
            model = keras.saving.load_model(file)
            # Keras exports what has been called.
            model([np.zeros((1, *tensor.shape[1:]), tensor.dtype) for tensor in model.inputs])
            model.export(FOLDER / f"{name}.onnx", format="onnx", verbose=False)


if __name__ == "__main__":
    main()
