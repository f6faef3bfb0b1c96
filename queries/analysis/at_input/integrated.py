"""Integrated gradients of all neurons and relationships, in steps from a baseline to an input.

Dhamdhere, Sundararajan and Yan (2018), How important is a neuron, eq. 2, has those of a neuron; a
relationship has ``weight * integral of d value of the source / dt * d target / d pre-activation``.
In each step the slopes are those of the line between its ends. So the parts add up to the target
exactly, however few steps there are; by more steps they come closer to the integral. Between kinks
of a piecewise linear model they are it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.analysis.at_input.activity import Activity, Own, activity_at
from queries.analysis.at_input.attribution import Attribution, attribution
from queries.analysis.at_input.frozen import frozen
from queries.analysis.at_input.kinks import first_kink, is_piecewise_linear
from queries.analysis.at_input.rule import Products, Rule
from queries.analysis.network import Network
from queries.analysis.operators import Columns, EdgeColumns, Flags, NodeOf, Scores
from queries.core.layer import Layer
from queries.core.memory import Room
from queries.core.room import make_room
from queries.errors import ParameterError

_BYTES_A_NEURON: Final = 64
"""What a neuron takes of each step that is kept."""

_PARTS: Final = 1000
"""Parts of the way that progress counts."""

_MOST_KEPT: Final = 32
"""Points of the way of which the activity is kept."""

Inputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Integrated:
    """What neurons and relationships have to do with a target, on the way from a baseline.

    Parameters
    ----------
    steps
        The same of each step.
    lengths
        What share of the way each step is.
    """

    steps: tuple[Attribution, ...]
    lengths: tuple[float, ...]

    @property
    def parts(self) -> tuple[Attribution, ...]:
        """What adds up to it: the steps."""
        return self.steps

    @property
    def target(self) -> float:
        """What the target has more than at the baseline."""
        return sum(each.target for each in self.steps)

    @property
    def value(self) -> Scores:
        """What each neuron puts out more than at the baseline."""
        return np.asarray(np.sum([each.value for each in self.steps], axis=0))

    @property
    def pre_activation(self) -> Scores:
        """The same before its activation function."""
        return np.asarray(np.sum([each.pre_activation for each in self.steps], axis=0))

    @property
    def total_gradient(self) -> Scores:
        """The mean of the gradients on the way."""
        pairs = zip(self.steps, self.lengths, strict=True)
        return np.asarray(np.sum([length * each.total_gradient for each, length in pairs], axis=0))

    @property
    def neurons(self) -> Scores:
        """What of the target comes through each neuron."""
        return self.neurons_in(slice(None))

    @property
    def biases(self) -> Scores:
        """What of the target begins at each neuron."""
        return self.biases_in(slice(None))

    def neurons_in(self, place: slice) -> Scores:
        """Return what of the target comes through some neurons, counted from the model's first."""
        return np.asarray(np.sum([each.neurons_in(place) for each in self.steps], axis=0))

    def biases_in(self, place: slice) -> Scores:
        """Return what of the target begins at some neurons, counted from the model's first."""
        return np.asarray(np.sum([each.biases_in(place) for each in self.steps], axis=0))

    @property
    def taking_part(self) -> Flags:
        """Which neurons a relationship leads to that has to do with the target."""
        return np.asarray(np.any([each.taking_part for each in self.steps], axis=0))

    def edge_blocks(self, layer: Layer, ends: Flags | None = None) -> Iterator[EdgeColumns]:
        """Yield relationships into a layer, with what of the target comes over each.

        Parameters
        ----------
        layer, ends
            As in ``Attribution.edge_blocks``.
        """
        ends = self.taking_part if ends is None else ends
        networks = [each.relationships() for each in self.steps]
        for blocks in zip(*(each.edge_blocks(layer, ends) for each in networks), strict=True):
            source, target, _ = blocks[0]
            yield source, target, np.sum([weight for _, _, weight in blocks], axis=0)

    @property
    def flowing(self) -> "Integrated":
        """What of the target comes over relationships: all steps are needed."""
        return self

    def node_blocks(self, layer: Layer, node: NodeOf) -> Iterator[Columns]:
        """Yield relationships into a layer between nodes, as ``Flowing`` does.

        What each adds to the value of its target is NaN.
        """
        for step in self.steps:
            for source, target, share, _ in step.flowing.node_blocks(layer, node):
                yield source, target, share, np.full_like(share, np.nan)

    def contribution_a_share(self, layer: Layer) -> Scores:
        """Return NaN by neuron of a layer: the lines of the steps differ."""
        return np.full(layer.neurons, np.nan)


def integrated(
    network: Network,
    own: Own,
    inputs: tuple[Inputs, Inputs],
    target: Scores,
    *,
    products: Products = "half",
    steps: int,
) -> Integrated:
    """Return what neurons and relationships have to do with a target, on the way to an input.

    Parameters
    ----------
    network, own
        The model, and what its neurons have of their own.
    inputs
        The baseline, and the input: values of inputs by the names of their layers.
    target
        How much of each pre-activation the target counts: shape (neurons,).
    products
        How products are shared out.
    steps
        How many equal steps there are; 0 for those from kink to kink of a piecewise linear model,
        which give the integral exactly.

    Raises
    ------
    ParameterError
        If the steps take more memory than is free, or the model is not piecewise linear and there
        are to be no equal ones.
    """
    room = Room(_BYTES_A_NEURON, "neurons of steps", "take fewer steps")
    room.require(network.neurons * max(1, steps))
    line, rule = _Line(network, own, *inputs), Rule("rescale", products)
    parts, lengths, before, begun = [], [], line.at(0.0), 0.0
    for time in line.kinks() if steps == 0 else np.linspace(0, 1, steps + 1)[1:].tolist():
        at = line.at(time)
        parts.append(attribution(frozen(network, own, at, rule, before), target))
        room.require(network.neurons * len(parts), more=True)
        lengths.append(time - begun)
        before, begun = at, time
        network.progress("shares of the way", int(time * _PARTS), _PARTS)
    return Integrated(tuple(parts), tuple(lengths))


class _Line:
    """What neurons put out on the line from a baseline to an input."""

    def __init__(self, network: Network, own: Own, start: Inputs, end: Inputs) -> None:
        self._network, self._own = network, own
        self._start, self._end = (
            {name: each.astype(np.float64) for name, each in one.items()} for one in (start, end)
        )
        self._last: dict[float, Activity] = {}

    def at(self, time: float) -> Activity:
        """Return it at a time from 0 to 1."""
        if time not in self._last:
            make_room(self._last, _MOST_KEPT)
            start, end = self._start, self._end
            point = {name: start[name] + (end[name] - start[name]) * time for name in end}
            self._last[time] = activity_at(self._network, self._own, point)
        return self._last[time]

    def kinks(self) -> Iterator[float]:
        """Yield the times at which the model bends, and 1."""
        self._require_piecewise_linear()
        start, later = 0.0, [1.0]
        while later:
            first = first_kink(self._network, self.at(start), self.at(later[-1]))
            time = 1.0 if first is None else start + first * (later[-1] - start)
            if first is not None and start < time < later[-1]:
                later.append(time)
            else:
                start = later.pop()
                yield start

    def _require_piecewise_linear(self) -> None:
        network = self._network
        curved = [layer for layer in network.layers if network.fed_by(layer)]
        curved += [layer for layer in network.layers if layer.reduce == "product"]
        if names := [layer.name for layer in curved if not is_piecewise_linear(layer)]:
            raise ParameterError(
                f"steps: between kinks only a piecewise linear model is integrated exactly, and "
                f"{names[0]!r} is not; say how many steps to take"
            )
