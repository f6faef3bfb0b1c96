"""What it costs a model to lose a channel: each is set to 0, and what follows is computed anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from queries.analysis.accuracy import Labels
from queries.analysis.channels import Channels
from queries.analysis.forward import ForwardPass
from queries.analysis.operators import Ids, Scores
from queries.core.layer import Layer
from queries.core.progress import Progress

_VALUES: Final = 1 << 25
"""Values of neurons that are held at once, unless one sample alone has more: 256 MiB."""


@dataclass(frozen=True)
class PruneCosts:
    """What the loss of each channel changes.

    Parameters
    ----------
    mean_change, rms_change
        The mean of the absolute changes of all outputs at all samples, and the root of the mean of
        their squares, by channel.
    right, right_before
        How many of the labels are predicted without each channel, None where there are no labels,
        and how many with all of them.
    """

    mean_change: Scores
    rms_change: Scores
    right: Ids | None = None
    right_before: int = 0


def prune_costs(
    forward: ForwardPass,
    inputs: Mapping[str, NDArray[np.floating[Any]]],
    channels: Channels,
    labels: Labels | None,
    progress: Progress,
) -> PruneCosts:
    """Return what it changes that the neurons of a channel put out 0, for each channel alone.

    Only the layers after a channel are computed anew, for as many channels and samples at once as
    there is room for. A channel may have neurons in several layers, which lead to one another.

    Parameters
    ----------
    forward
        The model.
    inputs
        Values of the inputs, by the names of their layers: shape (samples, *shape).
    channels
        The channels, their neurons ascending.
    labels
        The true classes of the samples.
    progress
        Told how many forward passes are done, one a channel and sample, and how many there are.
    """
    network, count = forward.network, len(channels.table)
    samples = len(next(iter(inputs.values())))
    batch = max(1, min(samples, _VALUES // network.neurons))
    at_once = max(1, _VALUES // (network.neurons * batch))
    outputs = np.flatnonzero(network.outputs)
    absolute, squares = np.zeros(count), np.zeros(count)
    right, right_before, done = np.zeros(count, dtype=np.int64), 0, 0
    for start in range(0, samples, batch):
        of = slice(start, min(samples, start + batch))
        before = forward.values({name: values[of] for name, values in inputs.items()})
        expected = before[outputs, np.newaxis]
        if labels is not None:
            right_before += int(labels.right(expected, of)[0])
        for numbers in _by_layer(forward, channels, at_once):
            changed = _without(forward, before, [channels.members[each] for each in numbers])
            values = changed[outputs].reshape(len(outputs), len(numbers), -1)
            with np.errstate(invalid="ignore"):
                change = np.abs(values - expected)
            absolute[numbers] += change.sum(axis=(0, 2))
            squares[numbers] += np.einsum("ocs,ocs->c", change, change)
            if labels is not None:
                right[numbers] += labels.right(values, of)
            done += len(numbers) * (of.stop - of.start)
            progress("forward passes", done, count * samples)
    each = len(outputs) * samples
    means = absolute / each, np.sqrt(squares / each)
    return PruneCosts(*means) if labels is None else PruneCosts(*means, right, right_before)


def _without(forward: ForwardPass, before: Scores, channels: list[Ids]) -> Scores:
    """Return what all neurons put out without each of some channels of a layer.

    Parameters
    ----------
    before
        What they put out with them: shape (neurons, samples).
    channels
        The neurons of each channel, ascending.

    Returns
    -------
    numpy.ndarray
        Shape (neurons, channels * samples).
    """
    samples = before.shape[1]
    values = np.tile(before, (1, len(channels)))

    def prune(among: slice) -> None:
        for place, neurons in enumerate(channels):
            begin, end = np.searchsorted(neurons, (among.start, among.stop))
            values[neurons[begin:end], place * samples : (place + 1) * samples] = 0.0

    prune(slice(0, forward.network.neurons))
    having = _layers_of(forward, np.concatenate(channels))
    for layer in forward.reached_from(having.values()):
        forward.compute([layer], values)
        if layer.index in having:
            prune(forward.network.neurons_of(layer))
    return values


def _layers_of(forward: ForwardPass, neurons: Ids) -> dict[int, Layer]:
    """Return by index the layers that some neurons are in."""
    layers = forward.network.layers
    starts = [forward.network.neurons_of(layer).start for layer in layers]
    places = np.unique(np.searchsorted(starts, neurons, side="right") - 1)
    return {layers[place].index: layers[place] for place in places}


def _by_layer(forward: ForwardPass, channels: Channels, at_once: int) -> Iterator[Ids]:
    """Yield the rows of some channels of a layer, until all channels of all layers have come."""
    indices = channels.table["layer_index"].to_numpy()
    for layer in forward.network.layers:
        numbers = np.flatnonzero(indices == layer.index)
        for start in range(0, len(numbers), at_once):
            yield numbers[start : start + at_once]
