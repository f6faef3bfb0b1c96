"""Leave weak edges out of a load."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from queries.core.weight_bound import weight_bound
from queries.core.wording import option
from queries.errors import ParameterError
from queries.library.checks import require_count


@dataclass(frozen=True)
class Threshold:
    """Which edges are strong enough to be loaded; both conditions must hold.

    A weight that is not a number is not known to be weak: its edge always stays, beside the
    strongest.

    Parameters
    ----------
    min_weight
        Smallest absolute weight, as ``weight_bound`` rounds it; 0 keeps all.
    top
        How many edges into each neuron stay, strongest first; None keeps all. Of equally
        strong ones those come first that the layer reads first.

    Raises
    ------
    ParameterError
        If ``min_weight`` is negative or no number, or ``top`` less than 1.
    """

    min_weight: float = 0.0
    top: int | None = None

    def __post_init__(self) -> None:
        least: object = self.min_weight
        is_number = isinstance(least, Real) and not isinstance(least, bool)
        if not (is_number and 0 <= self.min_weight < np.inf):
            raise ParameterError(
                f"{option('min_weight')} is {self.min_weight}; it must be 0 or more"
            )
        if self.top is not None:
            require_count(option("top"), self.top)

    def __bool__(self) -> bool:
        """Tell whether anything can be left out at all."""
        return self.min_weight > 0 or self.top is not None

    def keeps(self, target: NDArray[np.int64], weight: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which edges stay.

        Parameters
        ----------
        target, weight
            Columns of equal length that hold all edges into each of some neurons; targets
            ascend.
        """
        strength = np.abs(weight)
        unknown = np.isnan(strength)
        strong: NDArray[np.bool_] = strength >= weight_bound(self.min_weight)
        if self.top is not None:
            order = np.lexsort((-strength, target))
            # Those of which nothing is known come last, and so take no place of a strong one.
            first = np.searchsorted(target, target, side="left")
            rank = np.empty(len(order), dtype=np.int64)
            rank[order] = np.arange(len(order))
            strong &= rank - first < self.top
        return strong | unknown


@dataclass(frozen=True)
class LeftOut:
    """What a threshold left out of a layer.

    Parameters
    ----------
    edges
        How many edges.
    weight, absolute
        Sum of their weights, and of their absolute weights.
    """

    edges: int = 0
    weight: float = 0.0
    absolute: float = 0.0

    def __add__(self, other: "LeftOut") -> "LeftOut":
        return LeftOut(
            self.edges + other.edges,
            self.weight + other.weight,
            self.absolute + other.absolute,
        )
