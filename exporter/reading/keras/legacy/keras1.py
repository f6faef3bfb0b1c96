"""Rewrite the arguments of Keras 1 as those of Keras 2."""

from typing import Any, Final

_RENAMED: Final = {
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "border_mode": "padding",
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "inner_activation": "recurrent_activation",
    "length": "size",
    "nb_filter": "filters",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}
_KERNELS: Final = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_FORMATS: Final = {"tf": "channels_last", "th": "channels_first"}
_FOR_TRAINING: Final = frozenset(
    [
        "W_constraint",
        "W_regularizer",
        "U_regularizer",
        "U_constraint",
        "b_constraint",
        "b_regularizer",
        "beta_init",
        "consume_less",
        "forget_bias_init",
        "gamma_init",
        "init",
        "inner_init",
        "input_dtype",
        "weights",
    ]
)
_MERGED: Final = {
    "ave": "Average",
    "concat": "Concatenate",
    "max": "Maximum",
    "mul": "Multiply",
    "sum": "Add",
}


def renamed(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    """Return a layer's settings with the arguments of Keras 1 under their names in Keras 2.

    Settings without such names are returned as they are.
    """
    settings = {key: value for key, value in config.items() if key not in _FOR_TRAINING}
    for names in _KERNELS:
        if all(name in settings for name in names):
            settings["kernel_size"] = [settings.pop(name) for name in names]
    if settings.get("dim_ordering") in _FORMATS:
        settings["data_format"] = _FORMATS[settings.pop("dim_ordering")]
    if class_name == "Deconvolution2D":
        settings.pop("output_shape", None)
    # Of Keras 1's layers only Embedding kept the name.
    if class_name != "Embedding" and "output_dim" in settings:
        settings["units"] = settings.pop("output_dim")
    return {_RENAMED.get(key, key): value for key, value in settings.items()}


def merge_layer(config: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """Return class and settings of the layer that a ``Merge`` of Keras 1 is, None for others.

    Parameters
    ----------
    config
        The settings of the ``Merge``: ``mode`` and, for ``concat``, ``concat_axis``.
    """
    class_name = _MERGED.get(str(config.get("mode")))
    if class_name is None or config.get("layers"):
        return None
    axis = {"axis": config.get("concat_axis", -1)} if class_name == "Concatenate" else {}
    return class_name, {"name": config.get("name"), **axis}
