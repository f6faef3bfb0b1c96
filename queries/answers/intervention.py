"""Interventions: what a target becomes where neurons or relationships are changed."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from queries.analysis.at_input.activity import Own, activity_at
from queries.analysis.at_input.direct_effect import direct_effects
from queries.analysis.changed_pass import Change, Changed, ChangedPass
from queries.analysis.operators import Flags, Ids, Scores
from queries.answers.attribution import Sample, samples_of
from queries.answers.circuit import nodes_of
from queries.answers.question import Question
from queries.answers.samples import one_beside
from queries.core.layer import Layer
from queries.core.memory import neuron_room
from queries.core.neuron_filter import NeuronFilter
from queries.errors import ParameterError

_EDGE: Final = 128
"""Bytes that a relationship takes on its way into an intervention."""

_TAKES: Final = {
    "scale": "the factor, such as 2",
    "set": "the value, such as 1",
    "add": "what is added, such as 0.5",
}
"""What ``amount`` is, by what takes one."""

_ARROW: Final = " -> "

_MOST_NAMED: Final = 3
"""Layers that are named where all that is changed stands in several."""


@dataclass(frozen=True)
class _Selection:
    """What is changed, and what each intervention is called.

    Parameters
    ----------
    changed
        What is changed.
    rows
        A row an intervention: id, name, source, target and changed.
    """

    changed: Changed
    rows: pd.DataFrame


def intervene(question: Question) -> pd.DataFrame:
    """Compute what targets become where neurons or relationships are changed.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or values exclude
        each other.
    """
    _check(question)
    selection = _selected(question)
    neuron_room(3, 8).require(selection.changed.count * question.given().samples)
    own = question.model.own()
    change = _change(question, own)
    forward = ChangedPass(question.network, own.bias, own.slope, change)
    outputs = [layer for layer in question.model.outputs if not layer.is_input]
    frames = []
    for sample in samples_of(question):
        effects = _effects(sample, forward, change, selection.changed, outputs)
        frames.append(selection.rows.assign(**effects))
    frame = pd.concat(frames, ignore_index=True)
    said = np.array(frame["predicted"].tolist(), dtype=np.int64).reshape(len(frame), len(outputs))
    return question.typed_answer(frame.assign(predicted=_named(question, said)))


def _check(question: Question) -> None:
    """Raise ParameterError where values exclude each other, or one is missing."""
    values = question.values
    how, amount, patch = values["how"], values["amount"], values["patch"]
    if not (values["neurons"] or values["source"] or values["target"]):
        raise ParameterError("neurons, source or target is missing: what is changed")
    if values["neurons"] and (values["source"] or values["target"]):
        raise ParameterError(
            "neurons: source and target name relationships, and these are changed instead; leave "
            "one or the other out"
        )
    if patch is not None and how != "zero":
        raise ParameterError(f"patch: how={how} says what becomes of values; leave one of them out")
    if how in _TAKES and amount is None:
        raise ParameterError(f"amount is missing: of how={how} {_TAKES[how]}")
    if how == "mean" and question.given().samples == 1:
        raise ParameterError("how: mean needs several samples, and of one it changes nothing")


def _change(question: Question, own: Own) -> Change:
    """Return what is done to what neurons put out."""
    how, amount, patch = (question.values[name] for name in ("how", "amount", "patch"))
    network = question.network
    if patch is not None:
        beside = question.values["input"]
        given = one_beside(question.model, patch, beside, "patch", "one is meant")
    else:
        given = question.given()
    if patch is None and how != "mean":
        share = {"scale": amount, "add": 1.0}.get(how, 0.0)
        return Change(share, np.full(network.neurons, amount if how in {"set", "add"} else 0.0))
    total = np.zeros(network.neurons)
    for place in range(given.samples):
        network.progress("inputs", place, given.samples)
        inputs = {name: each[place] for name, each in given.inputs.items()}
        total += activity_at(network, own, inputs).value
    return Change(0.0, total / given.samples)


def _selected(question: Question) -> _Selection:
    """Return what is changed."""
    each = question.values["each"]
    if question.values["source"] or question.values["target"]:
        source, target, weight = question.network.edges_between(
            question.among("source"), question.among("target"), _EDGE
        )
        changed = Changed(source, target, weight.astype(np.float64), source, 0, neurons=False)
    else:
        source = target = np.flatnonzero(question.among("neurons"))
        changed = Changed(source, target, np.ones(len(source)), source, 0, neurons=True)
    return _as_one(question, changed) if each == "all" else _one_by_one(question, changed, each)


def _as_one(question: Question, changed: Changed) -> _Selection:
    """Return one intervention, of all; none where there is nothing to change."""
    ends = (changed.source,) if changed.neurons else (changed.source, changed.target)
    rows = pd.DataFrame(
        {
            "id": pd.array([None], "Int64"),
            "name": _ARROW.join(_place(question, end) for end in ends),
            "source": pd.array([None], "Int64"),
            "target": pd.array([None], "Int64"),
            "changed": len(changed.source),
        }
    )
    count = min(1, len(changed.source))
    number = np.zeros(len(changed.source), dtype=np.int64)
    return _Selection(replace(changed, number=number, count=count), rows[:count])


def _place(question: Question, neurons: Ids) -> str:
    """Return the name of the smallest part of the model in which all of some neurons stand."""
    names: list[str] = []
    for level in ("neuron", "channel", "layer"):
        nodes = nodes_of(question.model, level)
        names = nodes.table["name"].iloc[np.unique(nodes.node[neurons])].tolist()
        if len(names) == 1:
            return names[0]
    return ", ".join(names) if len(names) <= _MOST_NAMED else f"{len(names)} layers"


def _one_by_one(question: Question, changed: Changed, each: str) -> _Selection:
    """Return an intervention a node, or a pair of nodes that relationships join."""
    nodes = nodes_of(question.model, each)
    source, target = nodes.node[changed.source], nodes.node[changed.target]
    keys, number = np.unique(nodes.pairs(source, target), return_inverse=True)
    order = np.argsort(number, kind="stable")
    begin, end = nodes.ends(keys)
    ids, names = nodes.table["id"].to_numpy(), nodes.table["name"].to_numpy(dtype=object)
    null = pd.array([None] * len(keys), "Int64")
    rows = pd.DataFrame(
        {
            "id": ids[begin] if changed.neurons else null,
            "name": names[begin] if changed.neurons else names[begin] + _ARROW + names[end],
            "source": null if changed.neurons else ids[begin],
            "target": null if changed.neurons else ids[end],
            "changed": np.bincount(number, minlength=len(keys)),
        }
    )
    sorted_by_number = replace(
        changed,
        source=changed.source[order],
        target=changed.target[order],
        weight=changed.weight[order],
        number=number[order],
        count=len(keys),
    )
    return _Selection(sorted_by_number, rows)


def _effects(
    sample: Sample, forward: ChangedPass, change: Change, changed: Changed, outputs: list[Layer]
) -> dict[str, Any]:
    """Return the columns that say what interventions do at a sample, texts left out."""
    at, own, progress = sample.at, sample.towards.own, sample.question.network.progress
    counts = np.flatnonzero(own)
    before = float(own[counts] @ at.pre_activation[counts])
    said = _said(sample, outputs, at.pre_activation[:, np.newaxis])
    after = np.full(changed.count, before)
    predicted, side = (np.repeat(each, changed.count, axis=1) for each in said)
    added = change.added(changed.source, at.value[changed.source])
    # What already is what it would become changes nothing.
    numbers = np.unique(changed.number[added != 0])
    done = 0
    for block in forward.blocks(numbers):
        progress("interventions", done, len(numbers))
        inner = forward.pre_activations(at.value, at.pre_activation, changed.some(block))
        after[block] = own[counts] @ inner[counts]
        predicted[:, block], side[:, block] = _said(sample, outputs, inner)
        done += len(block)
    return {
        "input": sample.name,
        "towards": sample.towards.name,
        "before": before,
        "after": after,
        "total_effect": after - before,
        "direct_effect": direct_effects(sample.frozen, own, at.value, change, changed),
        "predicted": list(predicted.T),
        "flipped": ((predicted != said[0]) | (side != said[1])).any(axis=0),
    }


def _said(sample: Sample, outputs: list[Layer], inner: Scores) -> tuple[Ids, Flags]:
    """Return the largest neuron of each layer of outputs, and whether a single one says yes.

    Both of the shape (layers, interventions); the neurons are counted from the model's first.
    """
    places = [sample.question.network.neurons_of(layer) for layer in outputs]
    largest = [place.start + inner[place].argmax(axis=0) for place in places]
    single = [layer.neurons == 1 and layer.activation == "sigmoid" for layer in outputs]
    yes = [each & (inner[place.start] > 0) for place, each in zip(places, single, strict=True)]
    return np.array(largest), np.array(yes)


def _named(question: Question, said: Ids) -> list[str]:
    """Return the names of the outputs that are largest, one of each layer: shape (rows, layers)."""
    ids, places = np.unique(said, return_inverse=True)
    found = question.model.neurons(NeuronFilter(id=ids + question.network.first), ("id", "name"))
    names = found["name"].to_numpy(dtype=object)[places.reshape(said.shape)]
    return [", ".join(row) for row in names]
