"""The layer calls of a Keras model, inputs first; nested models are taken apart."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.reading.bounds import MOST_PARTS
from exporter.reading.calls import LayerCall, Shape, Tensor
from exporter.reading.keras.legacy import name_in_file
from exporter.reading.keras.settings import settings_of, settle_epsilon
from exporter.reading.keras.unwirable_calls import why_refused
from exporter.reading.opened_model import ModelTensor
from exporter.wiring import WRAPPERS, handler_key, is_of_keras
from exporter.wiring.layout import is_channels_first


@dataclass(frozen=True)
class Calls:
    """What a Keras model consists of.

    Parameters
    ----------
    calls
        The layer calls, each after those that it reads.
    inputs, outputs
        The tensors that are the model's inputs and outputs.
    """

    calls: tuple[LayerCall, ...]
    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]


def layer_calls(model: Any) -> Calls:
    """Take a Keras model apart."""
    walk = _Walk()
    positions: dict[int, int] = {}
    walk.enter(functional_graph(model), positions, "")
    inputs, outputs = (
        tuple(
            ModelTensor(positions[id(tensor)], tuple(tensor.shape[1:]), str(tensor.dtype))
            for tensor in tensors
        )
        for tensors in (model.inputs, model.outputs)
    )
    return Calls(tuple(walk.calls), inputs, outputs)


@dataclass
class _Walk:
    """The calls that have been found, how often each name was used, and what each tensor is."""

    calls: list[LayerCall] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)
    layers: set[int] = field(default_factory=set)
    dtypes: list[str] = field(default_factory=list)

    def enter(self, functional: Any, positions: dict[int, int], prefix: str) -> None:
        """Add the calls of a model whose input tensors have ``positions``, if it is nested.

        Parameters
        ----------
        positions
            The position of each Keras tensor, by its ``id``; those of this model are added.
        prefix
            What the names of its layers begin with.
        """
        for node in _nodes(functional):
            if node.is_input and id(node.outputs[0]) in positions:
                continue
            if functional_graph(node.operation) is not None:
                self._take_apart(node, positions, prefix)
            elif _is_plain_wrapper(node):
                self._unwrap(node, positions, prefix)
            else:
                self._add(node, positions, prefix)

    def _take_apart(self, node: Any, positions: dict[int, int], prefix: str) -> None:
        inner = functional_graph(node.operation)
        inputs = [positions[id(tensor)] for tensor in _in_order(node, inner)]
        outputs = self._within(node.operation, inputs, prefix)
        positions.update(zip(map(id, node.outputs), outputs, strict=True))

    def _within(self, model: Any, inputs: list[int], prefix: str) -> list[int]:
        """Add the calls of a nested model, and return the positions of its outputs."""
        inner = functional_graph(model)
        assert inner is not None  # noqa: S101
        # Each use of a nested model has tensors of its own.
        inside = dict(zip(map(id, inner.inputs), inputs, strict=True))
        self.enter(inner, inside, f"{prefix}{name_in_file(model.name)}/")
        return [inside[id(tensor)] for tensor in inner.outputs]

    def _unwrap(self, node: Any, positions: dict[int, int], prefix: str) -> None:
        (source,), (target,) = node.input_tensors, node.outputs
        shapes = tuple(source.shape[1:]), tuple(target.shape[1:])
        use = _Use(*shapes, str(target.dtype))
        positions[id(target)] = self._inside(node.operation, positions[id(source)], prefix, use)

    def _inside(self, layer: Any, position: int, prefix: str, use: "_Use") -> int:
        """Add the calls of a layer within a wrapper; return the position of its output."""
        if functional_graph(layer) is not None:
            (output,) = self._within(layer, [position], prefix)
            return output
        name = prefix + name_in_file(layer.name)
        if _key(type(layer)) not in WRAPPERS:
            return self._append(layer, name, (Tensor(position),), {}, [use.output], use.dtype)[0]
        if type(layer).__name__ == "SpectralNormalization":
            return self._inside(layer.layer, position, f"{name}/", use)
        return self._steps(layer, position, f"{name}/", use)

    def _steps(self, layer: Any, position: int, prefix: str, use: "_Use") -> int:
        """Add one call of the layer in a TimeDistributed for each step."""
        from keras.src.ops.core import Unstack
        from keras.src.ops.numpy import Stack

        (steps, *step_input), (_, *step_output) = use.input, use.output
        taken_apart = Unstack(num=steps, axis=1, name="unstack")
        each = [tuple(step_input)] * min(int(steps or 0), MOST_PARTS + 1)
        parts = self._append(
            taken_apart, f"{prefix}unstack", (Tensor(position),), {}, each, use.dtype
        )
        of_step = _Use(tuple(step_input), tuple(step_output), use.dtype)
        outputs = [self._inside(layer.layer, part, prefix, of_step) for part in parts]
        together = [Tensor(output) for output in outputs]
        stack = Stack(axis=1, name="stack")
        return self._append(stack, f"{prefix}stack", (together,), {}, [use.output], use.dtype)[0]

    def _add(self, node: Any, positions: dict[int, int], prefix: str) -> None:
        layer = node.operation
        args, kwargs = node.arguments.convert(lambda leaf: _as_tensor(leaf, positions))
        shapes = [tuple(tensor.shape[1:]) for tensor in node.outputs]
        dtypes = [str(tensor.dtype) for tensor in node.outputs]
        outputs = self._append(
            layer, prefix + name_in_file(layer.name), args, kwargs, shapes, *dtypes
        )
        positions.update(zip(map(id, node.outputs), outputs, strict=True))

    def _append(
        self,
        layer: Any,
        name: str,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        shapes: Sequence[Shape],
        *dtypes: str,
    ) -> tuple[int, ...]:
        """Add a call, and return the positions of its outputs; one dtype may go for all."""
        # A model that is used twice in one that is used twice, and so on, is small in a file.
        first = len(self.dtypes)
        if first + len(shapes) > MOST_PARTS:
            raise ValueError(f"there are more than {MOST_PARTS:,} of them")
        outputs = tuple(range(first, first + len(shapes)))
        every = dtypes if len(dtypes) == len(shapes) else dtypes * len(shapes)
        self.dtypes += every
        key = _key(type(layer))
        is_operation = key.startswith("ops.")
        if is_operation:
            settle_epsilon(layer)
        self.calls.append(
            LayerCall(
                name=self._unique(name),
                class_name=type(layer).__name__,
                key=key,
                layer=layer,
                args=args,
                kwargs=kwargs,
                outputs=outputs,
                shapes=tuple(shapes),
                dtypes=every,
                first=id(layer) not in self.layers,
                is_operation=is_operation,
                parameters=0 if is_operation else _parameters(layer),
                channels_first=is_channels_first(layer),
                settings=settings_of(layer),
                refused=None if is_operation else why_refused(layer, args, kwargs, self.dtypes),
            )
        )
        self.layers.add(id(layer))
        return outputs

    def _unique(self, name: str) -> str:
        unique = name
        while unique in self.uses:
            self.uses[name] += 1
            unique = f"{name}:{self.uses[name]}"
        self.uses[unique] = 1
        return unique


@dataclass(frozen=True)
class _Use:
    """How a wrapper uses the layer in it: the shapes of input and output without the batch."""

    input: Shape
    output: Shape
    dtype: str


def _is_plain_wrapper(node: Any) -> bool:
    """Tell whether a call is of a wrapper that does no more than call the layer in it."""
    return (
        _key(type(node.operation)) in WRAPPERS
        and len(node.input_tensors) == 1
        and None not in node.input_tensors[0].shape[1:]
        and node.arguments.kwargs.get("mask") is None
    )


def functional_graph(operation: Any) -> Any | None:
    """Return the graph of nodes of a model, None for a layer that is none."""
    import keras

    if isinstance(operation, keras.Sequential):
        return operation._functional
    return operation if hasattr(operation, "_nodes_by_depth") else None


def _nodes(functional: Any) -> Iterator[Any]:
    """Yield the nodes of a model in the order in which Keras computes them."""
    by_depth = functional._nodes_by_depth
    for depth in sorted(by_depth, reverse=True):
        yield from by_depth[depth]


def _in_order(node: Any, inner: Any) -> list[Any]:
    """Return the tensors that a nested model is called with, in the order of its inputs."""
    argument = node.arguments.args[0] if node.arguments.args else None
    if isinstance(argument, dict) and not isinstance(inner._inputs_struct, dict):
        return [argument[tensor.name] for tensor in inner.inputs]
    return list(node.input_tensors)


def _key(cls: type) -> str:
    if is_of_keras(cls.__module__):
        return handler_key(cls.__module__, cls.__name__, None)
    import keras

    return handler_key(cls.__module__, cls.__name__, keras.saving.get_registered_name(cls))


def _as_tensor(leaf: Any, positions: dict[int, int]) -> Any:
    import keras

    return Tensor(positions[id(leaf)]) if isinstance(leaf, keras.KerasTensor) else leaf


def _parameters(layer: Any) -> int:
    """Count the parameters of a layer, as its ``count_params`` does once it is built."""
    sizes = {id(weight): math.prod(map(int, weight.shape)) for weight in layer.weights}
    return sum(sizes.values())
