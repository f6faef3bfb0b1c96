"""What it costs that a graph is held against what its load wrote.

Nothing here is asserted: the figures are printed.
"""

import statistics
import time
from pathlib import Path
from typing import Final

import pytest

from exporter import check, load
from queries import NeuronGraph
from queries.stores import Store, open_store
from tests.bench.timing import seconds_of

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

REPEATS: Final = 7


@pytest.mark.parametrize("kind", ["cifar.lbug", "cifar/"])
def test_first_question(kind: str, cifar_file: Path, tmp_path: Path) -> None:
    """Katz of a graph that was just opened, with the comparison of what is read and without."""
    graph = f"{tmp_path}/{kind}"
    load(cifar_file, graph)
    compared, bare = zip(
        *((_first(graph, True), _first(graph, False)) for _ in range(REPEATS)), strict=True
    )
    with_it, without = statistics.median(compared), statistics.median(bare)
    print(
        f"\n  {kind}: first katz {with_it:.3f} s of processor time, {without:.3f} s without the "
        f"comparison: {with_it / without - 1:+.1%}; check of all "
        f"{seconds_of(lambda: check(graph)):.2f} s"
    )


def _first(graph: str, compares: bool) -> float:
    with NeuronGraph(graph) as opened:
        store: Store = opened._store
        begun = time.process_time()
        if compares:
            opened.katz()
        else:
            with store.uncompared():
                opened.katz()
        return time.process_time() - begun


def test_digest(cifar_file: Path, tmp_path: Path) -> None:
    """Opening an embedded file of the time that was noted, and one of another time."""
    graph = tmp_path / "cifar.lbug"
    load(cifar_file, graph)
    (file,) = graph.glob("*.lbug")
    known = seconds_of(lambda: open_store(graph).models(None))
    file.touch()
    print(
        f"\n  {file.stat().st_size / 1e6:.0f} MB: opened in {known:.3f} s, and in "
        f"{seconds_of(lambda: open_store(graph).models(None)):.3f} s where the digest is computed"
    )
