"""The values of all neurons, by the model and by a graph, and how far apart they are."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from exporter.planning.layer import PlannedLayer
from exporter.planning.plan import LayerRow, Plan
from exporter.planning.push import Trace
from exporter.reading.opened_model import ModelValues, OpenedModel
from exporter.verifying.forward import by_element, neuron_values
from exporter.verifying.replay import Doubles, GraphSource, Ids, largest_finite, no_values, replayed
from exporter.wiring import ZERO

TOLERANCE: Final = 1e-5
"""Largest difference that passes, as a share of the largest output of the layer."""

_Values = tuple[Ids, Doubles]
"""What stands in a tensor: ids, and what the model says there, shape ``(ids, samples)``."""


class Proof:
    """The forward pass of a part of a model.

    Parameters
    ----------
    model, whole
        The model, and its neurons.
    part
        What of it the graph has.
    values
        What the model says of all tensors.

    Attributes
    ----------
    seeded
        The layers that take the values of the model: the inputs, and what is fed from outside of
        the part.
    """

    def __init__(self, model: OpenedModel, whole: Trace, part: Plan, values: ModelValues) -> None:
        self._calls = {call.name: call for call in model.calls}
        self._predicted = {
            tensor.position: values_of_output
            for tensor, values_of_output in zip(model.outputs, values.outputs, strict=True)
        }
        self._whole, self._values = whole, values
        self._first, self._last = part.layers[0].first, part.layers[-1].last
        self._is_whole = len(part.layers) == len(whole.plan.layers)
        expected = neuron_values(model, whole, values)
        self._expected = expected[self._first : self._last + 1]
        self._replayed = no_values(part.stored_layers, self._expected.shape[1])
        self._layers = [layer.places(self._first) for layer in part.stored_layers]
        self._begin = part.layers[0].index
        indices = {layer.index for layer in part.layers}
        self.seeded = [
            layer.name
            for layer in whole.plan.layers
            if layer.index in indices
            and (self._is_input(layer.index) or not indices.issuperset(layer.inputs))
        ]

    def _is_input(self, index: int) -> bool:
        return index not in self._whole.inner and not self._call(index).inputs

    def _call(self, index: int) -> Any:
        return self._calls[self._whole.plan.layers[index].name]

    def replay(self, graph: GraphSource) -> None:
        """Compute the values of all neurons of a graph."""
        layers = graph.layers()
        seeds = {
            layer.name: self._expected[self._layers[layer.index - self._begin]].T
            for layer in layers
            if layer.name in self.seeded
        }
        for layer, undefined in replayed(graph, seeds, self._replayed):
            own = self._layers[layer.index - self._begin]
            self._replayed[own][undefined] = self._expected[own][undefined]

    def row(self, layer: LayerRow, changes: Mapping[str, int]) -> dict[str, Any] | None:
        """Return the row of a layer, or of a step of one; None if the graph has none of it.

        Parameters
        ----------
        layer
            The layer, or the step.
        changes
            How much of each layer's neurons and relationships is not as it should be.
        """
        if layer.index is None:
            return self._row_of_moved(layer)
        planned = self._whole.plan.layers[layer.index]
        if not self._first <= planned.first <= self._last:
            return None
        ids = np.arange(planned.first, planned.last + 1)
        tensors = [(ids, self._expected[ids - self._first])]
        if layer.index in self._whole.inner:
            return self._row(
                layer, planned.neurons, tensors, changes[layer.name], self._added_up(planned)
            )
        tensors += self._tensors(self._call(layer.index).outputs, self._predicted)
        return self._row(layer, planned.neurons, tensors, changes[layer.name])

    def _added_up(self, step: PlannedLayer) -> float:
        """Return the most that a neuron of a step may add up, 0 where it does something else.

        A mean that is 0 but for rounding, such as that of what is normalized already, is no
        measure of how it was rounded.
        """
        if step.wiring.reduce != "sum" or step.wiring.activation is not None:
            return 0.0
        read = [self._scales[index - self._begin] for index in step.inputs if index >= self._begin]
        return step.fan_in * largest_finite(step.wiring.weights) * max(read, default=0.0)

    def _row_of_moved(self, layer: LayerRow) -> dict[str, Any] | None:
        outputs = self._calls[layer.name].outputs
        tensors = self._tensors(outputs, self._values.tensors)
        if not self._is_whole and not any((ids >= 0).any() for ids, _ in tensors):
            return None
        misplaced = sum(
            int(np.any(~_same(self._at(self._expected, ids), output), axis=1).sum())
            for ids, output in tensors
        )
        tensors += self._tensors(outputs, self._predicted)
        return self._row(layer, None, tensors, misplaced)

    def _tensors(self, outputs: Sequence[int], arrays: Mapping[int, Any]) -> list[_Values]:
        """Return what the model says of tensors, without neurons that the part does not have."""
        tensors = []
        for position in outputs:
            if position in arrays:
                ids = self._whole.ids[position].reshape(-1)
                elsewhere = (ids >= 0) & ((ids < self._first) | (ids > self._last))
                elsewhere &= ids < self._whole.plan.neurons
                tensors.append((ids[~elsewhere], by_element(arrays[position])[~elsewhere]))
        return tensors

    def _row(
        self,
        layer: LayerRow,
        neurons: int | None,
        tensors: Sequence[_Values],
        changes: int,
        added_up: float = 0.0,
    ) -> dict[str, Any]:
        """Return a row of the report.

        Parameters
        ----------
        layer, neurons, changes
            What it says besides.
        tensors
            What is compared.
        added_up
            What the differences are a share of, if it is more than the values.
        """
        ids = np.concatenate([each for each, _ in tensors])
        output = np.concatenate([values for _, values in tensors])
        replayed_values = self._at(self._replayed, ids)
        difference = _differences(replayed_values, output)
        largest = float(difference.max(initial=0.0))
        scales = [self._scales[index] for index in self._layers_in(ids)]
        scale = max(added_up, largest_finite(output), *scales)
        # An output that is 0 throughout has no scale: there any difference counts in full.
        relative = largest / scale if scale else largest
        worst = int(ids[difference.argmax()]) if len(ids) else ZERO
        return {
            "layer": layer.name,
            "class_name": layer.class_name,
            "neurons": neurons,
            "largest_difference": largest,
            "scale": scale,
            "relative_difference": relative,
            "worst_neuron": worst if worst >= 0 else None,
            "changes": changes,
            "passed": bool(relative <= TOLERANCE) and changes == 0,
        }

    @cached_property
    def _scales(self) -> list[float]:
        return [largest_finite(self._expected[own]) for own in self._layers]

    def _layers_in(self, ids: Ids) -> list[int]:
        """Return which layers of the part have neurons in a tensor, counted from its first."""
        neurons = ids[(ids >= self._first) & (ids <= self._last)]
        begins = [self._first + own.start for own in self._layers]
        counts = np.bincount(np.searchsorted(begins, neurons, side="right"))
        return [int(place) - 1 for place in np.flatnonzero(counts)]

    def _at(self, values: Doubles, ids: Ids) -> Doubles:
        """Return the values of neurons, 0 for the constant 0, and NaN of what is neither."""
        result = np.full((len(ids), values.shape[1]), np.nan)
        result[ids == ZERO] = 0.0
        inside = (ids >= self._first) & (ids <= self._last)
        result[inside] = values[ids[inside] - self._first]
        return result


def _same(one: Doubles, other: Doubles) -> NDArray[np.bool_]:
    """Tell which values are equal; both may say the same of log(0) or sqrt(-1)."""
    same: NDArray[np.bool_] = (one == other) | (np.isnan(one) & np.isnan(other))
    return same


def _differences(one: Doubles, other: Doubles) -> Doubles:
    """Return the largest difference of each row."""
    with np.errstate(invalid="ignore"):
        differences: Doubles = np.where(_same(one, other), 0.0, np.abs(one - other)).max(axis=1)
    return differences
