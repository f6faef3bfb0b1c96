"""The layer calls of a Keras model, inputs first; models and layers within it are taken apart."""

import inspect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from exporter.reading.bounds import MOST_PARTS
from exporter.reading.calls import LayerCall, Shape, Tensor, leaves, mapped
from exporter.reading.keras.composing import COMPOSED, LAYERS, Composed
from exporter.reading.keras.constants import JOINING, Constant, Zeros, is_batch_of_one, is_constant
from exporter.reading.keras.graph import (
    NotRecordedError,
    functional_graph,
    graph_nodes,
    mask_makers,
    nodes_between,
)
from exporter.reading.keras.inputs import ModelInputs
from exporter.reading.keras.masks import (
    LostMask,
    Mask,
    Masks,
    any_mask,
    looks_at_masks,
    looks_by_attribute,
    masks_of,
    without_masks,
    without_unread,
)
from exporter.reading.keras.own_functions import knows_activation
from exporter.reading.keras.part_names import Place, whole
from exporter.reading.keras.recording import Recording, Spec, likeness, recorded, symbolic
from exporter.reading.keras.settings import settings_of, settle_epsilon
from exporter.reading.keras.symbolic import symbolic_operands
from exporter.reading.keras.unrolling import Loop, require_parts, require_steps
from exporter.reading.keras.unwirable_calls import beyond_handler, why_refused, why_rounded
from exporter.reading.opened_model import ModelTensor
from exporter.wiring import WRAPPERS, handled_classes, handler_key, is_of_keras, is_unwirable
from exporter.wiring.layout import is_channels_first
from queries.errors import ModelFileError


@dataclass(frozen=True)
class Calls:
    """What a Keras model consists of.

    Parameters
    ----------
    calls
        The layer calls, each after those that it reads.
    inputs, outputs
        The tensors that are the model's inputs and outputs.
    modules
        The modules of the classes in it that are not of Keras.
    """

    calls: tuple[LayerCall, ...]
    inputs: tuple[ModelTensor, ...]
    outputs: tuple[ModelTensor, ...]
    modules: tuple[str, ...] = ()


def layer_calls(model: Any, read: ModelInputs) -> Calls:
    """Take a Keras model apart.

    Parameters
    ----------
    model
        The built model.
    read
        Its inputs, of which no axis is open.

    Raises
    ------
    NotRecordedError
        If its class has a ``call`` of its own that cannot be followed.
    """
    walk = _Walk(frozenset(map(id, model.weights)))
    walk.note(model)
    graph = functional_graph(model)
    if graph is None:
        inputs = [walk.add_input(layer, Place()) for layer in read.layers]
        called_with = read.packed([Tensor(position) for position in inputs])
        outputs = walk.parts(model, _Use((called_with,), {}), whole(model))
    else:
        positions: dict[int, int] = {}
        walk.layers_of_inputs = dict(zip(map(id, graph.inputs), read.layers, strict=True))
        walk.enter(graph_nodes(graph), positions, whole(model))
        inputs = [positions[id(tensor)] for tensor in model.inputs]
        outputs = [positions[id(tensor)] for tensor in model.outputs]
    return Calls(
        without_unread(walk.calls, outputs),
        tuple(map(walk.model_tensor, inputs)),
        tuple(map(walk.model_tensor, outputs)),
        tuple(sorted(walk.modules)),
    )


