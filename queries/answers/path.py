"""Paths from neurons to neurons, exact."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

import numpy as np
import pandas as pd

from queries.analysis import passes
from queries.analysis.distinct_paths import strongest_over_channels, strongest_to_each
from queries.analysis.operators import (
    A_HOP_MORE,
    ABSOLUTE_TOTAL,
    LESS_WEIGHT,
    LOG_PRODUCT,
    TOTAL,
    WEAKEST,
    Combine,
    Flags,
    Ids,
    Scores,
    WeightKind,
    is_infinite,
)
from queries.analysis.path import Step, best_path, strongest
from queries.answers.question import Question
from queries.core.neuron_filter import NeuronFilter

Distinct = Literal["path", "channel", "target"]
"""Of what the strongest path is taken."""

_SUMS: Final[dict[str, WeightKind]] = {"paths": "count", "absolute": "absolute", "signed": "signed"}
"""Columns of ``path_counts``, and what is added up for each."""


def strongest_paths(question: Question) -> pd.DataFrame:
    """Find the paths of the largest products of absolute weights."""
    best = list(islice(_strongest(question), question.values["k"]))
    hops = _hops(question, best)
    strength = [math.prod(abs(step.weight) for step in path) for path in best]
    sign = [math.prod(1 if step.weight > 0 else -1 for step in path) for path in best]
    lengths = [len(path) for path in best]
    hops["path"] = np.repeat(np.arange(1, len(best) + 1), lengths)
    hops["strength"] = np.repeat(np.array(strength, dtype=np.float64), lengths)
    hops["sign"] = np.repeat(np.array(sign, dtype=np.int64), lengths)
    return question.answer(hops)


def _strongest(question: Question) -> Iterator[list[Step]]:
    """Return the paths of which each is the strongest of its kind, strongest first."""
    network, distinct = question.network, question.values["distinct"]
    begin, end = question.among("source"), question.among("target")
    if distinct == "target":
        return strongest_to_each(network, begin, end)
    onward = passes.maxima_backward(network, _where(end, 0.0), LOG_PRODUCT)
    source, target = np.flatnonzero(begin), np.flatnonzero(end)
    if distinct == "channel":
        return strongest_over_channels(source, target, onward, network, _channels(question))
    return strongest(source, target, onward, network)


def _channels(question: Question) -> Ids:
    """Return the number of the channel of each neuron; one a layer where there are no channels."""
    network = question.network
    frame = question.model.neurons(NeuronFilter(), ("id", "layer_index", "channel"))
    numbers = np.full(network.neurons, -1, dtype=np.int64)
    groups = frame.groupby(["layer_index", "channel"], sort=True, dropna=False)
    numbers[network.places(frame)] = groups.ngroup()
    return numbers


def longest_path(question: Question) -> pd.DataFrame:
    """Find the path of the largest sum of weights."""
    network, weights = question.network, question.values["weights"]
    combine = TOTAL if weights == "signed" else ABSOLUTE_TOTAL
    anywhere = np.ones(network.neurons, dtype=bool)
    hops, _ = _best_hops(question, np.zeros(network.neurons), anywhere, combine)
    lengths = hops["weight"].abs() if weights == "absolute" else hops["weight"]
    hops["length"] = lengths.fillna(0.0).cumsum()
    return question.answer(hops)


def shortest_paths(question: Question) -> pd.DataFrame:
    """Find for each target the fewest hops, and the smallest sum of absolute weights."""
    network = question.network
    own = _where(question.among("source"), 0.0)
    frame = question.neurons("target")
    places = network.places(frame)
    hops, length = (
        -np.maximum(own, passes.maxima_forward(network, own, combine))[places]
        for combine in (A_HOP_MORE, LESS_WEIGHT)
    )
    finite = np.where(np.isfinite(length), length, np.nan)
    frame["length"] = np.where(is_infinite(finite), np.inf, finite)
    frame["hops"] = pd.array(np.where(np.isfinite(hops), hops, np.nan), dtype="Int64")
    return question.answer(frame)


def widest_path(question: Question) -> pd.DataFrame:
    """Find the path whose weakest relationship is strongest."""
    own = _where(question.among("source"), np.inf)
    hops, width = _best_hops(question, own, question.among("target"), WEAKEST)
    hops["weakest"] = width
    return question.answer(hops)


def path_norm(question: Question) -> pd.DataFrame:
    """Count all paths, and add up the products of their weights."""
    sums = _path_sums(question)[list(_SUMS)]
    return question.answer(sums.sum(skipna=False).to_frame().T)


def path_counts(question: Question) -> pd.DataFrame:
    """Count the paths to each target, and add up the products of their weights."""
    return question.answer(_path_sums(question))


def _path_sums(question: Question) -> pd.DataFrame:
    """Return each target with the sums over the paths to it."""
    network = question.network
    own = question.among("source").astype(np.float64)
    frame = question.neurons("target")
    places = network.places(frame)
    for name, weights in _SUMS.items():
        frame[name] = passes.sums_forward(network, own, weights=weights)[places]
    return frame


def _best_hops(
    question: Question, own: Scores, end: Flags, combine: Combine
) -> tuple[pd.DataFrame, float]:
    """Return the hops of the path to an end that has the largest score, and this score.

    There are none where no score is above 0.
    """
    network = question.network
    arriving = passes.maxima_forward(network, own, combine)
    scores = np.where(end, arriving, -np.inf)
    best = int(scores.argmax())
    path = [best_path(network, own, arriving, combine, best)] if scores[best] > 0 else []
    return _hops(question, path), float(scores[best])


def _hops(question: Question, best: list[list[Step]]) -> pd.DataFrame:
    """Return a row a hop: the neurons of some paths, and the weights into them."""
    steps = [step for path in best for step in path]
    ids = np.array([step.neuron for step in steps], dtype=np.int64) + question.network.first
    neuron_filter = NeuronFilter(id=np.unique(ids).tolist())
    neurons = question.model.neurons(neuron_filter, ("id", "name", "layer")).set_index("id")
    lengths = [np.arange(len(path)) for path in best]
    hop = np.concatenate(lengths) if lengths else np.empty(0, dtype=np.int64)
    weight = np.array([step.weight for step in steps], dtype=np.float64)
    return pd.DataFrame(
        {
            "hop": hop,
            "id": ids,
            "name": neurons["name"].reindex(ids).to_numpy(),
            "layer": neurons["layer"].reindex(ids).to_numpy(),
            "weight": np.where(hop > 0, weight, np.nan),
        }
    ).astype({"name": "str", "layer": "str"})


def _where(mask: Flags, score: float) -> Scores:
    return np.where(mask, score, -np.inf)
