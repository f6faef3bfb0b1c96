"""The masks that calls look at: what makes one is added to the calls once a layer reads it."""

import inspect
from dataclasses import dataclass, field, replace
from typing import Any

from exporter.reading.calls import Tensor, mapped
from exporter.reading.keras.call_list import Use
from exporter.reading.keras.graph import NotRecordedError, nodes_between
from exporter.reading.keras.masks import (
    LostMask,
    Mask,
    Masks,
    looks_at_masks,
    looks_by_attribute,
    masks_of,
    without_masks,
)
from exporter.reading.keras.steps import Steps


@dataclass
class MaskedCalls(Steps):
    """The calls that have been found, and the masks that their tensors carry."""

    masks: Masks = field(default_factory=Masks)
    mask_makers: set[int] = field(default_factory=set)

    def _looked_at(self, layer: Any, use: Use) -> dict[int, int]:
        """Return the masks that a layer looks at without being given them, by what carries them."""
        if not looks_by_attribute(layer):
            return {}
        carried = {at: self._mask(self.masks.of(Tensor(at))) for at in use.inputs}
        return {at: mask.position for at, mask in carried.items() if isinstance(mask, Tensor)}

    def _with_masks(self, layer: Any, use: Use) -> tuple[Use, str | None]:
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


def with_named_masks(layer: Any, use: Use) -> Use:
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
