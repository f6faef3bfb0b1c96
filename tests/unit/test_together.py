"""Small layers are read and written together, large ones alone."""

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pytest

from exporter.sinks.neo4j.neurons import PendingNeurons
from queries.core.layer import Layer, runs_of
from queries.stores import together
from queries.stores.together import Together


def layers(*edges: int) -> list[Layer]:
    """Return layers of two neurons each, with so many relationships."""
    return [
        Layer(
            index, f"layer_{index}", "Dense", (2,), None, {}, "sum", first=2 * index,
            last=2 * index + 1, edges=count, inputs=(),
        )
        for index, count in enumerate(edges)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ((), []),
        ((9,), [[9]]),
        ((9, 1, 2, 0, 2, 1), [[9], [1, 2, 0, 2], [1]]),
        ((0, 5, 6, 1, 4), [[0, 5], [6], [1, 4]]),
    ],
)
def test_runs_hold_no_more_than_is_said(edges: tuple[int, ...], expected: list[list[int]]) -> None:
    runs = runs_of(layers(*edges), 5, attrgetter("edges"))
    assert [[layer.edges for layer in run] for run in runs] == expected


class Reading:
    """Reads relationships of layers in no order, and notes how often."""

    def __init__(self) -> None:
        self.read = 0

    def one(self, layer: Layer, first: int, last: int) -> pa.Table:
        return self.all([layer]).filter(pa.compute.field("target") <= last)

    def all(self, run: Sequence[Layer]) -> pa.Table:
        self.read += 1
        targets = [layer.first + each % 2 for layer in run for each in range(layer.edges)]
        order = np.random.default_rng(1).permutation(len(targets))
        return pa.table({"target": np.array(targets, dtype=np.int64)[order]})


def test_a_pass_reads_small_layers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "_MOST", 6)
    all_layers, reading = layers(0, 2, 4, 9, 3, 1), Reading()
    read = Together(all_layers, reading.one, reading.all)
    for ordered in (all_layers, all_layers[::-1]):
        reading.read = 0
        for layer in ordered:
            targets = read(layer, layer.first, layer.last)["target"].to_pylist()
            expected = [layer.first + each % 2 for each in range(layer.edges)]
            assert sorted(targets) == sorted(expected)
        assert reading.read == 3
    # A part of a layer is read alone, and what is read again is read anew.
    read(all_layers[1], 2, 2)
    read(all_layers[1], 2, 3)
    read(all_layers[1], 2, 3)
    assert reading.read == 6


def test_neurons_of_several_layers_wait_for_one_transaction() -> None:
    pending = PendingNeurons()
    for index, (class_name, count) in enumerate(
        [("Dense", 3), ("Add", 0), ("Add", 2), ("Dense", 4)]
    ):
        ids = range(10 * index, 10 * index + count)
        of_layer = {"layer": [f"layer_{index}"] * count, "layer_index": [index] * count}
        pending.add(pa.table({"model": ["m"] * count, "id": ids, **of_layer}), class_name)
    first, rest = pending.split(6)
    assert (pending.rows, first.rows, rest.rows) == (9, 6, 3)
    assert (first.last_id, rest.last_id) == (30, 33)
    assert first.by_class() == {
        "Dense": [
            {"id": [0, 1, 2], "layer": "layer_0", "layer_index": 0},
            {"id": [30], "layer": "layer_3", "layer_index": 3},
        ],
        "Add": [{"id": [20, 21], "layer": "layer_2", "layer_index": 2}],
    }
