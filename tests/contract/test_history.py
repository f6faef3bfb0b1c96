"""The history of a run in each store, against what Keras says of each epoch."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from exporter import drop, load
from queries import NeuronGraph
from tests.contract.reference import Reference, probe
from tests.contract.stores import GraphStore
from tests.contract.test_comparison import save_later

pytestmark = pytest.mark.computed


@pytest.fixture(scope="module")
def run(
    store: GraphStore, references: dict[str, Reference], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[NeuronGraph, Reference, Reference]]:
    """Give a run of two epochs in each store, and what Keras says of both."""
    first = references["pooled"]
    file = tmp_path_factory.mktemp("history") / "later.keras"
    save_later(first, file)
    files = {"epochs@9": first.file, "epochs@10": file}
    for name, path in files.items():
        load(path, store.location, name=name)
    with NeuronGraph(store.location) as graph:
        yield graph, first, probe("later", file)
    for name in files:
        drop(name, store.location)


def test_history(run: tuple[NeuronGraph, Reference, Reference], tmp_path: Path) -> None:
    graph, *references = run
    frame = graph.history("epochs")
    fed = [layer.name for layer in references[0].layers if references[0].edges(layer.name)]
    assert frame["layer"].tolist() == fed * 2
    assert frame["epoch"].tolist() == [9] * len(fed) + [10] * len(fed)
    assert frame.loc[frame["epoch"] == 9, "change":].isna().all(axis=None)
    for row in frame.itertuples():
        layer = str(row.layer)
        before, own = (
            np.array([weight for _, _, weight in each.edges(layer)]) for each in references
        )
        weights = before if row.epoch == 9 else own
        assert row.frobenius_norm == pytest.approx(np.linalg.norm(weights))
        assert row.zero_share == pytest.approx(np.mean(weights == 0))
        if row.epoch == 10:
            change = np.linalg.norm(own - before)
            assert row.change == pytest.approx(change, rel=1e-6, abs=1e-12)
            assert row.relative_change == pytest.approx(
                change / np.linalg.norm(before), rel=1e-6, abs=1e-12
            )
            assert row.flips == np.sum(own * before < 0)
    graph.plot.history("epochs").save(tmp_path / "history.html")
