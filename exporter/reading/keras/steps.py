"""The calls of what stands at each step of a sequence: loops of recurrent layers, and wrappers."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exporter.reading.calls import Shape, Tensor, leaves
from exporter.reading.keras.call_list import CallList, Use
from exporter.reading.keras.constants import Zeros
from exporter.reading.keras.part_names import Place
from exporter.reading.keras.recording import Spec
from exporter.reading.keras.unrolling import Loop, require_parts, require_steps


@dataclass
class Steps(CallList, ABC):
    """The calls that have been found, to which those of each step are added."""

    @abstractmethod
    def enter(self, nodes: Iterable[Any], positions: dict[int, int], place: Place) -> None:
        """Add the calls of the nodes of a model, or of a layer."""

    @abstractmethod
    def _call(self, layer: Any, use: Use, place: Place) -> Sequence[int]:
        """Add the call of a layer, or what it is made of; return the positions of its outputs."""

    def _steps(self, layer: Any, use: Use, place: Place) -> Sequence[int]:
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
            for output in self._call(layer.layer, Use((Tensor(part),), kwargs, of_step), place)
        ]
        return self._stacked(outputs, made, place)

    def _unrolled(self, loop: Loop, use: Use, place: Place) -> list[int]:
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
        use = Use((Tensor(reads),), {}, (Spec(shape, "float32"),))
        return self._append(zeros, f"{place.prefix}zeros", use, place)[0]

    def _unstacked(self, position: int, place: Place, name: str) -> Sequence[int]:
        """Return the positions of a tensor's parts, one a time of the layer of that name."""
        from keras.src.ops.core import Unstack

        (steps, *shape), dtype = self.specs[position].shape, self.specs[position].dtype
        require_steps(name, int(steps or 0))
        each = [Spec(tuple(shape), dtype)] * int(steps or 0)
        operation = Unstack(num=steps, axis=1, name="unstack")
        use = Use((Tensor(position),), {}, tuple(each))
        return self._append(operation, f"{place.prefix}unstack", use, place)

    def _stacked(self, positions: Sequence[int], made: Spec, place: Place) -> Sequence[int]:
        """Return the position of the tensor that has others one behind the other, by time."""
        from keras.src.ops.numpy import Stack

        use = Use(([Tensor(position) for position in positions],), {}, (made,))
        return self._append(Stack(axis=1, name="stack"), f"{place.prefix}stack", use, place)
