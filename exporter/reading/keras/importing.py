"""Import Keras, or say what installs it."""

from typing import Any

from exporter.reading.keras.quiet import quiet
from queries.core.packages import OPENING, not_installed


def import_keras() -> Any:
    """Return the module ``keras``, imported without the chatter of TensorFlow.

    Raises
    ------
    NotInstalledError
        If Keras, or what it computes with, cannot be imported.
    """
    try:
        with quiet():
            import keras
    except ImportError as error:
        what = "no Keras file can be opened without Keras and TensorFlow"
        raise not_installed(what, OPENING, error) from error
    return keras
