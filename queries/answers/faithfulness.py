"""How well attributions and circuits say what matters: curves, and the areas under them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.analysis.circuit.scores import carried_within
from queries.analysis.forward import ForwardPass
from queries.analysis.operators import Ids, Scores
from queries.answers.at_input import batches
from queries.answers.attribution import Inputs, Sample, samples_of
from queries.answers.circuit import (
    Explained,
    everything,
    explained_of,
    nothing,
    recovery_of,
    rest_of,
    target_where,
)
from queries.answers.model import Model
from queries.answers.question import Question
from queries.answers.samples import GivenInput, one_beside
from queries.core.neuron_filter import NeuronFilter

_STEPS: Final = 64
"""Steps whose inputs are held at once."""

_PICTURE: Final = 3
"""Axes from which on an input has pixels, which have channels."""


@dataclass(frozen=True)
class _Pixels:
    """The pixels of the inputs of a model.

    Parameters
    ----------
    neuron
        The neurons of all inputs, counted from the model's first.
    number
        The pixel of each.
    count
        How many pixels there are.
    """

    neuron: Ids
    number: Ids
    count: int


def deletion_curve(question: Question) -> pd.DataFrame:
    """Compute what a model says while pixels are deleted from inputs, or inserted.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    """
    pixels = _pixels(question.model)
    points = min(question.values["points"], pixels.count)
    counts = np.linspace(0, pixels.count, points + 1).astype(np.int64)
    share = counts / pixels.count
    deleted = _instead(question)
    forward = question.forward_pass()
    frames = []
    for sample in samples_of(question):
        total = np.bincount(pixels.number, sample.through[pixels.neuron], pixels.count)
        rank = np.empty(pixels.count, dtype=np.int64)
        rank[np.argsort(-total, kind="stable")] = np.arange(pixels.count)
        first, then = sample.inputs, deleted
        if question.values["how"] == "insertion":
            first, then = then, first
        target, value = _said(sample, forward, (first, then), rank[pixels.number], counts)
        columns = {
            "step": np.arange(points + 1),
            "pixels": counts,
            "share": share,
            "target": target,
            "value": value,
            "area": np.trapezoid(value, share),
        }
        frame = pd.DataFrame(columns)
        frames.append(frame.assign(input=sample.name, towards=sample.towards.name))
    return question.typed_answer(pd.concat(frames, ignore_index=True))


def _pixels(model: Model) -> _Pixels:
    """Return the pixels of the inputs of a model, in the order of their first neurons."""
    inputs = [layer for layer in model.layers if layer.is_input]
    place = ("id", "layer_index", "channel", "x", "y", "z")
    frame = model.neurons(NeuronFilter(layer=[layer.name for layer in inputs]), place)
    pictures = [layer.index for layer in inputs if len(layer.shape) >= _PICTURE]
    frame.loc[frame["layer_index"].isin(pictures), "channel"] = 0
    groups = frame.groupby(list(place[1:]), dropna=False, sort=False)
    neuron = frame["id"].to_numpy() - model.layers[0].first
    return _Pixels(neuron, groups.ngroup().to_numpy().astype(np.int64), groups.ngroups)


def _instead(question: Question) -> Inputs:
    """Return what stands where pixels are deleted."""
    patch = question.values["patch"]
    if patch is None:
        return {name: np.zeros_like(each[0]) for name, each in question.given().inputs.items()}
    beside = question.values["input"]
    read = one_beside(question.model, patch, beside, "patch", "one is meant")
    return {name: each[0] for name, each in read.inputs.items()}


def _said(
    sample: Sample, forward: ForwardPass, ends: tuple[Inputs, Inputs], rank: Ids, counts: Ids
) -> tuple[Scores, Scores]:
    """Return the target, and the same after its function, after so many pixels are replaced.

    Parameters
    ----------
    sample
        The model at an input.
    forward
        Computes what it says at others.
    ends
        The inputs where none is replaced, and where all are.
    rank
        When the pixel of each number of the inputs is, in the order of the neurons of the inputs.
    counts
        How many are.
    """
    own = sample.towards.own
    counted = np.flatnonzero(own)
    target, value = np.empty(len(counts)), np.empty(len(counts))
    for begin in range(0, len(counts), _STEPS):
        among = counts[begin : begin + _STEPS]
        inputs = dict(_mixed(sample, ends, rank, among))
        given = GivenInput(inputs, ("",) * len(among), None, (None,) * len(among))
        for start, values, sums in batches(forward, given, forward.network.neurons - 1):
            place = slice(begin + start, begin + start + values.shape[1])
            target[place] = own[counted] @ sums[counted]
            value[place] = own[counted] @ values[counted]
    return target, value


def _mixed(
    sample: Sample, ends: tuple[Inputs, Inputs], rank: Ids, counts: Ids
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield by input what it has after so many pixels are replaced: shape (steps, *shape)."""
    begin = 0
    for layer in sample.question.layers:
        if layer.is_input:
            own = rank[begin : begin + layer.neurons].reshape(layer.shape)
            replaced = own < counts.reshape(-1, *[1] * own.ndim)
            yield layer.name, np.where(replaced, ends[1][layer.name], ends[0][layer.name])
            begin += layer.neurons


def recovery_curve(question: Question) -> pd.DataFrame:
    """Compute how much of answers circuits of all sizes recover.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or both a patch and
        the mean are wanted.
    """
    others = rest_of(question)
    # Few relationships hold most: in equal steps nearly all circuits would be tiny.
    shares = 1 - (1 - np.linspace(0, 1, question.values["points"] + 1)) ** 3
    frames = [
        _of_circuits(question, explained, others, shares) for explained in explained_of(question)
    ]
    return question.typed_answer(pd.concat(frames, ignore_index=True))


def _of_circuits(
    question: Question, explained: Explained, others: Scores, shares: Scores
) -> pd.DataFrame:
    """Return a row for each circuit of an answer."""
    sample, nodes = explained.sample, len(explained.nodes.table)
    target, empty = (
        target_where(question, sample, carried, others) for carried in (everything, nothing)
    )
    rows = []
    for done, share in enumerate(shares.tolist()):
        question.network.progress("circuits", done, len(shares))
        chosen = explained.choose(question.values["prune"], share, share)
        within = carried_within(chosen, explained.nodes.node, nodes)
        recovered = target_where(question, sample, within, others)
        edges = explained.flow.edges.nnz
        rows.append(
            {
                "share": share,
                "nodes": len(chosen.nodes),
                "edges": len(chosen.share),
                "size": len(chosen.share) / edges if edges else np.nan,
                "recovered": recovered,
                "recovery": recovery_of(target, empty, recovered),
            }
        )
    frame = pd.DataFrame(rows)
    size, recovery = frame["size"].to_numpy(), frame["recovery"].to_numpy()
    return frame.assign(
        input=sample.name,
        towards=sample.towards.name,
        cpr=np.trapezoid(recovery, size),
        cmd=np.trapezoid(np.abs(1 - recovery), size),
    )
