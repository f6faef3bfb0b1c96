"""Paths of what a target is at an input: from what begins at a neuron to the target."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from queries.analysis.at_input.frozen import FrozenModel
from queries.analysis.at_input.jacobian import Jacobian
from queries.analysis.operators import EdgeColumns, Ids, Scores
from queries.analysis.path_graph import ACROSS, ENDS, KINDS, LARGEST, ONWARD, Counting

_ROUNDED: Final = 1e-14
"""What share of two numbers their difference is by rounding alone."""


@dataclass(frozen=True)
class NeuronPaths:
    """The paths of a target at an input, from neuron to neuron.

    What they come to adds up to the target: those that begin at inputs to the inputs times the
    gradient, the others to what neurons have of their own.

    Parameters
    ----------
    model
        The model at the input.
    own
        How much of each pre-activation the target counts: shape (neurons,).
    """

    model: FrozenModel
    own: Scores

    @cached_property
    def _first(self) -> tuple[Scores, dict[int, Jacobian]]:
        """The logarithm of the strongest path on, and Jacobians of the layers that lead on."""
        jacobians: dict[int, Jacobian] = {}
        return self._followed(LARGEST, jacobians), jacobians

    @cached_property
    def _over_axis(self) -> list[tuple[slice, Jacobian]]:
        """The neurons of the layers whose function takes several together, of those that lead on.

        Of others no Jacobian is made, such as of attention that is held.
        """
        network, (_, jacobians) = self.model.network, self._first
        layers = [layer for layer in network.layers if layer.index in jacobians]
        return [(network.neurons_of(layer), jacobians[layer.index]) for layer in layers]

    @cached_property
    def _slope(self) -> Scores:
        """What passes from the pre-activation of each neuron to its own value."""
        slope = self.model.slope.copy()
        for place, jacobian in self._over_axis:
            slope[place] = jacobian.diagonal
        return slope

    @cached_property
    def _across(self) -> Scores:
        """1 of neurons of which the pre-activation passes to values of others, else 0."""
        across = np.zeros(self.model.network.neurons)
        for place, _ in self._over_axis:
            across[place] = 1.0
        return across

    @property
    def begins(self) -> tuple[Ids, Scores]:
        """The nodes at which paths begin, and what begins there.

        At a neuron of an input its value begins; elsewhere the bias, which passes through the
        function of the neuron, and what its slope leaves of its value.
        """
        model = self.model
        before = np.where(model.inputs, model.pre_activation, model.bias + model.rest)
        passed = self._slope * model.pre_activation
        for place, jacobian in self._over_axis:
            passed[place] = jacobian.pushed(model.pre_activation[place])
        left = model.value - passed
        left[np.abs(left) <= _ROUNDED * (np.abs(model.value) + np.abs(passed))] = 0.0
        blocks = (
            (ENDS, before * self.own),
            (ACROSS, before * self._across),
            (ONWARD, self._slope * before + left),
        )
        found = [(np.flatnonzero(begun), kind, begun) for kind, begun in blocks]
        node = np.concatenate([KINDS * neuron + kind for neuron, kind, _ in found])
        return node, np.concatenate([begun[neuron] for neuron, _, begun in found])

    def onward(self, counting: Counting) -> Scores:
        """Return what is on from each node.

        Raises
        ------
        ParameterError
            If a Jacobian takes more memory than is free.
        """
        largest, jacobians = self._first
        return largest.copy() if counting is LARGEST else self._followed(counting, jacobians)

    def _followed(self, counting: Counting, jacobians: dict[int, Jacobian]) -> Scores:
        """Return what is on from each node, by one pass; makes Jacobians that are missing."""
        network = self.model.network
        found = np.full((network.neurons, KINDS), counting.nothing)
        found[self.own != 0, ENDS] = counting.end
        last = np.flatnonzero(self.own).max(initial=-1)
        for layer in reversed(network.layers):
            place = network.neurons_of(layer)
            if place.start > last:
                continue
            on = found[place, ONWARD]
            inner = counting.over(found[place, ENDS], self.own[place])
            if layer.index not in self.model.over_axis:
                passed = counting.over(on, self.model.slope[place])
                inner = counting.join(inner, passed)
            elif not (on == counting.nothing).all():
                if layer.index not in jacobians:
                    jacobians[layer.index] = Jacobian.of(self.model.over_axis[layer.index])
                jacobian = jacobians[layer.index]
                found[place, ACROSS] = jacobian.onward(on, counting)
                inner = counting.join(inner, found[place, ACROSS])
                inner = counting.join(inner, counting.over(on, jacobian.diagonal))
            if not layer.edges or (inner == counting.nothing).all():
                continue
            first = place.start
            for operator in network.operators(layer):
                targets = slice(operator.targets.start - first, operator.targets.stop - first)
                more = counting.out(operator, inner[targets])
                on_from = found[operator.sources, ONWARD]
                on_from[:] = counting.join(on_from, more)
        return found.reshape(-1)

    def outgoing(self, nodes: Ids) -> EdgeColumns:
        """Return source, target and weight of all steps from some nodes."""
        neurons = nodes // KINDS
        blocks = self._over_relationships(neurons[nodes % KINDS == ONWARD])
        across = neurons[nodes % KINDS == ACROSS]
        for place, jacobian in self._over_axis:
            here = across[(across >= place.start) & (across < place.stop)]
            source, target, weight = jacobian.outgoing(here - place.start)
            begin, end = (KINDS * (each + place.start) for each in (source, target))
            blocks.append((begin + ACROSS, end + ONWARD, weight))
        source, target, weight = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
        return source, target, weight

    def _over_relationships(self, neurons: Ids) -> list[EdgeColumns]:
        """Return steps over all relationships out of some neurons."""
        source, target, weight = self.model.network.outgoing(neurons)
        factors = ((ENDS, self.own), (ACROSS, self._across), (ONWARD, self._slope))
        return [
            (KINDS * source + ONWARD, KINDS * target + kind, weight * factor[target])
            for kind, factor in factors
        ]
