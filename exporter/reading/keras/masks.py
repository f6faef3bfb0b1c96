"""Masks, which travel beside tensors: who makes one, who passes it on, and who computes with it.

Keras hangs the mask of a tensor on it as it computes. Layers that take no notice of masks lose
it, and so does each operation of ``keras.ops`` that makes another tensor.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from exporter.reading.calls import LayerCall, Tensor, leaves, mapped
from exporter.reading.keras.constants import is_constant
from exporter.reading.keras.graph import NotRecordedError
from exporter.reading.keras.part_names import Place
from exporter.reading.keras.recording import Spec, symbolic
from exporter.reading.keras.symbolic import symbolic_operands
from exporter.wiring import is_of_keras

_IGNORE: Final = frozenset(["BatchNormalization"])
"""Layers that are given a mask, and do not look at it at inference."""

_BY_ATTRIBUTE: Final = frozenset(["Maximum", "Minimum", "MultiHeadAttention", "Multiply"])
"""Layers that look at the masks of their inputs without being given them.

Attention takes that of the queries so, and takes the masks away from all of its inputs.
"""


@dataclass(eq=False)
class Mask:
    """A mask that tensors carry; its operations are added once a layer looks at it.

    Parameters
    ----------
    tensor
        The symbolic tensor of it, for a batch of one.
    reads
        The symbolic tensors that it is made of, and the positions of what they stand for, or the
        masks.
    place
        Where the layer is that made it.
    position
        The position of its tensor; None as long as its operations are not added.
    """

    tensor: Any
    reads: Sequence[tuple[Any, "int | Mask"]]
    place: Place
    position: int | None = None


@dataclass(frozen=True)
class LostMask:
    """A mask that cannot be followed.

    Parameters
    ----------
    why
        The reason.
    """

    why: str


class Masks:
    """The masks that tensors carry, by the tensors' positions: constants where no input counts."""

    def __init__(self) -> None:
        self._carried: dict[int, Any] = {}

    def of(self, leaf: Any) -> Any:
        """Return the mask that a tensor among the arguments of a call carries; None without one."""
        return self._carried.get(leaf.position) if isinstance(leaf, Tensor) else None

    def give(self, positions: Iterable[int], masks: Iterable[Any]) -> None:
        """Let tensors carry masks, one each; None for one that carries none."""
        for position, mask in zip(positions, masks, strict=False):
            if mask is not None:
                self._carried[position] = mask

    def take_away(self, positions: Iterable[int]) -> None:
        """Let tensors carry no mask any longer."""
        for position in positions:
            self._carried.pop(position, None)

    def taken(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return the masks that Keras gives a layer beside the arguments of a call, by name.

        A layer that is given one tensor, or one list of them, gets theirs as ``mask``; one that is
        given several gets that of each as ``name_mask``.
        """
        given = _bound(layer, args, kwargs)
        tensors = {name: value for name, value in given.items() if _is_tensors(value)}
        single = len(tensors) == 1
        named = {"mask" if single else f"{name}_mask": value for name, value in tensors.items()}
        masks = {
            name: mapped(self.of, value)
            for name, value in named.items()
            if name in given and given[name] is None
        }
        return {name: mask for name, mask in masks.items() if any_mask(mask)}

    def behind(
        self,
        layer: Any,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        specs: Sequence[Spec],
        place: Place,
    ) -> list[Any]:
        """Return the masks that the outputs of a layer carry, None for none.

        Parameters
        ----------
        layer, args, kwargs
            The layer, and the arguments of its call.
        specs
            What is known of each tensor, by its position.
        place
            Where the layer is.
        """
        first = next(iter(_bound(layer, args, kwargs).values()), None)
        before = {**kwargs, **self.taken(layer, args, kwargs)}.get("mask")
        before = mapped(self.of, first) if before is None else before
        if not layer.supports_masking:
            return []
        function = _maker(layer, kwargs)
        if function is None:
            return list(leaves(before))
        if not any_mask(before) and not _makes_masks(layer):
            return []
        return _computed(function, first, before, specs, place)


def any_mask(masks: Any) -> bool:
    """Tell whether there is a mask in a structure."""
    return any(mask is not None for mask in leaves(masks))


def _maker(layer: Any, kwargs: Mapping[str, Any]) -> Callable[..., Any] | None:
    """Return what makes the mask of a layer's output; None where it passes on that of its input."""
    import keras

    if _name(layer) == "ReversibleEmbedding" and not kwargs.get("reverse"):
        # Its call() makes the mask.
        return partial(keras.layers.Embedding.compute_mask, layer)
    if type(layer).compute_mask is keras.layers.Layer.compute_mask:
        return None
    function: Callable[..., Any] = layer.compute_mask
    return function


def _makes_masks(layer: Any) -> bool:
    """Tell whether a layer makes masks where its input carries none."""
    if is_of_keras(type(layer).__module__):
        return _name(layer) == "Masking" or bool(getattr(layer, "mask_zero", False))
    return True


def _computed(
    function: Callable[..., Any], first: Any, before: Any, specs: Sequence[Spec], place: Place
) -> list[Any]:
    """Return the masks that a function makes of what a layer is called with."""
    import keras

    lost = next((mask for mask in leaves(before) if isinstance(mask, LostMask)), None)
    if lost is not None:
        return [lost]
    try:
        tensors, (given,), _ = symbolic((first,), {}, specs)
        reads: list[tuple[Any, int | Mask]] = [(each, at) for at, each in tensors.items()]

        def stands_for(mask: Any) -> Any:
            if isinstance(mask, Mask):
                reads.append((keras.KerasTensor(mask.tensor.shape, mask.tensor.dtype), mask))
            elif isinstance(mask, Tensor):
                spec = specs[mask.position]
                reads.append((keras.KerasTensor((1, *spec.shape), spec.dtype), mask.position))
            else:
                return mask
            return reads[-1][0]

        with keras.StatelessScope(), symbolic_operands():
            masks = function(given, mapped(stands_for, before))
    except NotRecordedError as error:
        return [LostMask(str(error))]
    except Exception as error:  # noqa: BLE001 - compute_mask() may be anybody's
        return [LostMask(f"{type(error).__name__}: {error}")]
    own = {id(tensor): at for tensor, at in reads}
    return [_mask(mask, own, reads, place) for mask in keras.tree.flatten(masks)]


def _mask(
    mask: Any,
    own: Mapping[int, "int | Mask"],
    reads: Sequence[tuple[Any, "int | Mask"]],
    place: Place,
) -> Any:
    import keras

    if not isinstance(mask, keras.KerasTensor):
        return mask
    stood = own.get(id(mask))
    if isinstance(stood, Mask):
        return stood
    return Mask(mask, tuple(reads), place, stood)


@contextmanager
def silent_about_masks() -> Iterator[None]:
    """Keep back what Keras says of layers that take no notice of masks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Layer .* was passed an input with a mask")
        yield


def looks_at_masks(layer: Any) -> bool:
    """Tell whether a layer, given a mask, computes with it."""
    name = _name(layer)
    if name == "TimeDistributed":
        return looks_at_masks(layer.layer)
    return name not in _IGNORE and bool(masks_of(layer))


def looks_by_attribute(layer: Any) -> bool:
    """Tell whether a layer computes with the masks of its inputs without being given them."""
    bases = type(layer).__mro__
    return any(base.__name__ in _BY_ATTRIBUTE and is_of_keras(base.__module__) for base in bases)


def masks_of(layer: Any) -> list[str]:
    """Return the names under which a layer is given masks."""
    parameters = layer.call_signature_parameters
    masks = [name for name in parameters if name == "mask" or name.endswith("_mask")]
    # Whether attention makes a mask by itself, of which the output carries nothing.
    return [name for name in masks if name != "use_causal_mask"]


def without_masks(layer: Any, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call without masks."""
    masks = masks_of(layer)
    return {name: value for name, value in kwargs.items() if name not in masks}


def without_unread(calls: Sequence[LayerCall], kept: Sequence[int]) -> tuple[LayerCall, ...]:
    """Leave out operations whose outputs nobody reads, as those that make a mask.

    Parameters
    ----------
    calls
        The calls, each after those that it reads.
    kept
        The positions of tensors that are outputs of the model.
    """
    read = set(kept)
    result = []
    for call in reversed(calls):
        if not call.is_operation or read.intersection(call.outputs):
            read.update(call.inputs)
            result.append(call)
    return tuple(reversed(result))


def _bound(layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by name, with those that it leaves out."""
    signature = layer._call_signature
    known = {name: value for name, value in kwargs.items() if name in signature.parameters}
    bound = signature.bind_partial(*args, **known)
    bound.apply_defaults()
    return dict(bound.arguments)


def _is_tensors(value: Any) -> bool:
    """Tell whether Keras takes an argument of a call for tensors."""
    if isinstance(value, (list, tuple, Mapping)):
        every = list(leaves(value))
        return bool(every) and all(leaf is None or _is_tensor(leaf) for leaf in every)
    return _is_tensor(value)


def _is_tensor(leaf: Any) -> bool:
    return isinstance(leaf, Tensor) or is_constant(leaf)


def _name(layer: Any) -> str:
    """Return the class of a layer of Keras, an empty name for others."""
    cls = type(layer)
    return cls.__name__ if is_of_keras(cls.__module__) else ""
