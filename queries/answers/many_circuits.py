"""Circuits of many inputs: what they have in common, and where two sets of them differ."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.analysis.circuit.grouped import Grouped
from queries.analysis.circuit.many import ManyCircuits
from queries.analysis.operators import Flags, Ids, Scores
from queries.answers.attribution import INTEGRATED, Sample, samples_of
from queries.answers.circuit import Explained, Nodes, nodes_of
from queries.answers.many_inputs import INPUTS, merged
from queries.answers.question import Question
from queries.answers.samples import read_beside
from queries.library.queries import query

_NUMBERS: Final = 1 << 24
"""Numbers of neurons that are held at once, unless one sample alone has more: 128 MiB."""

_A_NEURON: Final = 12
"""Numbers that a neuron has at a sample, or in a step on the way to one."""

_A_PAIR: Final = 4
"""Numbers that a pair of nodes has at a sample: both of them, and sums of what flows."""

_FEW: Final = 4
"""With fewer samples it takes longer to put relationships together than it saves."""


def class_circuit(question: Question) -> pd.DataFrame:
    """Return the relationships that the circuits of many inputs have in common."""
    nodes, found = _nodes(question), _circuits(question)
    core = found.frequency >= question.values["frequency"]
    columns = {
        "attribution": found.attribution,
        "std": found.std,
        "frequency": found.frequency,
    }
    return _answer(question, nodes, found.pairs, columns, core)


def compare_circuits(question: Question) -> pd.DataFrame:
    """Return the relationships of two circuits, with what flows along each in both."""
    nodes, both = _nodes(question), _both(question)
    columns = {
        "attribution": both.one.attribution,
        "other_attribution": both.two.attribution,
        "difference": both.two.attribution - both.one.attribution,
        "frequency": both.one.frequency,
        "other_frequency": both.two.frequency,
        "where": both.where,
    }
    return _answer(question, nodes, both.one.pairs, columns, both.in_one | both.in_two)


def circuit_overlap(question: Question) -> pd.DataFrame:
    """Return how much two circuits have in common, by layer or in all."""
    nodes, both = _nodes(question), _both(question)
    into, _ = nodes.ends(both.one.pairs)
    layer = nodes.layer[into]
    if question.values["per"] == "model":
        everything = both.overlap(np.ones(len(layer), dtype=bool))
        rows = [{"layer_index": None, "part": question.model.name, **everything}]
    else:
        layers = set(layer[both.in_one | both.in_two].tolist())
        rows = [
            {"layer_index": each.index, "part": each.name, **both.overlap(layer == each.index)}
            for each in question.layers
            if each.index in layers
        ]
    return question.typed_answer(question.rows(rows))


@dataclass(frozen=True)
class _Both:
    """The circuits of two sets of inputs, the relationships of both in the same order.

    Parameters
    ----------
    one, two
        What each relationship has in them.
    frequency
        In what share of the circuits of a set those are that count as in its circuit.
    """

    one: ManyCircuits
    two: ManyCircuits
    frequency: float

    @property
    def in_one(self) -> Flags:
        """Which are in the circuit of the first set."""
        return self._within(self.one)

    @property
    def in_two(self) -> Flags:
        """Which are in that of the second."""
        return self._within(self.two)

    @property
    def where(self) -> NDArray[np.str_]:
        """In whose circuit each is, of one at least."""
        alone = np.where(self.in_one, "input", "other_input")
        return np.where(self.in_one & self.in_two, "both", alone)

    def _within(self, own: ManyCircuits) -> Flags:
        return (own.count > 0) & (own.frequency >= self.frequency)

    def overlap(self, among: Flags) -> dict[str, float]:
        """Return how much both have in common of some relationships."""
        among = among & (self.in_one | self.in_two)
        here, there = self.in_one[among], self.in_two[among]
        one, two = self.one.attribution[among], self.two.attribution[among]
        least, most = (join(np.abs(one), np.abs(two)).sum() for join in (np.minimum, np.maximum))
        lengths = float(np.linalg.norm(one) * np.linalg.norm(two))
        return {
            "shared": int((here & there).sum()),
            "only_input": int((here & ~there).sum()),
            "only_other": int((there & ~here).sum()),
            "jaccard": float(least / most) if most else np.nan,
            "cosine": float(one @ two) / lengths if lengths else np.nan,
        }


def _both(question: Question) -> _Both:
    values = question.values
    how, beside = values["other_input"], values["input"]
    shared = {each.name: values[each.name] for each in query("class_circuit").parameters}
    first = question.also("class_circuit", **shared)
    other = read_beside(question.model, how, beside, "other_input")
    one, two = _circuits(first), _circuits(replace(first, read=other))
    pairs = np.union1d(one.pairs, two.pairs)
    return _Both(one.at(pairs), two.at(pairs), values["frequency"])


def _nodes(question: Question) -> Nodes:
    return nodes_of(question.model, question.values["level"])


def _circuits(question: Question) -> ManyCircuits:
    """Return the circuits of all inputs of a question."""
    return merged(question, _begin, ManyCircuits.and_those)


def _begin(question: Question) -> Callable[[Question], ManyCircuits]:
    """Return what finds the circuits of a batch of inputs."""
    nodes = _nodes(question)
    grouped = None if nodes.apart else Grouped(question.network, nodes.node)
    steps = question.values["steps"] if question.values["rule"] == INTEGRATED else 1
    numbers = _A_NEURON * question.network.neurons * max(1, steps)
    numbers += _A_PAIR * (0 if grouped is None else grouped.pairs)
    held = max(1, _NUMBERS // numbers)

    def circuits(batch: Question) -> ManyCircuits:
        samples = samples_of(batch)
        found: list[tuple[Ids, Scores]] = []
        while some := list(islice(samples, min(held, INPUTS))):
            found += [_circuit(each, nodes) for each in _explained(some, nodes, grouped)]
        return ManyCircuits.of(found)

    return circuits


def _explained(
    samples: Sequence[Sample], nodes: Nodes, grouped: Grouped | None
) -> Iterator[Explained]:
    if grouped is None or len(samples) < _FEW:
        yield from (Explained(each, nodes) for each in samples)
        return
    known = grouped.between([each.attributed for each in samples])
    for each, own in zip(samples, known, strict=True):
        yield Explained(each, nodes, own)


def _circuit(explained: Explained, nodes: Nodes) -> tuple[Ids, Scores]:
    """Return what tells the relationships of a circuit, and what flows along each."""
    chosen = explained.chosen
    return nodes.pairs(chosen.target, chosen.source), chosen.share


def _answer(
    question: Question, nodes: Nodes, pairs: Ids, columns: dict[str, NDArray[Any]], rows: Flags
) -> pd.DataFrame:
    """Return some rows of columns, with the names of the nodes that relationships join."""
    target, source = nodes.ends(pairs)
    frame = nodes.placed(source, target).assign(**columns)
    return question.typed_answer(frame[rows].sort_values(["source", "target"], ignore_index=True))
