"""What neurons have to do with an input."""

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

_ROWS: Final = 1 << 20
"""Rows that are sorted at once, where few are kept."""

_NUMBERS: Final = 4
_NO_ROWS: Final = pd.DataFrame(
    {
        "sample": np.empty(0, np.int64),
        "id": np.empty(0, np.int64),
        "value": np.empty(0),
        "pre_activation": np.empty(0),
    }
)
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
    given, order = question.given(), question.order
    ids = _ids(question)
    few = order.limit is not None and not order.sorts_by(_TEXTS)
    if not few:
        neuron_room(len(_TEXTS), _NUMBERS).require(len(ids) * given.samples)
    forward = question.forward_pass()
    frame, parts = _NO_ROWS, []
    for part in _rows(forward, given, ids):
        if few:
            # Equal rows stay in their order, so that the best of the best are the best of all.
            frame = order.apply(pd.concat([frame, part], ignore_index=True))
        else:
            parts.append(part)
    whole = frame if few else pd.concat([frame, *parts], ignore_index=True)
    return question.typed_answer(_with_texts(question, whole, given))


def _ids(question: Question) -> Ids:
    """Return the neurons that are meant, counted from the model's first."""
    # A graph that computes has all neurons.
    if not question.values["neurons"]:
        return np.arange(question.network.neurons)
    return np.flatnonzero(question.among("neurons"))


def _rows(forward: ForwardPass, given: GivenInput, ids: Ids) -> Iterator[pd.DataFrame]:
    """Yield rows of the answer without texts, a block after the other."""
    at_once = max(1, _ROWS // max(1, len(ids)))
    for start, values, sums in batches(forward, given, int(ids.max(initial=-1))):
        for sample in range(0, values.shape[1], at_once):
            among = np.arange(sample, min(values.shape[1], sample + at_once))
            for begin in range(0, len(ids), _ROWS):
                of = ids[begin : begin + _ROWS]
                rows = {
                    "sample": np.repeat(start + among, len(of)),
                    "id": np.tile(of + forward.network.first, len(among)),
                    "value": values[np.ix_(of, among)].T.reshape(-1),
                    "pre_activation": sums[np.ix_(of, among)].T.reshape(-1),
                }
                yield pd.DataFrame(rows)


def batches(
    forward: ForwardPass, given: GivenInput, last: int
) -> Iterator[tuple[int, Scores, Scores]]:
    """Yield the number of a sample, and what neurons put out and take from that sample on.

    Parameters
    ----------
    last
        The last neuron that is meant; layers behind it are not computed.

    Yields
    ------
    tuple
        The number, and two arrays of the shape (neurons, samples).
    """
    network = forward.network
    layers = [
        layer
        for layer in network.layers
        if layer.name not in given.inputs and network.neurons_of(layer).start <= last
    ]
    at_once = max(1, _VALUES // network.neurons)
    # Relationships count once an input.
    edges = sum(layer.edges for layer in layers)
    done, total = given.first * edges, given.total * edges
    for start in range(0, given.samples, at_once):
        of = slice(start, min(given.samples, start + at_once))
        values = forward.begun({name: each[of] for name, each in given.inputs.items()})
        sums = values.copy()
        for layer in layers:
            network.progress("relationships", done, total)
            forward.compute([layer], values, sums)
            done += layer.edges * values.shape[1]
        yield start, values, sums


def _with_texts(question: Question, frame: pd.DataFrame, given: GivenInput) -> pd.DataFrame:
    """Return rows with the names of samples, neurons and layers."""
    ids, places = np.unique(frame["id"].to_numpy(), return_inverse=True)
    names = question.model.neurons(NeuronFilter(id=ids), ("id", "name", "layer"))
    return frame.assign(
        input=np.asarray(given.names, dtype=object)[frame["sample"].to_numpy()],
        name=names["name"].to_numpy()[places],
        layer=names["layer"].to_numpy()[places],
    )
