"""Whether a model has the neurons that a filter names: its layers say so, nearly always alone."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from queries.core.address import repeatable
from queries.core.layer import Layer
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter, Selection, bounds
from queries.core.properties import WrittenProperty, require_written
from queries.core.wording import command_line, worded
from queries.errors import (
    LayerNotFoundError,
    NeuronNotFoundError,
    PropertyNotFoundError,
    listed,
    listed_layers,
    meant,
    parts_of,
)

AXES: Final = ("channel", "x", "y", "z")
_PLACES: Final = ("x", "y", "z")
_NAME: Final = re.compile(r"(?:\[(?P<channel>\d+)\])?(?:@(?P<place>\d+(?:,\d+){0,2}))?")
_IDS: Final = re.compile(r"\d+(?:\.\.\d*|(?:,\d+)*)")
"""What looks like ids where a layer or a neuron is meant."""

_MOST_LISTED: Final = 5
"""Values that a message lists."""

Lengths = Mapping[str, int]
"""How many there are along each axis of a layer."""


@dataclass(frozen=True)
class Existence:
    """What there is of a model.

    Parameters
    ----------
    location
        Where the graph is.
    model
        The model.
    layers
        Its layers, inputs first.
    last
        Returns the coordinates of the last neuron of a layer; asked where a layer has several
        axes, of which its shape does not say which is the channel.
    properties
        Returns the properties that were written to its neurons.
    """

    location: str
    model: StoredModel
    layers: Sequence[Layer]
    last: Callable[[Layer], Lengths]
    properties: Callable[[], Sequence[WrittenProperty]]
    _lengths_of: dict[int, Lengths] = field(default_factory=dict)

    def require(self, name: str, neurons: NeuronFilter) -> None:
        """Raise an error where a filter names what the model does not have.

        What it names one by one must be there; of a range a part.

        Parameters
        ----------
        name
            The parameter that the filter is a value of, for the message.
        neurons
            The filter.

        Raises
        ------
        LayerNotFoundError
            If it has no such layer.
        NeuronNotFoundError
            If it has no such id, name, channel or coordinate.
        PropertyNotFoundError
            If no such property was written to its neurons, or its write has not ended.
        """
        if names := neurons.property_names:
            self._require_properties(name, names, self.properties())
        self._require_layers(name, neurons.layers or ())
        self._require_ids(name, neurons.id)
        self._require_axes(name, neurons)
        for text in [neurons.name] if isinstance(neurons.name, str) else neurons.name or ():
            self._require_name(name, text)
        for other in neurons.either or ():
            self.require(name, other)

    def require_property(self, name: str, written: str, measures: Collection[str]) -> None:
        """Raise an error where neurons have no such property, where a measure might be named too.

        Parameters
        ----------
        name
            The parameter that it is a value of, for the message.
        written
            The name of the property.
        measures
            What else might be named.

        Raises
        ------
        PropertyNotFoundError
            If no such property was written to its neurons, or its write has not ended.
        """
        properties = self.properties()
        there = [each.name for each in properties]
        if written not in there:
            raise PropertyNotFoundError(
                f"{name}: {repeatable(written)} is no measure, and no property that was written to "
                f"the neurons of model {self.model.name!r}; the measures are {listed(measures)}; "
                f"the properties are {listed(there)}{meant(written, [*measures, *there])}"
            )
        self._require_properties(name, [written], properties)

    def _require_layers(self, name: str, names: Sequence[str]) -> None:
        names_of_model = [layer.name for layer in self.layers]
        for missing in sorted(set(names).difference(names_of_model)):
            raise LayerNotFoundError(
                f"model {self.model.name!r} has no layer {repeatable(missing)}; its layers are "
                f"{listed_layers(names_of_model)}{self._instead_of(name, missing)}"
            )

    def _instead_of(self, name: str, missing: str) -> str:
        """Say what was meant by what is no layer: ids, several layers, or one that has no neurons.

        Parameters
        ----------
        name
            The parameter that it is a value of.
        missing
            What was taken for the name of a layer.
        """
        names = [layer.name for layer in self.layers]
        if _IDS.fullmatch(missing):
            return f"; did you mean {worded(f'id:{missing}', 'ids, which are no text')}?"
        if set(several := missing.split(",")) <= set(names):
            key = "layer" if name == "neurons" else f"{name}.layer"
            return f"; did you mean {worded(f'{key}={missing}', f'{name}={several!r}')}?"
        if parts := parts_of(missing, names):
            more = ", ..." if len(parts) > _MOST_LISTED else ""
            return f"; {missing!r} is in parts: name {listed(parts[:_MOST_LISTED])}{more}"
        for layer in self.layers:
            moves = [each.partition(" (")[0] for each in (layer.moved_by or "").split(", ")]
            if missing in moves:
                return (
                    f"; {missing!r} only moves data, so that it makes no neurons: those of "
                    f"{layer.name!r} pass it"
                )
        return meant(missing, names)

    def _require_properties(
        self, name: str, names: Collection[str], properties: Sequence[WrittenProperty]
    ) -> None:
        finished = {each.name: each.finished for each in properties}
        for missing in sorted(names):
            require_written(self.model.name, missing, finished)
            if not finished[missing]:
                raise PropertyNotFoundError(
                    f"{name}: the property {missing!r} of {self.model.name!r} is unfinished: it is "
                    "being written or removed, or that was interrupted; write it again, or remove "
                    f"it: {self._removal(missing)}"
                )

    def _removal(self, name: str) -> str:
        """Return what removes a property."""
        model = self.model.name
        return worded(
            command_line("properties", remove=name, model=model, graph=self.location),
            f"graph.remove_property({name!r}, model={model!r})",
        )

    def _require_ids(self, name: str, ids: Any) -> None:
        first, last = self.layers[0].first, self.layers[-1].last
        if missing := _outside(ids, first, last):
            raise NeuronNotFoundError(
                f"{name}: model {self.model.name!r} has the ids {first} to {last}, not {missing}"
            )

    def _require_axes(self, name: str, neurons: NeuronFilter) -> None:
        axes = {axis: getattr(neurons, axis) for axis in AXES}
        axes = {axis: value for axis, value in axes.items() if value is not None}
        names = neurons.layers
        layers = [each for each in self.layers if names is None or each.name in names]
        if not axes or not layers:
            return
        # Shapes alone say it of most; only then is anything read.
        for lengths in (self._least, self._lengths):
            if any(_is_within(axes, lengths(each)) for each in layers):
                return
        for axis, value in axes.items():
            self._require_axis(name, axis, value, layers)

    def _require_axis(
        self, name: str, axis: str, value: Selection, layers: Sequence[Layer]
    ) -> None:
        having = [each for each in layers if axis in self._least(each)]
        of = f"layer {layers[0].name!r}" if len(layers) == 1 else "no layer that is meant"
        if not having:
            has = "has no" if len(layers) == 1 else "has"
            raise NeuronNotFoundError(f"{name}: {of} of model {self.model.name!r} {has} {axis}")
        longest = max(self._lengths(each)[axis] for each in having)
        if missing := _outside(value, 0, longest - 1):
            what = "channels" if axis == "channel" else axis
            has = f"has {what} 0 to {longest - 1}, not {missing}"
            if len(layers) > 1:
                has = f"has {axis} {missing}; they have {what} 0 to {longest - 1}"
            raise NeuronNotFoundError(f"{name}: {of} of model {self.model.name!r} {has}")

    def _require_name(self, name: str, text: str) -> None:
        layers = [layer for layer in self.layers if text.startswith(layer.name)]
        if any(self._has(layer, text.removeprefix(layer.name)) for layer in layers):
            return
        names = [layer.name for layer in self.layers]
        alike = "" if layers else meant(re.split(r"[\[@]", text, maxsplit=1)[0], names)
        raise NeuronNotFoundError(
            f"{name}: model {self.model.name!r} has no neuron {text!r}; "
            + (
                "; ".join(f"layer {each.name!r} has {self._axes_text(each)}" for each in layers)
                or f"its layers are {listed_layers(names)}{alike}"
            )
        )

    def _has(self, layer: Layer, rest: str) -> bool:
        """Tell whether a layer has a neuron whose name goes on like this."""
        match = _NAME.fullmatch(rest)
        if match is None:
            return False
        axes = {"channel": match["channel"]} if match["channel"] else {}
        axes |= zip(_PLACES, (match["place"] or "").split(","), strict=False)
        coordinates = {axis: number for axis, number in axes.items() if number}
        lengths = self._lengths(layer)
        return coordinates.keys() == lengths.keys() and all(
            # A number with zeros before it is no neuron's name.
            str(int(number)) == number and int(number) < lengths[axis]
            for axis, number in coordinates.items()
        )

    def _axes_text(self, layer: Layer) -> str:
        lengths = self._lengths(layer)
        return listed([f"{axis} 0 to {length - 1}" for axis, length in lengths.items()])

    def _least(self, layer: Layer) -> Lengths:
        """Return how many there are along each axis at least, known by the shape alone."""
        if layer.index in self._lengths_of:
            return self._lengths_of[layer.index]
        if self.model.granularity == "layer":
            return {}
        if self.model.granularity == "channel":
            return {"channel": layer.neurons}
        axes = ("channel", *_PLACES[: len(layer.shape) - 1])
        return dict.fromkeys(axes, min(layer.shape))

    def _lengths(self, layer: Layer) -> Lengths:
        """Return how many there are along each axis."""
        least = self._least(layer)
        if layer.index not in self._lengths_of:
            several = self.model.granularity == "neuron" and len(layer.shape) > 1
            self._lengths_of[layer.index] = (
                {axis: number + 1 for axis, number in self.last(layer).items() if axis in least}
                if several
                else least
            )
        return self._lengths_of[layer.index]


def _is_within(axes: Mapping[str, Selection], lengths: Lengths) -> bool:
    """Tell whether what is named along some axes is there."""
    return all(
        axis in lengths and not _outside(value, 0, lengths[axis] - 1)
        for axis, value in axes.items()
    )


def _outside(value: Selection | None, first: int, last: int) -> str:
    """Return what is named and not between two numbers, empty where there is no such.

    Of numbers that are listed each must be between them, of a range one.
    """
    low, high, values = bounds(value)
    if isinstance(value, range) and value:
        low, high, values = *sorted((value[0], value[-1])), None
    if values is not None:
        missing = [number for number in values if not first <= number <= last]
        more = ", ..." if len(missing) > _MOST_LISTED else ""
        return ", ".join(map(str, missing[:_MOST_LISTED])) + more
    is_empty = low is not None and high is not None and low > high
    if is_empty or ((low is None or low <= last) and (high is None or high >= first)):
        return ""
    return f"{'' if low is None else low} to {'' if high is None else high}".strip()
