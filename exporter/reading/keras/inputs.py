"""The inputs of a Keras model, and the lengths of their axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.reading.calls import Shape
from exporter.reading.input_shapes import closed_shapes
from exporter.reading.keras.legacy import name_in_file
from queries.core.input_shapes import InputShapes
from queries.errors import ModelFileError


@dataclass(frozen=True)
class ModelInputs:
    """What a model is called with.

    Parameters
    ----------
    structure
        The tensors in the lists and dictionaries that the model takes.
    layers
        An ``InputLayer`` for each of them, in that order; no axis of one is open.
    """

    structure: Any
    layers: tuple[Any, ...]

    def packed(self, values: Sequence[Any]) -> Any:
        """Return one value for each input as the model takes them."""
        import keras

        return keras.tree.pack_sequence_as(self.structure, list(values))


def inputs_of(model: Any, given: InputShapes | None) -> ModelInputs:
    """Return the inputs of a built model.

    Parameters
    ----------
    model
        The model.
    given
        The shapes of its inputs, where the user says them.

    Raises
    ------
    ModelFileError
        If the file does not say what it reads, or an axis is open.
    ParameterError
        If a shape does not fit.
    """
    import keras

    graph = model._functional if isinstance(model, keras.Sequential) else model
    if hasattr(graph, "_inputs_struct"):
        structure = graph._inputs_struct
        layers = [tensor._keras_history.operation for tensor in graph.inputs]
    else:
        structure = _built_with(model)
        layers = _made_for(structure)
    shapes = closed_shapes(
        {name_in_file(layer.name): tuple(layer.batch_shape[1:]) for layer in layers}, given
    )
    return ModelInputs(
        structure,
        tuple(_closed(layer, shape) for layer, shape in zip(layers, shapes, strict=True)),
    )


def _closed(layer: Any, shape: Shape) -> Any:
    """Return an input layer of a shape: itself where it has that shape."""
    import keras

    if tuple(layer.batch_shape[1:]) == shape:
        return layer
    return keras.layers.InputLayer(batch_shape=(None, *shape), dtype=layer.dtype, name=layer.name)


def _built_with(model: Any) -> Any:
    """Return symbolic tensors in the structure that a model of its own class was built with."""
    import keras

    shapes = getattr(model, "_build_shapes_dict", None)
    if not shapes:
        raise ModelFileError(
            "the model was saved before its input shape was known; "
            "begin it with an Input layer, or call it once, and save it again"
        )
    if len(shapes) > 1:
        raise ModelFileError(
            f"the call() of its class {type(model).__name__!r} takes {len(shapes)} tensors, but "
            "predict() gives one argument; let it take a list or a dictionary of them"
        )
    (shape,) = shapes.values()
    return keras.tree.map_shape_structure(keras.KerasTensor, shape)


def _made_for(structure: Any) -> list[Any]:
    """Return an input layer for each tensor of a structure, named as it is in a dictionary."""
    import keras

    tensors = keras.tree.flatten(structure)
    if isinstance(structure, Mapping) and len(structure) == len(tensors):
        names = sorted(map(str, structure))
    elif len(tensors) == 1:
        names = ["input"]
    else:
        names = [f"input_{number}" for number in range(1, len(tensors) + 1)]
    return [
        keras.layers.InputLayer(batch_shape=(None, *tensor.shape[1:]), dtype="float32", name=name)
        for name, tensor in zip(names, tensors, strict=True)
    ]
