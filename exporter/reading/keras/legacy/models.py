"""Rewrite the configuration of a model of an older Keras, at every depth, as Keras 3 writes it."""

from dataclasses import dataclass
from typing import Any

from exporter.reading.keras.legacy import nodes, shapes, tensorflow_functions
from exporter.reading.keras.legacy.classes import class_of, is_model
from exporter.reading.keras.legacy.layers import Writer, modern_layer
from exporter.reading.keras.legacy.names import name_for_keras
from exporter.reading.keras.legacy.values import plain

_INPUT = "InputLayer"


def modern_model(config: dict[str, Any], version: str, backend: str) -> dict[str, Any]:
    """Return the configuration of a model of Keras 1 or 2 as Keras 3 reads it.

    Parameters
    ----------
    config
        What the file says, decoded: ``class_name``, ``config`` and, in an archive, more.
    version, backend
        The Keras version and the backend that wrote it; empty where the file does not say.

    Returns
    -------
    dict
        The same model, in the form in which Keras 3 writes models into archives. A layer that
        Keras 3 cannot have says why under ``REFUSAL``.
    """
    unpacked = plain(config)
    model = _Rewriting(Writer(version, backend)).modern(unpacked)
    if is_model(model) and model["class_name"] == "Sequential":
        _give_shape(model["config"], _built_shape(unpacked))
    return model


@dataclass(frozen=True)
class _Rewriting:
    """Rewrites models and layers of one writer."""

    writer: Writer

    def modern(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return a layer or a model, rewritten."""
        inner = config["config"]
        cls = class_of(config)
        # Keras 1 stored a Sequential as the bare list of its layers.
        if cls["class_name"] == "Sequential" and isinstance(inner, list):
            inner = {"layers": inner}
        if not isinstance(inner, dict):
            return {**cls, "config": inner}
        if not isinstance(inner.get("layers"), list) or not _holds_model(cls):
            return modern_layer({**config, "config": inner}, self.writer, self.modern)
        settings = {
            **inner,
            "name": name_for_keras(str(inner.get("name") or config.get("name") or "model")),
        }
        body = self._functional(settings) if "input_layers" in inner else self._sequential(settings)
        return {**cls, "config": body}

    def _sequential(self, config: dict[str, Any]) -> dict[str, Any]:
        raw = config["layers"]
        layers = [self.modern(layer) for layer in raw]
        shape = None
        for layer, modern in zip(raw, layers, strict=True):
            if isinstance(layer["config"], dict):
                shape = shapes.narrower(shape, shapes.of_layer(layer["config"]))
            if modern["class_name"] != _INPUT:
                break
        model = {"name": config["name"], "layers": layers}
        _give_shape(model, shape)
        return model

    def _functional(self, config: dict[str, Any]) -> dict[str, Any]:
        layers = config["layers"]
        called = [nodes.calls(layer) for layer in layers]
        ends = {key: nodes.place(config[key]) for key in ("input_layers", "output_layers")}
        modern = [self.modern(layer) for layer in layers]
        models = {
            str(layer["name"])
            for layer, rewritten in zip(layers, modern, strict=True)
            if isinstance(rewritten["config"].get("layers"), list)
        }
        used = [one for one in nodes.places([called, *ends.values()]) if one.layer in models]
        first = nodes.first_nodes(used)
        return {
            "name": config["name"],
            "layers": [
                _node(str(layer["name"]), rewritten, calls, first)
                for layer, rewritten, calls in zip(layers, modern, called, strict=True)
            ],
            **{key: _ends(value, first, modern) for key, value in ends.items()},
        }


def _holds_model(cls: dict[str, Any]) -> bool:
    """Tell whether a class is a model of Keras, or may be derived from one."""
    return is_model(cls) or cls["registered_name"] is not None


def _give_shape(config: dict[str, Any], shape: shapes.Shape | None) -> None:
    """Give a Sequential an InputLayer, where its input shape is known and it has none."""
    layers = config["layers"]
    if not layers:
        return
    first = layers[0]
    if first["class_name"] == _INPUT:
        first["config"]["batch_shape"] = shapes.narrower(first["config"]["batch_shape"], shape)
        return
    shape = shape if shape is not None else shapes.of_input(first)
    if shape is not None:
        dtype = first["config"].get("dtype")
        layers.insert(0, _input_layer(shape, dtype, {_name(layer) for layer in layers}))


def _input_layer(shape: shapes.Shape, dtype: Any, names: set[str]) -> dict[str, Any]:
    name = "input"
    while name in names:
        name += "_1"
    # A policy of mixed precision is the layer's; its input is of single precision.
    own = dtype if isinstance(dtype, str) and not dtype.startswith("mixed") else "float32"
    settings = {"name": name, "batch_shape": shape, "dtype": own}
    return {**class_of({"class_name": _INPUT}), "config": settings}


def _name(layer: dict[str, Any]) -> str:
    return str(layer["config"].get("name"))


def _built_shape(config: dict[str, Any]) -> shapes.Shape | None:
    """Return the shape that a Sequential was built with, for any number of samples."""
    of_model, of_archive = config["config"], config.get("build_config")
    shape = of_model.get("build_input_shape") if isinstance(of_model, dict) else None
    if shape is None and isinstance(of_archive, dict):
        shape = of_archive.get("input_shape")
    if not isinstance(shape, list) or not shape or isinstance(shape[0], list):
        return None
    return [None, *shape[1:]]


def _node(
    name: str, layer: dict[str, Any], calls: list[nodes.Call], first: dict[str, int]
) -> dict[str, Any]:
    """Return a layer with its calls."""
    if layer["class_name"] in tensorflow_functions.CLASSES:
        layer, calls = tensorflow_functions.translated(layer, calls)
    else:
        calls = [nodes.Call([_alone(value) for value in call.args], call.others) for call in calls]
    layer["config"].setdefault("name", name_for_keras(name))
    return {
        **layer,
        "name": name_for_keras(name),
        "inbound_nodes": [nodes.written_call(call, first) for call in calls],
    }


def _alone(value: Any) -> Any:
    """Return a single tensor for a list of one, as Keras 2 called its layers."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _ends(value: Any, first: dict[str, int], layers: list[dict[str, Any]]) -> Any:
    """Return the inputs or outputs of a model as Keras 3 writes them."""
    # Keras 3 counts the making of a functional model among its calls here, and here only.
    functional = {_name(layer) for layer in layers if layer["class_name"] == "Functional"}

    def rewrite(one: Any) -> Any:
        if isinstance(one, nodes.Place):
            name = name_for_keras(one.layer)
            number = one.node - first.get(one.layer, 0) + (name in functional)
            return [name, number, one.tensor]
        if isinstance(one, dict):
            return {key: rewrite(part) for key, part in one.items()}
        return [rewrite(part) for part in one] if isinstance(one, list) else one

    places = list(nodes.places(value))
    return rewrite(places[0] if len(places) == 1 else value)
