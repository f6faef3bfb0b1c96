"""What neurons do over many inputs: statistics, and the inputs that say most to them."""

from collections.abc import Callable
from functools import reduce
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from queries.analysis.operators import Ids
from queries.analysis.over_inputs.groups import Groups
from queries.analysis.over_inputs.statistics import Statistics
from queries.analysis.over_inputs.top import Top
from queries.answers.at_input import batches
from queries.answers.attribution import samples_of
from queries.answers.circuit import nodes_of
from queries.answers.many_inputs import merged
from queries.answers.question import Question
from queries.core.memory import neuron_room

_TEXTS: Final = 4
_NUMBERS: Final = 10
_ACTIVATION: Final = "activation"


class _Best(NamedTuple):
    """The inputs that say most, and the target at each input."""

    top: Top
    towards: tuple[str | None, ...]

    def merge(self, other: "_Best") -> "_Best":
        return _Best(self.top.merge(other.top), self.towards + other.towards)


def activation_statistics(question: Question) -> pd.DataFrame:
    """Compute how what neurons put out is spread over inputs.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    given = question.given()
    table, groups = _table(question, rows=1)
    found = merged(question, _statistics, Statistics.merge)
    whole = found.grouped(groups.start)
    never = np.append(0, np.cumsum(found.active == 0))
    return question.typed_answer(
        table.assign(
            neurons=groups.size,
            inputs=given.samples,
            mean=whole.mean,
            std=whole.std,
            min=whole.least,
            max=whole.most,
            active_share=whole.active_share,
            positive_share=whole.positive_share,
            dead=never[groups.start + groups.size] - never[groups.start],
        )
    )


def top_inputs(question: Question) -> pd.DataFrame:
    """Find the inputs at which neurons put out most, or most of a target comes through them.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or there is too
        little memory for the rows.
    """
    names = np.asarray(question.given().names, dtype=object)
    k = min(question.values["k"], len(names))
    table, groups = _table(question, rows=k)
    best = merged(question, _best, _Best.merge)
    sample = best.top.sample.reshape(-1)
    return question.typed_answer(
        table.loc[np.repeat(table.index, k)].assign(
            rank=np.tile(np.arange(1, k + 1), len(groups.start)),
            input=names[sample],
            value=best.top.value.reshape(-1),
            towards=np.asarray(best.towards, dtype=object)[sample],
        )
    )


def _statistics(question: Question) -> Callable[[Question], Statistics]:
    """Return what makes statistics of a batch, a kind for each neuron that is meant."""
    neuron, forward = _groups(question)[1].neuron, question.forward_pass()

    def make(batch: Question) -> Statistics:
        parts = batches(forward, batch.given(), int(neuron.max(initial=-1)))
        return reduce(Statistics.merge, (Statistics.of(values[neuron]) for _, values, _ in parts))

    return make


def _best(question: Question) -> Callable[[Question], _Best]:
    """Return what finds the best of a batch of inputs."""
    groups, how, k = _groups(question)[1], question.values["reduce"], question.values["k"]

    def attributed(batch: Question) -> _Best:
        names, columns = [], []
        for sample in samples_of(batch):
            names.append(sample.towards.name)
            columns.append(groups.reduced(sample.through[:, np.newaxis], how))
        return _Best(Top.of(np.hstack(columns), batch.given().first, k), tuple(names))

    if question.values["measure"] != _ACTIVATION:
        return attributed
    forward = question.forward_pass()

    def activated(batch: Question) -> _Best:
        given = batch.given()
        tops = (
            Top.of(groups.reduced(values, how), given.first + start, k)
            for start, values, _ in batches(forward, given, int(groups.neuron.max(initial=-1)))
        )
        return _Best(reduce(Top.merge, tops), (None,) * given.samples)

    return activated


def _table(question: Question, rows: int) -> tuple[pd.DataFrame, Groups]:
    """Return id, name and layer of groups, where there is room for so many rows of each."""
    table, groups = _groups(question)
    neuron_room(_TEXTS, _NUMBERS).require(len(table) * rows)
    return table, groups


def _groups(question: Question) -> tuple[pd.DataFrame, Groups]:
    """Return the neurons that are meant in their groups, and a row for each group."""
    nodes = nodes_of(question.model, question.values["level"])
    ids: Ids = np.flatnonzero(question.among("neurons"))
    own = np.unique(nodes.node[ids])
    table = nodes.table.iloc[own][["id", "name", "layer"]].reset_index(drop=True)
    return table, Groups.of(ids, nodes.node[ids])
