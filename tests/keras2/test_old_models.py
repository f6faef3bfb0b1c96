"""Real model files of older Kerases, which tf-keras reads as Keras 2 does."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.keras2.files import difference, keras2

TOLERANCE = 2e-5


def as_keras_2_reads(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras2().models.load_model(path, compile=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CIFAR-10_CNN5.h5", "fer2013_mini_xception_keras2.0.5.hdf5"])
def test_the_graph_computes_what_keras_2_predicts(name: str, file_of_2019: Path) -> None:
    path = file_of_2019.with_name(name)
    if not path.is_file():
        pytest.skip(f"no {path}")
    model = as_keras_2_reads(path)
    pixels = np.random.default_rng(0).uniform(-1, 1, (2, *model.inputs[0].shape[1:]))
    assert difference(model, path, [pixels.astype("float32")]) <= TOLERANCE