@dataclass(frozen=True)
class _Use:
    """How a layer is used: the arguments of its call, and what is known of what it puts out.

    Parameters
    ----------
    args, kwargs
        The arguments, with a ``Tensor`` in the place of each tensor.
    outputs
        None where Keras has not said.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    outputs: tuple[Spec, ...] | None = None

    @property
    def inputs(self) -> list[int]:
        """The positions of the tensors that are read, in the order of the arguments."""
        every = leaves((self.args, self.kwargs))
        return [leaf.position for leaf in every if isinstance(leaf, Tensor)]

    @property
    def made(self) -> tuple[Spec, ...]:
        """What is put out."""
        assert self.outputs is not None  # noqa: S101
        return self.outputs


@dataclass
class _Walk:
    """The calls that have been found, how often each name was used, and the tensors taken.

    Parameters
    ----------
    weights
        The ids of the variables that the file has.
    """

    weights: frozenset[int]
    calls: list[LayerCall] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)
    layers: set[int] = field(default_factory=set)
    layers_of_inputs: dict[int, Any] = field(default_factory=dict)
    specs: list[Spec] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    constants: dict[int, Any] = field(default_factory=dict)
    recordings: dict[tuple[int, str], Recording] = field(default_factory=dict)
    masks: Masks = field(default_factory=Masks)
    mask_makers: set[int] = field(default_factory=set)
    composed: dict[int, Composed] = field(default_factory=dict)

    def model_tensor(self, position: int) -> ModelTensor:
        """Return a tensor as an input or an output of the model."""
        spec = self.specs[position]
        return ModelTensor(position, spec.shape, spec.dtype)

    def note(self, layer: Any) -> None:
        """Note the module of a class that is somebody's own."""
        module = type(layer).__module__
        if not is_of_keras(module) and not module.startswith("exporter."):
            self.modules.add(module)

    def add_input(self, layer: Any, place: Place) -> int:
        """Add an input of the model."""
        made = (Spec(tuple(layer.batch_shape[1:]), str(layer.dtype)),)
        return self._append(layer, place.name_of(layer), _Use((), {}, made), place)[0]

    def enter(self, nodes: Iterable[Any], positions: dict[int, int], place: Place) -> None:
        """Add the calls of the nodes of a model, or of a layer.

        Parameters
        ----------
        nodes
            The nodes, each after those that it reads.
        positions
            The position of each Keras tensor, by its ``id``; those of the nodes are added. That of
            an input is there already, unless it is one of the whole model.
        """
        every = list(nodes)
        if place.in_file:
            self.mask_makers |= mask_makers(every)
        for node in every:
            if not node.is_input:
                use = self._with_constants(_use_of(node, positions))
                outputs = self._call(node.operation, use, place)
                positions.update(zip(map(id, node.outputs), outputs, strict=True))
            elif id(node.outputs[0]) not in positions:
                layer = self.layers_of_inputs[id(node.outputs[0])]
                positions[id(node.outputs[0])] = self.add_input(layer, place)

    def parts(self, layer: Any, use: _Use, place: Place) -> list[int]:
        """Add the calls that a layer's own ``call`` is made of; return the positions of outputs.

        Raises
        ------
        NotRecordedError
            If they cannot be recorded; none is added then.
        """
        masks = self._looked_at(layer, use)
        recording = self._recording(layer, use, masks)
        made = _made(recording, use)
        begun = len(self.calls)
        read = list(dict.fromkeys([*use.inputs, *masks.values()]))
        positions = dict(zip(map(id, recording.inputs), read, strict=True))
        self.enter(recording.nodes, positions, place)
        self.masks.take_away(read[at] for at in recording.unmasked)
        reads = use.inputs[0]
        outputs = [
            positions[id(value)] if id(value) in positions else self._constant(value, reads, place)
            for value in made
        ]
        self._count_rest(layer, begun)
        return outputs

    def _looked_at(self, layer: Any, use: _Use) -> dict[int, int]:
        """Return the masks that a layer looks at without being given them, by what carries them."""
        if not looks_by_attribute(layer):
            return {}
        carried = {at: self._mask(self.masks.of(Tensor(at))) for at in use.inputs}
        return {at: mask.position for at, mask in carried.items() if isinstance(mask, Tensor)}

    def _recording(self, layer: Any, use: _Use, masks: Mapping[int, int]) -> Recording:
        """Record a call of a layer, unless one like it has been."""
        pairs = [(Tensor(at), Tensor(mask)) for at, mask in masks.items()]
        key = likeness([use.args, pairs], use.kwargs, self.specs)
        if key is None:
            return recorded(layer, use.args, use.kwargs, self.specs, masks)
        if (id(layer), key) not in self.recordings:
            recording = recorded(layer, use.args, use.kwargs, self.specs, masks)
            self.recordings[id(layer), key] = recording
        return self.recordings[id(layer), key]

    def _call(self, layer: Any, use: _Use, place: Place) -> Sequence[int]:
        """Add the call of a layer, or what it is made of; return the positions of its outputs."""
        if isinstance(layer, Loop):
            return self._unrolled(layer, use, place)
        if (graph := functional_graph(layer)) is not None:
            return self._within(layer, graph, use, place)
        use = self._closed(layer, use)
        key = _key(type(layer))
        if key.startswith("ops."):
            return self._operation(layer, key, use, place)
        use = _with_named_masks(layer, use)
        behind = self.masks.behind(layer, use.args, use.kwargs, self.specs, place)
        outputs = self._of_layer(layer, key, use, place)
        bare = [None if self.masks.of(Tensor(position)) else position for position in outputs]
        for position, mask in zip(bare, behind, strict=False):
            if position is not None:
                self.masks.give([position], [mask])
        return outputs

    def _of_layer(self, layer: Any, key: str, use: _Use, place: Place) -> Sequence[int]:
        """Add the call of a layer that is no model."""
        use, masked = self._with_masks(layer, use)
        if masked is None and key in WRAPPERS and self._is_plain(use):
            return self._unwrapped(layer, use, place)
        self.note(layer)
        name = place.name_of(layer)
        stored = [self.specs[position].dtype for position in use.inputs]
        refused = (
            why_refused(layer)
            or masked
            or why_rounded(layer, stored)
            or self._unknown(layer.weights, place)
        )
        if refused is not None or is_unwirable(key):
            return self._append(layer, name, use, place, refused)
        beyond = beyond_handler(use.args, use.kwargs)
        if looks_by_attribute(layer) and any_mask(mapped(self.masks.of, use.args)):
            beyond = "its inputs carry masks"
        handled = key in handled_classes()
        is_plain = beyond is None and knows_activation(layer)
        if handled and (is_plain or key in WRAPPERS):
            return self._append(layer, name, use, place, beyond)
        by = LAYERS.get(key)
        called = layer if by is None else self.composed.setdefault(id(layer), Composed(layer, by))
        try:
            return self.parts(called, use, place.parts_of(layer))
        except NotRecordedError as error:
            why = f"{beyond}, and {error}" if handled and beyond else str(error)
            return self._append(layer, name, use, place, why)

    def _with_masks(self, layer: Any, use: _Use) -> tuple[_Use, str | None]:
        """Return a use with the masks that a layer looks at, and why it cannot have one.

        Keras gives a layer the masks that tensors carry as it computes, whatever the call says.
        """
        if not looks_at_masks(layer):
            return replace(use, kwargs=without_masks(layer, use.kwargs)), None
        taken = self.masks.taken(layer, use.args, use.kwargs)
        try:
            masks = mapped(self._mask, taken)
        except NotRecordedError as error:
            return use, f"the mask of its input cannot be followed: {error}"
        return replace(use, kwargs={**use.kwargs, **masks}), None

    def _mask(self, mask: Any) -> Any:
        """Return a mask that tensors carry as an argument of a call; add what makes it.

        Raises
        ------
        NotRecordedError
            If it cannot be followed.
        """
        if isinstance(mask, LostMask):
            raise NotRecordedError(mask.why)
        if not isinstance(mask, Mask):
            return mask
        if mask.position is None:
            nodes = nodes_between([tensor for tensor, _ in mask.reads], [mask.tensor])
            read = {id(each) for node in nodes for each in node.input_tensors}
            positions = {
                id(tensor): self._mask(stands).position if isinstance(stands, Mask) else stands
                for tensor, stands in mask.reads
                if id(tensor) in read
            }
            self.mask_makers |= {id(node.operation) for node in nodes}
            self.enter(nodes, positions, replace(mask.place, recorded=True))
            mask.position = positions[id(mask.tensor)]
        return Tensor(mask.position)

    def _closed(self, layer: Any, use: _Use) -> _Use:
        """Return a use with the lengths of axes that were open as the model was built."""
        import keras

        if not any(None in spec.shape for spec in use.made):
            return use
        try:
            _, args, kwargs = symbolic(use.args, use.kwargs, self.specs)
            with symbolic_operands():
                tensors = keras.tree.flatten(layer.compute_output_spec(*args, **kwargs))
        except Exception:  # noqa: BLE001 - the layer's handler says what is wrong with its inputs
            return use
        return replace(use, outputs=tuple(map(_spec_of, tensors)))

    def _within(self, model: Any, graph: Any, use: _Use, place: Place) -> list[int]:
        """Add the calls of a nested model, and return the positions of its outputs."""
        read = replace(use, kwargs=without_masks(model, use.kwargs))
        taken = {**use.kwargs, **self.masks.taken(model, use.args, use.kwargs)}
        self.masks.give(read.inputs, leaves(taken.get("mask")))
        inside = dict(zip(map(id, graph.inputs), _in_order(read, graph), strict=True))
        # Each use of a nested model has tensors of its own.
        self.enter(graph_nodes(graph), inside, place.within(model))
        return [inside[id(tensor)] for tensor in graph.outputs]

    def _is_plain(self, use: _Use) -> bool:
        """Tell whether a wrapper does no more than call the layer in it."""
        shapes = [self.specs[leaf.position].shape for leaf in leaves(use.args)]
        # With a constant mask, Keras computes batches of the length of the mask alone.
        mask = use.kwargs.get("mask")
        return len(shapes) == 1 and None not in shapes[0] and not is_constant(mask)

    def _unwrapped(self, layer: Any, use: _Use, place: Place) -> Sequence[int]:
        """Add the calls of the layer in a wrapper."""
        inside = place.within(layer)
        if type(layer).__name__ == "SpectralNormalization":
            return self._call(layer.layer, replace(use, kwargs={}), inside)
        return self._steps(layer, use, inside)

    def _steps(self, layer: Any, use: _Use, place: Place) -> Sequence[int]:
        """Add one call of the layer in a TimeDistributed for each step."""
        (read,), (made,) = use.args, use.made
        of_step = (Spec(made.shape[1:], made.dtype),)
        name = place.name_of(layer)
        parts = self._unstacked(read.position, place, name)
        mask = use.kwargs.get("mask")
        masks: Sequence[dict[str, Any]] = [{}] * len(parts)
        if mask is not None:
            each = self._unstacked(mask.position, place, name)
            masks = [{"mask": Tensor(part)} for part in each]
        outputs = [
            output
            for part, kwargs in zip(parts, masks, strict=True)
            for output in self._call(layer.layer, _Use((Tensor(part),), kwargs, of_step), place)
        ]
        return self._stacked(outputs, made, place)

    def _unrolled(self, loop: Loop, use: _Use, place: Place) -> list[int]:
        """Add the calls of each time of a loop; return the positions of what it returns."""
        inputs, states = use.args
        read = [leaf.position for leaf in leaves(inputs)]
        by_time = [self._unstacked(position, place, place.prefix) for position in read]
        kept = [self._state(leaf, read[0], place) for leaf in leaves(states)]
        said, every, begun = None, [], len(self.specs)
        for time in loop.times:
            if loop.counts(time):
                given = [*(parts[time] for parts in by_time), *kept]
                inside = dict(zip(map(id, [*loop.inputs, *loop.states]), given, strict=True))
                self.enter(loop.nodes, inside, place.at(time, loop.cell))
                said, *kept = (inside[id(output)] for output in loop.outputs)
                require_parts(place.prefix, loop, begun, len(self.specs))
                begun = len(self.specs)
            elif said is None or loop.zeros:
                said = self._zeros(use.made[0].shape, read[0], place)
            every.append(said)
        last = [every[-1]]
        together = self._stacked(every, use.made[1], place) if loop.all_outputs else ()
        return [*last, *together, *kept]

    def _state(self, leaf: Any, reads: int, place: Place) -> int:
        """Return the position of what a loop begins with."""
        if isinstance(leaf, Tensor):
            return leaf.position
        if np.any(np.asarray(leaf)):
            return self._constant(leaf, reads, place)
        return self._zeros(tuple(map(int, leaf.shape[1:])), reads, place)

    def _zeros(self, shape: Shape, reads: int, place: Place) -> int:
        zeros = Zeros(tuple(size or 0 for size in shape))
        use = _Use((Tensor(reads),), {}, (Spec(shape, "float32"),))
        return self._append(zeros, f"{place.prefix}zeros", use, place)[0]

    def _unstacked(self, position: int, place: Place, name: str) -> Sequence[int]:
        """Return the positions of a tensor's parts, one a time of the layer of that name."""
        from keras.src.ops.core import Unstack

        (steps, *shape), dtype = self.specs[position].shape, self.specs[position].dtype
        require_steps(name, int(steps or 0))
        each = [Spec(tuple(shape), dtype)] * int(steps or 0)
        operation = Unstack(num=steps, axis=1, name="unstack")
        use = _Use((Tensor(position),), {}, tuple(each))
        return self._append(operation, f"{place.prefix}unstack", use, place)

    def _stacked(self, positions: Sequence[int], made: Spec, place: Place) -> Sequence[int]:
        """Return the position of the tensor that has others one behind the other, by time."""
        from keras.src.ops.numpy import Stack

        use = _Use(([Tensor(position) for position in positions],), {}, (made,))
        return self._append(Stack(axis=1, name="stack"), f"{place.prefix}stack", use, place)

    def _operation(self, operation: Any, key: str, use: _Use, place: Place) -> Sequence[int]:
        """Add the call of an operation."""
        import keras

        if key == "ops.ConvertToTensor" and use.made[0].dtype == self.specs[use.inputs[0]].dtype:
            return use.inputs
        if place.recorded and key in JOINING:
            args, kwargs = mapped(
                lambda leaf: self._as_neurons(leaf, use.inputs[0], place), (use.args, use.kwargs)
            )
            use = replace(use, args=args, kwargs=kwargs)
        every = leaves((use.args, use.kwargs))
        variables = [leaf for leaf in every if isinstance(leaf, keras.Variable)]
        refused = self._unknown(variables, place)
        makes_mask = id(operation) in self.mask_makers
        name = place.name_of_mask(operation) if makes_mask else place.name_of(operation)
        if (by := COMPOSED.get(key.removeprefix("ops."))) is not None:
            composed = self.composed.setdefault(id(operation), Composed(operation, by))
            try:
                return self.parts(composed, use, Place(f"{name}/", recorded=True, in_file=False))
            except NotRecordedError as error:
                refused = str(error)
        outputs = self._append(operation, name, use, place, refused)
        if key == "ops.Cast" and use.made[0].dtype == self.specs[use.inputs[0]].dtype:
            # It gives back the very tensor that it gets.
            self.masks.give(outputs, map(self.masks.of, use.args))
        return outputs

    def _as_neurons(self, leaf: Any, reads: int, place: Place) -> Any:
        """Return a constant among the arguments of a call as a tensor; what else, as it is."""
        return Tensor(self._constant(leaf, reads, place)) if is_batch_of_one(leaf) else leaf

    def _with_constants(self, use: _Use) -> _Use:
        """Return a use with the constants that are no batch in the places of their tensors."""
        args, kwargs = mapped(
            lambda leaf: (
                self.constants.get(leaf.position, leaf) if isinstance(leaf, Tensor) else leaf
            ),
            (use.args, use.kwargs),
        )
        given = replace(use, args=args, kwargs=kwargs)
        # A call that reads nothing else has no batch.
        return given if given.inputs else use

    def _constant(self, value: Any, reads: int, place: Place) -> int:
        """Add neurons that say a constant; return the position of their tensor.

        One that is no batch can be no neurons: who reads it is given the constant.
        """
        is_batch = is_batch_of_one(value)
        shape: Shape = tuple(map(int, value.shape[1:])) if is_batch else ()
        refused = None if is_batch else "it is no tensor of a batch"
        use = _Use((Tensor(reads),), {}, (Spec(shape, "float32"),))
        name = f"{place.prefix}constant"
        (position,) = self._append(Constant(value), name, use, place, refused)
        if not is_batch and is_constant(value):
            self.constants[position] = value
        return position

    def _unknown(self, variables: Sequence[Any], place: Place) -> str | None:
        """Return why a part cannot be wired whose weights stand in no file."""
        if place.recorded and not self.weights.issuperset(map(id, variables)):
            return "the file has no weights of it, since Keras does not see them in its layer"
        return None

    def _append(
        self, layer: Any, name: str, use: _Use, place: Place, refused: str | None = None
    ) -> tuple[int, ...]:
        """Add a call, and return the positions of its outputs."""
        # A model that is used twice in one that is used twice, and so on, is small in a file.
        if len(self.specs) + len(use.made) > MOST_PARTS:
            raise ModelFileError(
                f"it has more than {MOST_PARTS:,} layers and parts of layers, which are read up to "
                f"{name!r}; no more are"
            )
        outputs = tuple(range(len(self.specs), len(self.specs) + len(use.made)))
        self.specs += use.made
        key = _key(type(layer))
        is_operation = key.startswith("ops.") or isinstance(layer, (Constant, Zeros))
        held = [layer, *leaves((use.args, use.kwargs))] if is_operation else [layer]
        if is_operation:
            settle_epsilon(layer)
        self.calls.append(
            LayerCall(
                name=self._unique(name),
                class_name=type(layer).__name__,
                key=key,
                layer=layer,
                args=use.args,
                kwargs=dict(use.kwargs),
                outputs=outputs,
                shapes=tuple(spec.shape for spec in use.made),
                dtypes=tuple(spec.dtype for spec in use.made),
                first=id(layer) not in self.layers,
                is_operation=is_operation,
                parameters=self._count(held),
                channels_first=is_channels_first(layer),
                settings=settings_of(layer),
                refused=refused,
                one_sample=is_operation and place.recorded,
            )
        )
        self.layers.add(id(layer))
        return outputs

    def _count(self, held: Iterable[Any]) -> int:
        """Count the parameters of layers, and of variables, that have not been counted."""
        import keras

        size = 0
        for each in held:
            variables = [each] if isinstance(each, keras.Variable) else getattr(each, "weights", ())
            for variable in variables:
                if id(variable) not in self.counted:
                    self.counted.add(id(variable))
                    size += math.prod(map(int, variable.shape))
        return size

    def _count_rest(self, layer: Any, begun: int) -> None:
        """Count the weights of a layer from which its ``call`` makes constants by itself.

        They are those of the first operation that is given a constant, else of the last one.
        """
        rest = self._count([layer])
        operations = [at for at in range(begun, len(self.calls)) if self.calls[at].is_operation]
        if not rest or not operations:
            return
        at = next((at for at in operations if _holds_constant(self.calls[at])), operations[-1])
        self.calls[at] = replace(self.calls[at], parameters=self.calls[at].parameters + rest)

    def _unique(self, name: str) -> str:
        unique = name
        while unique in self.uses:
            self.uses[name] += 1
            unique = f"{name}:{self.uses[name]}"
        self.uses[unique] = 1
        return unique


