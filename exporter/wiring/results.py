"""What a handler says of a layer: it moves neurons about, or it computes new ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from exporter.wiring.sources import EMPTY, ZERO, Ids, Sources

Weights = NDArray[np.float32]
Floats = NDArray[np.floating[Any]]
Reduce = Literal["sum", "max", "min", "product"]

__all__ = [
    "EMPTY",
    "ZERO",
    "Chain",
    "Computed",
    "Floats",
    "Ids",
    "Moved",
    "NotWirableError",
    "Parts",
    "Reduce",
    "Stage",
    "Weights",
    "Wiring",
]


class NotWirableError(Exception):
    """The layer is of a handled class, but set so that it cannot be wired; says why."""


@dataclass(frozen=True)
class Moved:
    """The layer computes nothing: its output is its input's neurons in another place.

    Parameters
    ----------
    ids
        Neuron ids in the shape of the layer's output, without the batch.
    channel_axis
        Which axis of the output is the channel; None where that is as in the first input,
        or the last axis if the number of axes is another.
    """

    ids: Ids
    channel_axis: int | None = None


@dataclass(frozen=True)
class Parts:
    """The operation takes its input apart: each part is an output of its own."""

    parts: tuple[Moved, ...]


@dataclass(frozen=True)
class Computed:
    """The layer makes one neuron for each element of its output.

    Parameters
    ----------
    sources
        Ids of the neurons that feed each output: shape ``(*output, *fan_in)``. Ids below 0,
        ``EMPTY`` and ``ZERO``, make no edge. Handlers pass views, or sums of which only blocks
        are built; nothing is copied here.
    weights
        Weights of those edges, broadcastable to the shape of ``sources``.
    rank
        How many leading axes of ``sources`` are the output's.
    output
        Shape of the output, without the batch, where it is not that of the leading axes: it
        must hold the same neurons in the same order. A view cannot join two axes into one.
    reduce
        What a neuron does with its weighted inputs.
    bias
        Added to the reduced inputs: broadcastable to the output's shape; None for none.
    activation
        Name of the activation function, a key of ``queries.core.activations.ACTIVATIONS``; None
        for the identity.
    activation_config
        Keyword arguments of that function.
    slope
        The factor of negative values of a PReLU: broadcastable to the output's shape.
    channel_axis
        Which axis of the output is the channel; None as in ``Moved``.
    counted
        What each axis of the output counts, such as heads, None for nothing special; None where
        no axis does.
    is_exact
        True where single precision holds all of its values, if Keras computes in integers.
    known
        The whole numbers that it tells apart in what it reads, from which ``verify`` draws inputs;
        None where any number will do.
    """

    sources: Ids | Sources
    weights: Weights
    rank: int
    output: tuple[int, ...] | None = None
    reduce: Reduce = "sum"
    bias: Floats | None = None
    activation: str | None = None
    activation_config: Mapping[str, Any] = field(default_factory=dict)
    slope: Floats | None = None
    channel_axis: int | None = None
    counted: tuple[str | None, ...] | None = None
    is_exact: bool = False
    known: NDArray[np.int64] | None = None

    @property
    def read(self) -> Sources:
        """The sources as what builds blocks of them."""
        return Sources.of(self.sources)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the layer's output, without the batch."""
        return self.sources.shape[: self.rank] if self.output is None else self.output


@dataclass(frozen=True)
class Stage:
    """One of several steps of a layer, each of which makes neurons.

    Parameters
    ----------
    name
        What the step is called within its layer.
    wire
        Called with the neuron ids of all that it reads, in that order.
    parameters
        How many of the layer's parameters it has.
    output
        Called with the values of all that it reads, of the shapes ``(samples, *shape)``: what it
        puts out, by a formula that knows nothing of neuron ids. None for the last step, whose
        output is the layer's.
    reads
        What it reads: a name is an earlier step, an array are neurons of the layer's inputs.
        None for the step before, or, in the first step, the layer's first input.
    in_blocks
        Whether ``wire`` takes ids as ``IdSum``, of which nothing is built; else it gets arrays.
    """

    name: str
    wire: Callable[..., Computed]
    parameters: int = 0
    output: Callable[..., NDArray[Any]] | None = None
    reads: tuple[str | Ids, ...] | None = None
    in_blocks: bool = False


@dataclass(frozen=True)
class Chain:
    """The layer computes in steps: each makes neurons, and reads what stands before it.

    The last step has the layer's own name, since its neurons are the layer's output.

    Parameters
    ----------
    stages
        The steps.
    outputs
        The steps whose neurons are the layer's outputs, if it has several; the last one is the
        last step.

    Raises
    ------
    ValueError
        If a step reads one that does not stand before it, two have one name, one before the
        last does not say what it puts out, there is none, or the outputs are none of them.
    """

    stages: tuple[Stage, ...]
    outputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a chain has no step")
        before: set[str] = set()
        for stage in self.stages:
            for name in stage.reads or ():
                if isinstance(name, str) and name not in before:
                    raise ValueError(f"{stage.name!r} reads {name!r}, which is no step before it")
            if stage.name in before:
                raise ValueError(f"two steps have the name {stage.name!r}")
            before.add(stage.name)
        for stage in self.stages[:-1]:
            if stage.output is None:
                raise ValueError(f"{stage.name!r} does not say what it puts out")
        if self.outputs and (
            self.outputs[-1] != self.stages[-1].name or not before.issuperset(self.outputs)
        ):
            raise ValueError(f"its outputs {self.outputs} are no steps, or end before the last")


Wiring = Moved | Parts | Computed | Chain
