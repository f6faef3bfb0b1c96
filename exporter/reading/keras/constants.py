"""Values that no input changes, where a layer returns them or joins them with others."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

JOINING: Final = frozenset(
    f"ops.{name}" for name in ("Append", "Concatenate", "Dstack", "Hstack", "Stack", "Vstack")
)
"""The operations that put tensors beside each other, so that a constant needs neurons."""


@dataclass(frozen=True, eq=False)
class Constant:
    """A value that is the same for each sample.

    It is called with any tensor of the model, of which it takes the number of samples.

    Parameters
    ----------
    batch
        The value as a batch of one: shape ``(1, *shape)``.
    """

    batch: Any
    name: str = "constant"

    @property
    def value(self) -> NDArray[np.float32]:
        """The value without the batch."""
        value: NDArray[np.float32] = np.asarray(self.batch, dtype=np.float32)[0]
        return value

    def __call__(self, tensor: Any) -> Any:
        """Return the value once a sample."""
        return np.broadcast_to(self.value, (len(tensor), *self.value.shape))


@dataclass(frozen=True, eq=False)
class Zeros:
    """The constant 0 in a shape without the batch, which needs no neurons.

    It is called as a ``Constant`` is.
    """

    shape: tuple[int, ...]
    name: str = "zeros"

    def __call__(self, tensor: Any) -> Any:
        """Return zeros once a sample."""
        return np.zeros((len(tensor), *self.shape), np.float32)


def is_constant(leaf: Any) -> bool:
    """Tell whether an argument of a call is an array, or a variable of a layer."""
    return hasattr(leaf, "shape") and hasattr(leaf, "dtype")


def is_batch_of_one(leaf: Any) -> bool:
    """Tell whether a constant has the axis of the batch."""
    return is_constant(leaf) and len(leaf.shape) > 1 and leaf.shape[0] == 1
