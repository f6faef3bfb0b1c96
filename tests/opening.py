"""Open a model file as the product does, and get at the Keras model in it."""

import os

from exporter.reading.formats import open_model as opened_model
from exporter.reading.keras.model import KerasModel
from queries.core.input_shapes import InputShapes


def open_model(
    path: str | os.PathLike[str],
    *,
    partial: bool = False,
    weights: bool = True,
    input_shape: InputShapes | None = None,
) -> KerasModel:
    """Open a file that Keras wrote."""
    opened = opened_model(path, partial=partial, weights=weights, input_shape=input_shape)
    assert isinstance(opened, KerasModel)
    return opened
