"""Two answers at an input side by side, or an answer at an input and at a baseline."""

from collections.abc import Callable, Iterator

import pandas as pd

from queries.analysis.at_input.activity import activity_at
from queries.analysis.at_input.strongest_edges import strongest
from queries.analysis.circuit.contrast import side_by_side
from queries.analysis.circuit.flow import sums
from queries.analysis.operators import Columns
from queries.answers.attribution import Sample, samples_of
from queries.answers.circuit import Nodes, nodes_of
from queries.answers.question import Question
from queries.answers.towards import Towards, largest, named
from queries.errors import ParameterError


def contrast(question: Question) -> pd.DataFrame:
    """Find the relationships over which more of one target comes than of another.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, samples do not fit, or both targets are
        the same.
    """

    def rows(sample: Sample, nodes: Nodes) -> pd.DataFrame:
        targets = _targets(sample)
        both = side_by_side(
            [sample.attributed_to(each) for each in targets],
            question.network,
            nodes.node,
            apart=nodes.apart,
        )
        source, target, difference, one, other = strongest(
            _compared(both), question.values["k"], scores=3
        )
        return nodes.placed(source, target).assign(
            attribution=one, against_attribution=other, difference=difference,
            towards=targets[0].name, against=targets[1].name,
        )  # fmt: skip

    return _answer(question, rows)


def difference(question: Question) -> pd.DataFrame:
    """Find the relationships over which most of what a target gains by an input comes.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    """

    def rows(sample: Sample, nodes: Nodes) -> pd.DataFrame:
        found = sample.attributed
        between = side_by_side([found], question.network, nodes.node, apart=nodes.apart)
        source, target, share = strongest(between, question.values["k"])
        before = activity_at(question.network, sample.own, sample.baseline)
        value, baseline_value = (
            sums(nodes.node, each.value, len(nodes.table))[source] for each in (sample.at, before)
        )
        return nodes.placed(source, target).assign(
            value=value, baseline_value=baseline_value, attribution=share,
            total=found.target, towards=sample.towards.name,
        )  # fmt: skip

    return _answer(question, rows)


def _targets(sample: Sample) -> tuple[Towards, Towards]:
    """Return what is contrasted with what: by default the largest output with the second."""
    model, values = sample.question.model, sample.question.values
    against = None if values["against"] is None else named(model, values["against"], "against")
    if values["towards"] is not None:
        towards = named(model, values["towards"])
    else:
        towards = largest(model, sample.at, but=against)
    if against is None:
        against = largest(model, sample.at, "against", but=towards)
    if (towards.own == against.own).all():
        raise ParameterError(
            f"against: {against.name} is what towards names as well; name another target"
        )
    return towards, against


def _compared(both: Iterator[Columns]) -> Iterator[Columns]:
    for source, target, one, other in both:
        yield source, target, one - other, one, other


def _answer(question: Question, rows: Callable[[Sample, Nodes], pd.DataFrame]) -> pd.DataFrame:
    nodes = nodes_of(question.model, question.values["level"])
    frames = [rows(each, nodes).assign(input=each.name) for each in samples_of(question)]
    return question.typed_answer(pd.concat(frames, ignore_index=True))
