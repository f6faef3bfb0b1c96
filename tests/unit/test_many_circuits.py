"""Sums of many circuits against NumPy, what flows between groups, and memory."""

import tracemalloc
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from queries import NeuronGraph
from queries.analysis.circuit import grouped
from queries.analysis.circuit.grouped import Grouped
from queries.analysis.circuit.many import ManyCircuits
from queries.answers import many_inputs
from queries.answers.attribution import samples_of
from queries.answers.circuit import Explained, nodes_of

SAMPLES: Final = Path(__file__).parents[2] / "samples" / "digits.npz"
NONE: Final = 0.0

tables = arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 5)),
    elements=st.one_of(st.just(NONE), st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-3)),
)
"""A row an input, a column a relationship, of which 0 stands for one that is in no circuit."""


def circuits(table: Any) -> ManyCircuits:
    rows = [(np.flatnonzero(row), row[row != 0]) for row in table]
    return ManyCircuits.of(rows)


@given(tables, st.data())
def test_moments_are_those_of_all_inputs(table: Any, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(table)))
    parts = [circuits(part) for part in (table[:cut], table[cut:]) if len(part)]
    found = parts[0] if len(parts) == 1 else parts[0].and_those(parts[1])
    there = np.flatnonzero((table != 0).any(axis=0))
    assert found.pairs.tolist() == there.tolist()
    expected = table[:, there]
    scale = np.abs(table).max(initial=1)
    np.testing.assert_allclose(found.attribution, expected.mean(axis=0), atol=1e-12 * scale)
    np.testing.assert_allclose(found.std, expected.std(axis=0), atol=1e-7 * scale)
    np.testing.assert_allclose(found.frequency, (expected != 0).mean(axis=0))


def test_spread_is_no_difference_of_large_numbers() -> None:
    shares = 1e9 + np.array([0.0, 1.0, 2.0])
    found = circuits(shares[:1, np.newaxis])
    for share in shares[1:]:
        found = found.and_those(circuits([[share]] * np.ones((1, 1))))
    assert found.std.tolist() == pytest.approx([np.sqrt(2 / 3)], rel=1e-9)


def test_relationships_of_the_same_two_neurons_are_one() -> None:
    twice = (np.array([3, 3, 7]), np.array([1.0, 2.0, 5.0]))
    found = ManyCircuits.of([twice, (np.array([7]), np.array([1.0]))])
    assert found.pairs.tolist() == [3, 7]
    assert found.attribution.tolist() == [1.5, 3.0]
    assert found.frequency.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("level", ["channel", "layer"])
@pytest.mark.parametrize("rule", ["gradient", "ig"])
def test_groups_have_what_their_relationships_have(
    digits_file: Path, monkeypatch: pytest.MonkeyPatch, level: str, rule: str, kept: bool
) -> None:
    # Small pieces, so that a pair of groups is in several of them; few columns at a time.
    monkeypatch.setattr(grouped, "_EDGES_A_PIECE", 700)
    monkeypatch.setattr(grouped, "_COLUMNS", 3)
    monkeypatch.setattr(grouped, "_PAIRS", 50)
    if not kept:
        monkeypatch.setattr(grouped, "_MOST_KEPT", 0)
    with NeuronGraph(digits_file) as graph:
        question = graph._ask(
            "circuit",
            None,
            input=f"{SAMPLES}:0..4",
            level=level,
            rule=rule,
            **({"steps": 2} if rule == "ig" else {}),
        )
        nodes = nodes_of(question.model, level)
        samples = list(samples_of(question))
        found = Grouped(question.network, nodes.node)
        for _ in range(2):
            known = found.between([each.attributed for each in samples])
            for sample, own in zip(samples, known, strict=True):
                assert {"conv_0", "conv_1"} <= {
                    layer.name for layer in question.layers if layer.index in own
                }
                expected = Explained(sample, nodes).flow.edges
                edges = Explained(sample, nodes, own).flow.edges
                scale = np.abs(expected.data).max()
                np.testing.assert_allclose(edges.toarray(), expected.toarray(), atol=1e-12 * scale)


def test_sums_of_few_pieces_are_held_at_once(
    digits_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped, "_EDGES_A_PIECE", 100)
    with NeuronGraph(digits_file) as graph:
        question = graph._ask("circuit", None, input=f"{SAMPLES}:0..29", level="channel")
        found = Grouped(question.network, nodes_of(question.model, "channel").node)
        attributed = [each.conserving for each in samples_of(question)]
        (layer,) = (each for each in question.layers if each.name == "conv_1")
        columns = [found._columns(attributed)]
        # What is put together once is kept.
        found._into(layer, columns)

        def peak(sums: int) -> int:
            monkeypatch.setattr(grouped, "_PAIRS", sums)
            tracemalloc.start()
            try:
                found._into(layer, columns)
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

        assert peak(1000) < peak(1 << 30) - 20_000


def test_memory_does_not_grow_with_inputs(
    digits_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_inputs, "INPUTS", 4)
    x = np.load(SAMPLES)["x"]

    def peak(graph: NeuronGraph, count: int) -> int:
        tracemalloc.start()
        try:
            graph.class_circuit(x[:count])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with NeuronGraph(digits_file, progress=False) as graph:
        # What is imported and read once is not traced, which takes ten times as long.
        graph.class_circuit(x[:8])
        few, many = peak(graph, 8), peak(graph, 40)
    # What is computed of an input takes some 60 kB, which is more than is left of the 32 others.
    assert many < few + 32 * 16_000
