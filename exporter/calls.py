"""The layer calls of a Keras model, inputs first; nested models are taken apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.wiring import handler_key, is_of_keras


@dataclass(frozen=True)
class Tensor:
    """What a call reads or writes, by its position among all tensors of the model."""

    position: int


@dataclass(frozen=True)
class LayerCall:
    """One use of a layer in a model.

    Parameters
    ----------
    name
        The layer's name, unique within the model: after the name of the model that it is in
        and a slash, if it is in one, and with ``:2`` and so on from its second use on.
    class_name
        The layer's Keras class.
    key
        The name under which that class has its handler.
    layer
        The built Keras layer, or the operation of ``keras.ops``.
    args, kwargs
        The arguments of the call, with a ``Tensor`` in the place of each tensor.
    outputs
        The positions of the tensors that it makes.
    shapes
        Their shapes without the batch, None where an axis is open.
    first
        True at the first use of the layer.
    """

    name: str
    class_name: str
    key: str
    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    outputs: tuple[int, ...]
    shapes: tuple[tuple[int | None, ...], ...]
    first: bool = True

    @property
    def inputs(self) -> tuple[int, ...]:
        """Positions of the tensors that it reads, those among named arguments included."""
        return tuple(
            leaf.position for leaf in _leaves((self.args, self.kwargs)) if isinstance(leaf, Tensor)
        )

    @property
    def leaves(self) -> list[Any]:
        """What stands in the positional arguments, lists and the like taken apart."""
        return _leaves(self.args)

    @property
    def is_operation(self) -> bool:
        """True for an operation of ``keras.ops``, which is no layer."""
        return self.key.startswith("ops.")

    def arguments(self, values: Mapping[int, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments with values, by position, in the places of tensors."""
        args, kwargs = _replaced((self.args, self.kwargs), values)
        return args, kwargs


def layer_calls(model: Any) -> tuple[tuple[LayerCall, ...], tuple[int, ...]]:
    """Return the layer calls of a Keras model, and the positions of its output tensors."""
    walk = _Walk()
    known: dict[int, int] = {}
    walk.enter(functional_graph(model), known, "", {})
    return tuple(walk.calls), tuple(known[id(tensor)] for tensor in model.outputs)


@dataclass
class _Walk:
    """The calls that have been found, and the names and tensors that are taken."""

    calls: list[LayerCall] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    tensors: int = 0

    def enter(
        self, functional: Any, known: dict[int, int], prefix: str, passed: dict[str, Any]
    ) -> None:
        """Add the calls of a model whose input tensors are ``known``, if it is nested.

        Parameters
        ----------
        known
            The position of each Keras tensor, by its ``id``; those of this model are added.
        prefix
            What the names of its layers begin with.
        passed
            The argument ``training`` of a nested model's call, which it hands on.
        """
        for node in _nodes(functional):
            if node.is_input and id(node.outputs[0]) in known:
                continue
            inner = functional_graph(node.operation)
            if inner is None:
                self._add(node, known, prefix, passed)
            else:
                self._take_apart(node, inner, known, prefix, passed)

    def _take_apart(
        self, node: Any, inner: Any, known: dict[int, int], prefix: str, passed: dict[str, Any]
    ) -> None:
        given = [known[id(tensor)] for tensor in _in_order(node, inner)]
        # Each use of a nested model has tensors of its own.
        inside = dict(zip(map(id, inner.inputs), given, strict=True))
        training = node.arguments.kwargs.get("training")
        handed_on = passed if training is None else {"training": training}
        self.enter(inner, inside, f"{prefix}{node.operation.name}/", handed_on)
        for outer, tensor in zip(node.outputs, inner.outputs, strict=True):
            known[id(outer)] = inside[id(tensor)]

    def _add(self, node: Any, known: dict[int, int], prefix: str, passed: dict[str, Any]) -> None:
        layer = node.operation
        outputs = tuple(range(self.tensors, self.tensors + len(node.outputs)))
        self.tensors += len(outputs)
        args, kwargs = node.arguments.convert(lambda leaf: _as_tensor(leaf, known))
        if getattr(layer, "_call_has_training_arg", False):
            kwargs = passed | kwargs
        known.update(zip(map(id, node.outputs), outputs, strict=True))
        self.calls.append(
            LayerCall(
                name=self._unique(prefix + layer.name),
                class_name=type(layer).__name__,
                key=_key(type(layer)),
                layer=layer,
                args=args,
                kwargs=kwargs,
                outputs=outputs,
                shapes=tuple(tuple(tensor.shape[1:]) for tensor in node.outputs),
                first=id(layer) not in self.seen,
            )
        )
        self.seen.add(id(layer))

    def _unique(self, name: str) -> str:
        use, unique = 1, name
        while unique in self.names:
            use += 1
            unique = f"{name}:{use}"
        self.names.add(unique)
        return unique


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
    given = node.arguments.args[0] if node.arguments.args else None
    if isinstance(given, dict) and not isinstance(inner._inputs_struct, dict):
        return [given[tensor.name] for tensor in inner.inputs]
    return list(node.input_tensors)


def _key(cls: type) -> str:
    if is_of_keras(cls.__module__):
        return handler_key(cls.__module__, cls.__name__, None)
    import keras

    return handler_key(cls.__module__, cls.__name__, keras.saving.get_registered_name(cls))


def _as_tensor(leaf: Any, known: dict[int, int]) -> Any:
    import keras

    return Tensor(known[id(leaf)]) if isinstance(leaf, keras.KerasTensor) else leaf


def _leaves(structure: Any) -> list[Any]:
    import keras

    return list(keras.tree.flatten(structure))


def _replaced(structure: Any, values: Mapping[int, Any]) -> Any:
    import keras

    return keras.tree.map_structure(
        lambda leaf: values[leaf.position] if isinstance(leaf, Tensor) else leaf, structure
    )
