"""Means over axes of a tensor, and what is left of each neuron without them, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.axes import without_batch
from exporter.wiring.merge import merged
from exporter.wiring.results import Computed, Ids, NotWirableError, Stage, Weights

MEAN: Final = "mean"
"""The step that takes the means."""


@dataclass(frozen=True)
class Means:
    """Which neurons of a tensor have a mean in common.

    Parameters
    ----------
    shape
        Shape of the tensor, without the batch.
    axes
        The axes over which a mean is taken, ascending, that of the batch not counted.
    axis, groups
        One of these axes, and into how many equal parts it is split, each with means of its own.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    axis: int
    groups: int = 1

    @classmethod
    def over(cls, axis: Any, ids: Ids) -> Self:
        """Return the means over whole axes, that of the batch counted, as Keras gives them.

        Raises
        ------
        NotWirableError
            If the batch is among them, or there is none.
        """
        axes = without_batch(axis, ids.ndim)
        if not axes:
            raise NotWirableError("it names no axis")
        return cls(ids.shape, tuple(sorted(axes)), axes[0])

    @property
    def own(self) -> tuple[int, ...]:
        """Shape of the means: that of the tensor, with one for each group along the axes."""
        lengths = [1 if axis in self.axes else size for axis, size in enumerate(self.shape)]
        lengths[self.axis] = self.groups
        return tuple(lengths)

    @property
    def kept(self) -> tuple[int, ...]:
        """Shape of the means without the axes over which they are taken."""
        return tuple(size for axis, size in enumerate(self.shape) if axis not in self.axes)

    @property
    def _split(self) -> tuple[int, ...]:
        """Shape of the tensor, with an axis of the groups before what is left of the split one."""
        behind = self.shape[self.axis] // self.groups
        return (*self.shape[: self.axis], self.groups, behind, *self.shape[self.axis + 1 :])

    @property
    def _over(self) -> list[int]:
        """The axes of the split tensor over which a mean is taken."""
        return [axis + (axis >= self.axis) for axis in self.axes]

    def read(self, ids: Ids) -> Ids:
        """Return what each mean reads, as a view: shape ``(*own, *fan_in)``."""
        inside = range(-len(self.axes), 0)
        sources = np.moveaxis(ids.reshape(self._split), self._over, inside)
        return np.expand_dims(sources, [axis for axis in self.axes if axis != self.axis])

    def wired(self, ids: Ids, **settings: Any) -> Computed:
        """Return a neuron for each mean; ``settings`` are further ones of ``Computed``."""
        sources = self.read(ids)
        rank = len(self.shape)
        fan_in = sources.shape[rank:]
        return Computed(sources, shares(fan_in), rank, **settings)

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the means of values of the shape ``(samples, *shape)``."""
        split = values.reshape(len(values), *self._split)
        over = tuple(axis + 1 for axis in self._over)
        return np.asarray(split.mean(axis=over).reshape(len(values), *self.own))

    def spread(self, means: NDArray[Any], axis: int = 0) -> NDArray[Any]:
        """Return what broadcasts to the tensor's shape, of which ``axis`` is the first axis."""
        if self.groups == 1:
            return means
        return np.repeat(means, self.shape[self.axis] // self.groups, axis=axis + self.axis)

    def step(self, ids: Ids, shape: tuple[int, ...] | None = None) -> Stage:
        """Return the step that takes the means of a layer's input, in a shape of their own."""

        def output(x: NDArray[Any]) -> NDArray[Any]:
            return self.of(x).reshape(len(x), *(shape or self.own))

        return Stage(MEAN, lambda each: self.wired(each, output=shape), output=output, reads=(ids,))

    def left(self, name: str, ids: Ids, activation: str | None = None) -> Stage:
        """Return the step that subtracts the means from the input.

        Parameters
        ----------
        name
            What it is called.
        ids
            The layer's input.
        activation
            ``square`` for the squares of what is left.
        """

        def wire(each: Ids, means: Ids) -> Computed:
            left = merged([each, self.spread(means.reshape(self.own))], weights=[1, -1])
            return replace(left, activation=activation)

        def output(x: NDArray[Any], means: NDArray[Any]) -> NDArray[Any]:
            left = x - self.spread(means.reshape(len(x), *self.own), 1)
            return np.asarray(np.square(left) if activation else left)

        return Stage(name, wire, output=output, reads=(ids, MEAN))


def shares(fan_in: Sequence[int]) -> Weights:
    """Return what each input counts in a mean: weights that add up to exactly 1.

    Each is 1 / (number of inputs), rounded up or down so that the mean of equal inputs is what
    they are: a layer that divides by their deviation would make much of a small remainder.
    """
    count = int(np.prod(fan_in))
    weights = np.full(count, 1 / count, dtype=np.float32)
    step = np.spacing(weights[0])
    # 1 is a multiple of the last digit of the weight, and so is what is missing.
    missing = round((1 - count * float(weights[0])) / float(step))
    weights[: abs(missing)] += np.float32(np.sign(missing)) * step
    return weights.reshape(fan_in)
