"""The settings of a Keras layer."""

from typing import Any

from exporter.reading.settings import Settings


def settings_of(layer: Any) -> Settings:
    """Return the settings of a layer that has a kernel or pools windows; none of other layers.

    Other layers have attributes of the same names that mean something else: the groups of a
    normalization, the padding of ZeroPadding2D.
    """
    kernel = _sizes(getattr(layer, "kernel_size", None)) or _sizes(
        getattr(layer, "pool_size", None)
    )
    if kernel is None:
        return Settings()
    padding, groups = getattr(layer, "padding", None), getattr(layer, "groups", None)
    return Settings(
        kernel=kernel,
        stride=_sizes(getattr(layer, "strides", None)),
        padding=padding if isinstance(padding, str) else None,
        dilation=_sizes(getattr(layer, "dilation_rate", None)),
        groups=groups if isinstance(groups, int) else None,
    )


def settle_epsilon(operation: Any) -> None:
    """Let an operation that leaves its epsilon to the settings of Keras keep it as they are."""
    import keras

    if getattr(operation, "epsilon", 0.0) is None:
        operation.epsilon = keras.config.epsilon()


def _sizes(value: Any) -> tuple[int, ...] | None:
    """Return one number an axis; None for anything else, which a class of one's own may have."""
    sizes = value if isinstance(value, tuple | list) else (value,)
    return tuple(sizes) if all(isinstance(size, int) for size in sizes) else None
