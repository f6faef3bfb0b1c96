"""The proof holds no layer: neither what a store gives of one, nor what is built of one."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from exporter import load, verify
from exporter.planning.push import trace
from exporter.verifying.compared import ComparedGraph
from exporter.verifying.drawing import drawn_inputs
from exporter.verifying.graph_source import StreamSource
from exporter.verifying.proof import Proof
from queries.core.progress import silent
from queries.stores.blocks.store import BlockStore
from queries.stores.cypher.store import CypherStore
from tests.unit.builders import chain, layer, saved, wired

AT_ONCE = 1 << 14
BYTES_AN_EDGE = 20
"""Of two ids and a weight in single precision: the least that holds a relationship."""


def test_a_replay_takes_less_than_its_largest_layer(tmp_path: Path) -> None:
    case = wired(chain((1200,), layer("Dense", units=1300, name="wide")), tmp_path)
    whole = trace(case.model)
    values = case.model.values(drawn_inputs(case.model, case.plan))
    proof = Proof(case.model, whole, whole.plan, values)
    graph = ComparedGraph(StreamSource(whole.plan), whole.plan, AT_ONCE, silent)
    tracemalloc.start()
    try:
        proof.replay(graph)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert graph.differences.frame.empty
    edges = case.plan.layers[1].edges
    assert edges == 1200 * 1300
    assert peak < edges * BYTES_AN_EDGE / 4


@pytest.mark.parametrize(("suffix", "kind"), [(".lbug", CypherStore), ("/", BlockStore)])
def test_a_store_is_read_in_parts(
    suffix: str, kind: type[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = chain((150,), layer("Dense", units=200), layer("Dense", units=20))
    file = saved(model, tmp_path / "wide.keras")
    graph = f"{tmp_path / 'graph'}{suffix}"
    load(file, graph)
    read: list[int] = []
    edges_into = kind.edges_into

    def spy(*arguments: Any) -> Any:
        table = edges_into(*arguments)
        read.append(len(table))
        return table

    told: list[tuple[int, int]] = []
    monkeypatch.setattr(kind, "edges_into", spy)
    monkeypatch.setattr("exporter.verifying.verification.EDGES_AT_ONCE", 4096)
    report = verify(file, graph, progress=lambda _, done, total: told.append((done, total)))
    assert report.passed
    assert sum(read) == 150 * 200 + 200 * 20
    assert max(read) <= 4096
    assert told[-1] == (34_000, 34_000)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
