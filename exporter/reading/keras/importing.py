"""Import Keras, or say what installs it."""

from typing import Any

from exporter.reading.keras.quiet import quiet
from queries.core.packages import OPENING, install_line
from queries.errors import NotInstalledError


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
        raise NotInstalledError(
            f"no Keras file can be opened without Keras and TensorFlow ({error}); install them: "
            f"{install_line(OPENING)}"
        ) from error
    return keras
