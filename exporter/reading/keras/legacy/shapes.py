"""Find the shape that a model's first layers say its input has."""

from typing import Any

Shape = list[Any]
"""The length of each axis, the batch first; None where it is open."""


def of_layer(config: dict[str, Any]) -> Shape | None:
    """Return the input shape that the settings of a layer say, None where they say none."""
    for key in ("batch_input_shape", "batch_shape"):
        if isinstance(config.get(key), list):
            return list(config[key])
    if isinstance(config.get("input_shape"), list):
        return [config.get("batch_size"), *config["input_shape"]]
    # Embedding has an argument of this name that is no shape.
    if config.get("input_dim") is not None and "output_dim" not in config:
        steps = [config["input_length"]] if "input_length" in config else []
        return [None, *steps, config["input_dim"]]
    return None


def of_input(layer: dict[str, Any]) -> Shape | None:
    """Return the shape of the only input of a rewritten layer, None where it is not known."""
    config = layer["config"]
    if layer["class_name"] == "InputLayer":
        shape: Shape | None = config.get("batch_shape")
        return shape
    layers = config.get("layers")
    if not isinstance(layers, list) or not layers:
        return None
    if layer["class_name"] == "Sequential":
        return of_input(layers[0])
    inputs = [inner for inner in layers if inner["class_name"] == "InputLayer"]
    return of_input(inputs[0]) if len(inputs) == 1 else None


def narrower(first: Shape | None, second: Shape | None) -> Shape | None:
    """Return what two shapes of one tensor say together."""
    if first is None or second is None or len(first) != len(second):
        return first if first is not None else second
    return [one if one is not None else other for one, other in zip(first, second, strict=True)]
