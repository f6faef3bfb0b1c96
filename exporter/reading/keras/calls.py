"""The layer calls of a Keras model, inputs first; models and layers within it are taken apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from exporter.reading.calls import LayerCall, Tensor, leaves, mapped
from exporter.reading.keras.call_list import Use, key_of, spec_of
from exporter.reading.keras.composing import COMPOSED, LAYERS, Composed
from exporter.reading.keras.constants import JOINING, is_constant
from exporter.reading.keras.graph import (
    NotRecordedError,
    functional_graph,
    graph_nodes,
    mask_makers,
)
from exporter.reading.keras.inputs import ModelInputs
from exporter.reading.keras.masked_calls import MaskedCalls, with_named_masks
from exporter.reading.keras.masks import (
    any_mask,
    looks_by_attribute,
    without_masks,
    without_unread,
)
from exporter.reading.keras.own_functions import knows_activation
from exporter.reading.keras.part_names import Place, whole
from exporter.reading.keras.recording import Recording, Spec, likeness, recorded, symbolic
from exporter.reading.keras.symbolic import symbolic_operands
from exporter.reading.keras.unrolling import Loop
from exporter.reading.keras.unwirable_calls import beyond_handler, why_refused, why_rounded
from exporter.reading.opened_model import ModelTensor
from exporter.wiring import WRAPPERS, handled_classes, is_unwirable


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
        outputs = walk.parts(model, Use((called_with,), {}), whole(model))
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


@dataclass
class _Walk(MaskedCalls):
    """The calls that have been found, and what is known of the layers and masks on the way."""

    layers_of_inputs: dict[int, Any] = field(default_factory=dict)
    recordings: dict[tuple[int, str], Recording] = field(default_factory=dict)
    composed: dict[int, Composed] = field(default_factory=dict)

    def add_input(self, layer: Any, place: Place) -> int:
        """Add an input of the model."""
        made = (Spec(tuple(layer.batch_shape[1:]), str(layer.dtype)),)
        return self._append(layer, place.name_of(layer), Use((), {}, made), place)[0]

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

    def parts(self, layer: Any, use: Use, place: Place) -> list[int]:
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

    def _recording(self, layer: Any, use: Use, masks: Mapping[int, int]) -> Recording:
        """Record a call of a layer, unless one like it has been."""
        pairs = [(Tensor(at), Tensor(mask)) for at, mask in masks.items()]
        key = likeness([use.args, pairs], use.kwargs, self.specs)
        if key is None:
            return recorded(layer, use.args, use.kwargs, self.specs, masks)
        if (id(layer), key) not in self.recordings:
            recording = recorded(layer, use.args, use.kwargs, self.specs, masks)
            self.recordings[id(layer), key] = recording
        return self.recordings[id(layer), key]

    def _call(self, layer: Any, use: Use, place: Place) -> Sequence[int]:
        """Add the call of a layer, or what it is made of; return the positions of its outputs."""
        if isinstance(layer, Loop):
            return self._unrolled(layer, use, place)
        if (graph := functional_graph(layer)) is not None:
            return self._within(layer, graph, use, place)
        use = self._closed(layer, use)
        key = key_of(type(layer))
        if key.startswith("ops."):
            return self._operation(layer, key, use, place)
        use = with_named_masks(layer, use)
        behind = self.masks.behind(layer, use.args, use.kwargs, self.specs, place)
        outputs = self._of_layer(layer, key, use, place)
        bare = [None if self.masks.of(Tensor(position)) else position for position in outputs]
        for position, mask in zip(bare, behind, strict=False):
            if position is not None:
                self.masks.give([position], [mask])
        return outputs

    def _of_layer(self, layer: Any, key: str, use: Use, place: Place) -> Sequence[int]:
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

    def _closed(self, layer: Any, use: Use) -> Use:
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
        return replace(use, outputs=tuple(map(spec_of, tensors)))

    def _within(self, model: Any, graph: Any, use: Use, place: Place) -> list[int]:
        """Add the calls of a nested model, and return the positions of its outputs."""
        read = replace(use, kwargs=without_masks(model, use.kwargs))
        taken = {**use.kwargs, **self.masks.taken(model, use.args, use.kwargs)}
        self.masks.give(read.inputs, leaves(taken.get("mask")))
        inside = dict(zip(map(id, graph.inputs), _in_order(read, graph), strict=True))
        # Each use of a nested model has tensors of its own.
        self.enter(graph_nodes(graph), inside, place.within(model))
        return [inside[id(tensor)] for tensor in graph.outputs]

    def _is_plain(self, use: Use) -> bool:
        """Tell whether a wrapper does no more than call the layer in it."""
        shapes = [self.specs[leaf.position].shape for leaf in leaves(use.args)]
        # With a constant mask, Keras computes batches of the length of the mask alone.
        mask = use.kwargs.get("mask")
        return len(shapes) == 1 and None not in shapes[0] and not is_constant(mask)

    def _unwrapped(self, layer: Any, use: Use, place: Place) -> Sequence[int]:
        """Add the calls of the layer in a wrapper."""
        inside = place.within(layer)
        if type(layer).__name__ == "SpectralNormalization":
            return self._call(layer.layer, replace(use, kwargs={}), inside)
        return self._steps(layer, use, inside)

    def _operation(self, operation: Any, key: str, use: Use, place: Place) -> Sequence[int]:
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


def _made(recording: Recording, use: Use) -> Sequence[Any]:
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


def _use_of(node: Any, positions: Mapping[int, int]) -> Use:
    args, kwargs = node.arguments.convert(lambda leaf: _as_tensor(leaf, positions))
    return Use(args, kwargs, tuple(map(spec_of, node.outputs)))


def _in_order(use: Use, graph: Any) -> list[int]:
    """Return the positions of what a nested model is called with, in the order of its inputs."""
    argument = use.args[0] if use.args else None
    if isinstance(argument, dict) and not isinstance(graph._inputs_struct, dict):
        return [argument[tensor.name].position for tensor in graph.inputs]
    return use.inputs


def _as_tensor(leaf: Any, positions: Mapping[int, int]) -> Any:
    import keras

    return Tensor(positions[id(leaf)]) if isinstance(leaf, keras.KerasTensor) else leaf
