"""Laws that hold of a model at any input: what comes in goes out, and all adds up to the target."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from queries.analysis.at_input.attribution import Attribution
from queries.analysis.operators import Scores
from queries.core.layer import Layer

_DECIMALS: Final = 12
"""Double precision has four more, which differ from machine to machine."""


@dataclass(frozen=True)
class Conserved:
    """How well the laws hold in a layer; errors are rounded to twelve decimals.

    Parameters
    ----------
    layer
        The layer.
    local
        The largest error of a pre-activation as what is passed on to its neuron, and its bias, as a
        share of the layer's largest pre-activation.
    flow
        The largest difference of what comes into a neuron, or begins there, and what it has, or of
        that and what goes out or ends there, as a share of the model's largest attribution.
    worst
        The neuron of the largest of these, counted from the model's first.
    cut
        The error of the target as what crosses from this layer and those before it, what begins
        behind them and what ends in them, as a share of the absolute sum of all that begins.
    """

    layer: Layer
    local: float
    flow: float
    worst: int
    cut: float


@dataclass(frozen=True)
class _Sums:
    """Sums over relationships, each taken on its own.

    Parameters
    ----------
    passed_on
        What is passed on to each neuron.
    into, out
        What of the target comes into each neuron, and goes out of it.
    crossing
        What of it crosses from each layer and those before it.
    """

    passed_on: Scores
    into: Scores
    out: Scores
    crossing: Scores


def conserved(attributed: Attribution) -> Iterator[Conserved]:
    """Yield how well the laws hold, layer by layer.

    Parameters
    ----------
    attributed
        What neurons have to do with a target.
    """
    model, network, sums = attributed.frozen, attributed.frozen.network, _sums(attributed)
    fed = ~model.inputs
    has, own = attributed.neurons, attributed.biases
    ends = attributed.own * model.pre_activation
    local = np.abs(sums.passed_on + model.bias + model.rest - model.pre_activation) * fed
    flow = np.maximum(np.abs(sums.into + own - has) * fed, np.abs(sums.out + ends - has))
    largest = np.abs(has).max()
    begins = np.where(fed, own, has)
    total = np.abs(begins).sum()
    for place, layer in enumerate(network.layers):
        neurons = network.neurons_of(layer)
        at_layer = np.abs(model.pre_activation[neurons]).max()
        errors = _share(local[neurons], at_layer), _share(flow[neurons], largest)
        behind = begins[neurons.stop :].sum() + ends[: neurons.stop].sum()
        cut = abs(sums.crossing[place] + behind - attributed.target)
        worst = neurons.start + int(np.maximum(*errors).argmax())
        local_error, flow_error = (float(each.max()) for each in errors)
        yield Conserved(layer, local_error, flow_error, worst, float(_share(cut, total)))


def _share(error: Scores, whole: float) -> Scores:
    return np.asarray(error / whole if whole else error).round(_DECIMALS)


def _sums(attributed: Attribution) -> _Sums:
    model, network = attributed.frozen, attributed.frozen.network
    shares = attributed.relationships()
    passed_on, into, out = (np.zeros(network.neurons) for _ in range(3))
    crossing = np.zeros(len(network.layers))
    places = {layer.index: place for place, layer in enumerate(network.layers)}
    for place, layer in enumerate(network.layers):
        for operator in network.operators(layer) if layer.edges else ():
            passed_on[operator.targets] += operator.sum_in(model.value[operator.sources])
        for operator in shares.operators(layer) if layer.edges else ():
            sources, targets = operator.sources, operator.targets
            into[targets] += operator.sum_in(np.ones(sources.stop - sources.start))
            begun = operator.sum_out(np.ones(targets.stop - targets.start))
            out[sources] += begun
            for each in network.feeding(layer):
                neurons = network.neurons_of(each)
                inside = slice(neurons.start - sources.start, neurons.stop - sources.start)
                crossing[places[each.index] : place] += begun[inside].sum()
    return _Sums(passed_on, into, out, crossing)
