"""Rewrite the configuration of a layer, and of all that is in it, as Keras 3 writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from exporter.reading.keras.legacy import arguments, keras1
from exporter.reading.keras.legacy.classes import class_of
from exporter.reading.keras.legacy.meaning import as_meant
from exporter.reading.keras.legacy.names import name_for_keras
from exporter.reading.keras.legacy.shapes import of_layer

REFUSAL: Final = "neurongraph_refusal"
"""The key under which a rewritten layer says why Keras 3 cannot have it."""

REPAIR: Final = "open it in Keras 2 (the package tf-keras), change this, and save it anew"
"""What helps where Keras 3 cannot have a layer."""

Rewrite = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Writer:
    """The Keras version and the backend that wrote a file; empty where it does not say."""

    version: str
    backend: str


def modern_layer(layer: dict[str, Any], writer: Writer, inner: Rewrite) -> dict[str, Any]:
    """Return a layer that is no model as Keras 3 writes it.

    Parameters
    ----------
    layer
        Its configuration as the file has it: ``class_name`` and ``config``.
    writer
        Who wrote it.
    inner
        Rewrites the layers and the like within.
    """
    name, config = str(layer.get("class_name")), layer["config"]
    why = None
    if name == "Merge":
        merged = keras1.merge_layer(config)
        why = None if merged else f"Keras 3 has no merge of mode {config.get('mode')!r}"
        name, config = merged or (name, config)
    if name == "CuDNNGRU":
        # cuDNN knows no other.
        config = {**config, "reset_after": True}
    shape = of_layer(config)
    values, vanished = arguments.modern(name, keras1.renamed(name, config))
    # Of an Embedding it is no shape.
    without = () if name == "Embedding" else ("input_dim", "input_length")
    settings = {key: _value(value, inner) for key, value in values.items() if key not in without}
    if name == "InputLayer":
        settings = _input_settings(settings, shape)
    if isinstance(settings.get("name"), str):
        settings["name"] = name_for_keras(settings["name"])
    refused = why or vanished
    rewritten = {**class_of({**layer, "class_name": name}), "config": settings}
    return {
        **as_meant(rewritten, writer.version, writer.backend),
        **({REFUSAL: refused} if refused else {}),
    }


def is_object(value: Any) -> bool:
    """Tell whether a value is the configuration of a layer or the like, not of a function."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("class_name"), str)
        and isinstance(value.get("config"), (dict, list))
    )


def _value(value: Any, inner: Rewrite) -> Any:
    if isinstance(value, list):
        return [_value(part, inner) for part in value]
    return inner(value) if is_object(value) else value


def _input_settings(config: dict[str, Any], shape: Any) -> dict[str, Any]:
    """Return the settings of an InputLayer, of those that it has in Keras 3."""
    names = ("name", "dtype", "sparse", "ragged", "optional")
    return {
        "batch_shape": shape,
        **{key: config[key] for key in names if config.get(key) is not None},
    }
