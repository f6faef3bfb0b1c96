"""Build a model under Keras's own defaults, whatever the settings of whoever reads its file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_FORMAT: Final = "channels_last"
_PRECISION: Final = "float32"
_POLICY: Final = "dtype_policy"


@contextmanager
def keras_defaults() -> Iterator[None]:
    """Take what a configuration leaves out from Keras, not from ``~/.keras/keras.json``.

    Files of old leave out settings that came later: the precision of a layer, where its channels
    are. Who wrote them had Keras's defaults.
    """
    from keras import config
    from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

    before = config.image_data_format(), config.floatx()
    policy = get_global_attribute(_POLICY)
    try:
        _set(_FORMAT, _PRECISION)
        config.set_dtype_policy(_PRECISION)
        yield
    finally:
        _set(*before)
        set_global_attribute(_POLICY, policy)


def _set(data_format: str, precision: str) -> None:
    from keras import config

    config.set_image_data_format(data_format)
    config.set_floatx(precision)