def _holds_constant(call: LayerCall) -> bool:
    given = any(map(is_constant, leaves((call.args, call.kwargs))))
    return given or isinstance(call.layer, Constant)


def _made(recording: Recording, use: _Use) -> Sequence[Any]:
    """Return what a call gives, one for each of its outputs.

    Raises
    ------
    NotRecordedError
        If these are not as many as when the layer was built.
    """
    every = recording.outputs
    given = [value for value in every if value is not None]
    if use.outputs is None or len(given) == len(use.outputs):
        return given
    if len(every) == len(use.outputs):
        return every
    gives = f"{len(given)} outputs, but {len(use.outputs)} as it was built"
    raise NotRecordedError(f"its call() gives {gives}")


def _with_named_masks(layer: Any, use: _Use) -> _Use:
    """Return a use with the masks among its arguments by their names, as most calls have them."""
    masks = masks_of(layer)
    names = [
        name
        for name, parameter in inspect.signature(layer.call).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ][: len(use.args)]
    first = next((at for at, name in enumerate(names) if name in masks), len(use.args))
    named = dict(zip(names[first:], use.args[first:], strict=True))
    return replace(use, args=use.args[:first], kwargs={**named, **use.kwargs})


def _use_of(node: Any, positions: Mapping[int, int]) -> _Use:
    args, kwargs = node.arguments.convert(lambda leaf: _as_tensor(leaf, positions))
    return _Use(args, kwargs, tuple(map(_spec_of, node.outputs)))


def _spec_of(tensor: Any) -> Spec:
    return Spec(tuple(tensor.shape[1:]), str(tensor.dtype))


def _in_order(use: _Use, graph: Any) -> list[int]:
    """Return the positions of what a nested model is called with, in the order of its inputs."""
    argument = use.args[0] if use.args else None
    if isinstance(argument, dict) and not isinstance(graph._inputs_struct, dict):
        return [argument[tensor.name].position for tensor in graph.inputs]
    return use.inputs


def _key(cls: type) -> str:
    if cls in (Constant, Zeros):
        return cls.__name__
    if is_of_keras(cls.__module__):
        return handler_key(cls.__module__, cls.__name__, None)
    import keras

    return handler_key(cls.__module__, cls.__name__, keras.saving.get_registered_name(cls))


def _as_tensor(leaf: Any, positions: Mapping[int, int]) -> Any:
    import keras

    return Tensor(positions[id(leaf)]) if isinstance(leaf, keras.KerasTensor) else leaf
