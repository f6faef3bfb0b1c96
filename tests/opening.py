"""Open a model file as the product does, and get at the Keras model in it."""

import os

from exporter.reading.formats import open_model as opened_model
from exporter.reading.keras.model import KerasModel


def open_model(
    path: str | os.PathLike[str], *, partial: bool = False, weights: bool = True
) -> KerasModel:
    """Open a file that Keras wrote."""
    opened = opened_model(path, partial=partial, weights=weights)
    assert isinstance(opened, KerasModel)
    return opened
