"""What neurons do over many inputs: statistics, and the inputs that say most to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from queries.analysis.forward import ForwardPass
from queries.analysis.operators import Scores
from queries.analysis.over_inputs.groups import Groups
from queries.analysis.over_inputs.statistics import Statistics
from queries.analysis.over_inputs.top import Top
from queries.answers.at_input import batches
from queries.answers.attribution import samples_of
from queries.answers.circuit import nodes_of
from queries.answers.question import Question
from queries.core.memory import neuron_room
from queries.errors import ParameterError

_ACTIVATION: Final = "activation"


@dataclass(frozen=True)
class Among:
    """The neurons that a question is about, in the groups that it is about.

    Parameters
    ----------
    table
        A row a group: id (of the first neuron of the whole node), name and layer.
    groups
        The neurons.
    """

    table: pd.DataFrame
    groups: Groups


def activation_statistics(question: Question) -> pd.DataFrame:
    """Compute how what neurons put out is spread over inputs.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    among = _among(question, rows=1)
    groups = among.groups
    found = Statistics.none(len(groups.neuron))
    for _, values in _values(question, groups):
        found = found.merge(Statistics.of(values[groups.neuron]))
    never = np.append(0, np.cumsum(found.active == 0))
    ends = groups.start + groups.size
    spread = found.grouped(groups.start)
    return question.typed_answer(
        among.table.assign(
            neurons=groups.size,
            inputs=question.given().samples,
            mean=spread.mean,
            std=spread.std,
            min=spread.least,
            max=spread.most,
            active_share=spread.active_share,
            positive_share=spread.positive_share,
            dead=never[ends] - never[groups.start],
        )
    )


def top_inputs(question: Question) -> pd.DataFrame:
    """Find the inputs at which neurons put out most, or have most to do with a target.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, there is too little
        memory for the rows, or a target is named for activations.
    """
    names = np.asarray(question.given().names, dtype=object)
    k = min(question.values["k"], len(names))
    among = _among(question, rows=k)
    groups, reduce = among.groups, question.values["reduce"]
    activation = question.values["measure"] == _ACTIVATION
    if activation:
        _require_no_target(question)
    towards: list[str | None] = [None] * len(names)
    best = Top.none(len(groups.start))
    for start, values in (
        _values(question, groups) if activation else _attributions(question, towards)
    ):
        best = best.merge(Top.of(groups.reduced(values, reduce), start, k), k)
    sample = best.sample.reshape(-1)
    table = among.table.loc[np.repeat(among.table.index, k)]
    return question.typed_answer(
        table.assign(
            rank=np.tile(np.arange(1, k + 1), len(groups.start)),
            input=names[sample],
            value=best.value.reshape(-1),
            towards=np.asarray(towards, dtype=object)[sample],
        )
    )


def _require_no_target(question: Question) -> None:
    for name in ("towards", "baseline"):
        if question.values[name] is not None:
            raise ParameterError(
                f"{name}: what neurons put out leads towards nothing; take measure=attribution, or "
                "leave it out"
            )


def _among(question: Question, rows: int) -> Among:
    """Return the neurons that are meant, where there is room for so many rows of each group."""
    nodes = nodes_of(question.model, question.values["level"])
    ids = np.flatnonzero(question.among("neurons"))
    groups = Groups.of(ids, nodes.node[ids])
    neuron_room(len(("name", "layer", "input", "towards")), len(nodes.table.columns)).require(
        len(groups.start) * rows
    )
    own = np.unique(nodes.node[ids])
    return Among(nodes.table.iloc[own][["id", "name", "layer"]].reset_index(drop=True), groups)


def _values(question: Question, groups: Groups) -> Iterator[tuple[int, Scores]]:
    """Yield the number of a sample, and what neurons put out from that sample on."""
    model = question.model
    forward = ForwardPass(question.network, model.biases()[0], model.slopes())
    last = int(groups.neuron.max(initial=-1))
    for start, values, _ in batches(forward, question.given(), last):
        yield start, values


def _attributions(question: Question, towards: list[str | None]) -> Iterator[tuple[int, Scores]]:
    """Yield the same of attributions, and write what they lead towards."""
    for place, sample in enumerate(samples_of(question)):
        towards[place] = sample.towards.name
        yield place, sample.attributed.neurons[:, np.newaxis]
