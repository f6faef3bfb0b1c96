"""Masks, which travel beside tensors: who makes one, who passes it on, and who computes with it.

Keras hangs the mask of a tensor on it as it computes. Layers that take no notice of masks lose
it, and so does each operation of ``keras.ops`` that makes another tensor.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from exporter.reading.calls import LayerCall, Tensor, leaves
from exporter.wiring import is_of_keras

_ENDS_HERE: Final = frozenset(["Dot", "GlobalAveragePooling1D"])
"""Layers that support masks, and put out none."""

_IGNORE: Final = frozenset(["BatchNormalization"])
"""Layers that are given a mask, and do not look at it at inference."""

_BY_ATTRIBUTE: Final = frozenset(["Maximum", "Minimum", "Multiply"])
"""Layers that look at the masks of their inputs without being given them."""

_MERGES: Final = frozenset(["Add", "Average", "Subtract"])
"""Layers that put out a mask where all of their inputs have one."""


@dataclass(frozen=True)
class Mask:
    """A mask that tensors carry.

    Parameters
    ----------
    maker
        The layer that made it.
    position
        The position of its tensor; None where no call of the model puts it out.
    """

    maker: str
    position: int | None = None


class Masks:
    """The masks that tensors carry, by the tensors' positions."""

    def __init__(self) -> None:
        self._carried: dict[int, Mask] = {}

    def of(self, positions: Iterable[int]) -> Mask | None:
        """Return the mask of the first tensor that carries one; None if there is none."""
        return next((self._carried[each] for each in positions if each in self._carried), None)

    def give(self, positions: Iterable[int], masks: Any, name: str) -> None:
        """Note that tensors carry masks which a call has.

        Parameters
        ----------
        positions
            Those of the tensors.
        masks
            What the call has: a mask, or one for each tensor.
        name
            The layer that is called.
        """
        every = list(leaves(masks))
        for at, position in enumerate(positions):
            mask = every[at] if len(every) > 1 else every[0]
            if mask is not None:
                maker = self._carried.get(position, Mask(name)).maker
                own = mask.position if isinstance(mask, Tensor) else None
                self._carried[position] = Mask(maker, own)

    def pass_on(self, inputs: Iterable[int], outputs: Iterable[int]) -> None:
        """Let tensors carry the mask that one of the inputs carries, if any does."""
        mask = self.of(inputs)
        if mask is not None:
            self._carried.update(dict.fromkeys(outputs, mask))

    def through(
        self,
        layer: Any,
        name: str,
        kwargs: Mapping[str, Any],
        inputs: Sequence[int],
        outputs: Iterable[int],
    ) -> None:
        """Note what the outputs of a layer carry.

        Parameters
        ----------
        layer, name, kwargs
            The layer, its name, and the named arguments of its call.
        inputs, outputs
            The positions of what it reads, its masks left out, and of what it puts out.
        """
        class_name = _name(layer)
        if kwargs.get("mask") is not None:
            self.give(inputs, kwargs["mask"], name)
        if _makes_mask(layer, kwargs):
            self._carried.update(dict.fromkeys(outputs, Mask(name)))
        elif layer.supports_masking and class_name not in _ENDS_HERE:
            every = all(position in self._carried for position in inputs)
            if every or class_name not in _MERGES:
                self.pass_on(inputs, outputs)


@contextmanager
def silent_about_masks() -> Iterator[None]:
    """Keep back what Keras says of layers that take no notice of masks."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Layer .* was passed an input with a mask")
        yield


def why_refused_by(mask: Mask) -> str:
    """Return why a layer cannot be wired that computes with a mask of which no tensor is known."""
    return (
        f"it leaves steps out by the mask of {mask.maker!r}, which depends on the input and is no "
        "argument of its call; a model without mask_zero and Masking can be wired"
    )


def looks_at_masks(layer: Any) -> bool:
    """Tell whether a layer, given a mask, computes with it."""
    name = _name(layer)
    if name == "TimeDistributed":
        return looks_at_masks(layer.layer)
    return name in _BY_ATTRIBUTE or (name not in _IGNORE and bool(masks_of(layer)))


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


def _makes_mask(layer: Any, kwargs: Mapping[str, Any]) -> bool:
    if _name(layer) == "Masking":
        return True
    return bool(getattr(layer, "mask_zero", False)) and not kwargs.get("reverse")


def _name(layer: Any) -> str:
    """Return the class of a layer of Keras, an empty name for others."""
    cls = type(layer)
    return cls.__name__ if is_of_keras(cls.__module__) else ""
