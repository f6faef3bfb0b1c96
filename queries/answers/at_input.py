"""What neurons have to do with an input."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.forward import ForwardPass
from queries.analysis.operators import Ids, Scores
from queries.answers.question import Question
from queries.answers.samples import GivenInput
from queries.core.memory import neuron_room
from queries.core.neuron_filter import NeuronFilter

_VALUES: Final = 1 << 24
"""Values of neurons that are held at once, unless one sample alone has more: 128 MiB, twice."""

_NUMBERS: Final = 4
_TEXTS: Final = ("input", "name", "layer")
"""Columns of an answer; texts are made once it is clear which rows there are."""


def activations(question: Question) -> pd.DataFrame:
    """Compute what neurons put out at inputs.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    model, network = question.model, question.network
    given = question.given()
    ids = np.flatnonzero(question.among("neurons"))
    few = question.order.limit is not None and not question.order.sorts_by(_TEXTS)
    neuron_room(0 if few else len(_TEXTS), _NUMBERS).require(len(ids) * given.samples)
    forward = ForwardPass(network, model.biases()[0], model.slopes())
    parts = []
    for samples, values, sums in _batches(forward, given):
        rows = {
            "sample": np.repeat(samples, len(ids)),
            "id": np.tile(ids + network.first, len(samples)),
            "value": values[ids].T.reshape(-1),
            "pre_activation": sums[ids].T.reshape(-1),
        }
        parts.append(pd.DataFrame(rows))
    frame = pd.concat(parts, ignore_index=True)
    if few:
        frame = question.order.apply(frame)
    return question.typed_answer(_with_texts(question, frame, given))


def _batches(forward: ForwardPass, given: GivenInput) -> Iterator[tuple[Ids, Scores, Scores]]:
    """Yield numbers of samples, and what all neurons put out and take: shape (neurons, samples)."""
    network = forward.network
    layers = [layer for layer in network.layers if layer.name not in given.inputs]
    at_once = max(1, _VALUES // network.neurons)
    passes = math.ceil(given.samples / at_once)
    edges, done = sum(layer.edges for layer in layers), 0
    for start in range(0, given.samples, at_once):
        of = slice(start, min(given.samples, start + at_once))
        values = forward.begun({name: each[of] for name, each in given.inputs.items()})
        sums = values.copy()
        for layer in layers:
            network.progress("relationships", done, passes * edges)
            forward.compute([layer], values, sums)
            done += layer.edges
        yield np.arange(of.start, of.stop), values, sums


def _with_texts(question: Question, frame: pd.DataFrame, given: GivenInput) -> pd.DataFrame:
    """Return rows with the names of samples, neurons and layers."""
    ids, places = np.unique(frame["id"].to_numpy(), return_inverse=True)
    names = question.model.neurons(NeuronFilter(id=ids), ("id", "name", "layer"))
    return frame.assign(
        input=np.asarray(given.names, dtype=object)[frame["sample"].to_numpy()],
        name=names["name"].to_numpy()[places],
        layer=names["layer"].to_numpy()[places],
    )
