"""The calls that were found in a model, their names, and how many parameters each has."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from exporter.reading.bounds import MOST_PARTS
from exporter.reading.calls import LayerCall, Shape, Tensor, leaves, mapped
from exporter.reading.keras.constants import Constant, Zeros, is_batch_of_one, is_constant
from exporter.reading.keras.part_names import Place
from exporter.reading.keras.recording import Spec
from exporter.reading.keras.settings import settings_of, settle_epsilon
from exporter.reading.opened_model import ModelTensor
from exporter.wiring import handler_key, is_of_keras
from exporter.wiring.layout import is_channels_first
from queries.errors import ModelFileError


@dataclass(frozen=True)
class Use:
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
class CallList:
    """The calls that have been found, how often each name was used, and what is counted already.

    Parameters
    ----------
    weights
        The ids of the variables that the file has.
    """

    weights: frozenset[int]
    calls: list[LayerCall] = field(default_factory=list)
    uses: dict[str, int] = field(default_factory=dict)
    layers: set[int] = field(default_factory=set)
    specs: list[Spec] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    constants: dict[int, Any] = field(default_factory=dict)

    def model_tensor(self, position: int) -> ModelTensor:
        """Return a tensor as an input or an output of the model."""
        spec = self.specs[position]
        return ModelTensor(position, spec.shape, spec.dtype)

    def note(self, layer: Any) -> None:
        """Note the module of a class that is somebody's own."""
        module = type(layer).__module__
        if not is_of_keras(module) and not module.startswith("exporter."):
            self.modules.add(module)

    def _as_neurons(self, leaf: Any, reads: int, place: Place) -> Any:
        """Return a constant among the arguments of a call as a tensor; what else, as it is."""
        return Tensor(self._constant(leaf, reads, place)) if is_batch_of_one(leaf) else leaf

    def _with_constants(self, use: Use) -> Use:
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
        use = Use((Tensor(reads),), {}, (Spec(shape, "float32"),))
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
        self, layer: Any, name: str, use: Use, place: Place, refused: str | None = None
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
        key = key_of(type(layer))
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


def spec_of(tensor: Any) -> Spec:
    """Return what is known of a symbolic tensor."""
    return Spec(tuple(tensor.shape[1:]), str(tensor.dtype))


def key_of(cls: type) -> str:
    """Return the name under which a class has its handler, if it has one."""
    if cls in (Constant, Zeros):
        return cls.__name__
    if is_of_keras(cls.__module__):
        return handler_key(cls.__module__, cls.__name__, None)
    import keras

    return handler_key(cls.__module__, cls.__name__, keras.saving.get_registered_name(cls))
