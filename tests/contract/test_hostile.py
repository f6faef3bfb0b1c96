"""Names and values that look like Cypher, paths or markup are taken as they are, or refused."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from exporter import load
from exporter.reading.bounds import LONGEST_NAME
from queries import NeuronFilter, NeuronGraph
from queries.errors import ModelFileError, NeurongraphError
from tests.contract.stores import GraphStore
from tests.unit.builders import chain, edited, edited_hdf5, layer, saved

# Keras takes no name with a slash.
HOSTILE = {
    "quotes": 'it\'s "quoted"',
    "backticks": "a`b``c`) DETACH DELETE n",
    "cypher": "'}) DETACH DELETE n; MATCH (m:Model) SET m.name = 'gone'",
    "parameter": "$model {name} $$ %s {0}",
    "backslash": "\\' \\u0027 \\",
    "lines": "one\ntwo\r\n\tthree",
    "path": "..%2f..-.._C:\\..\\escaped",
    "not ascii": "é中\U0001f600\u202eright",
    "long": "\U0001f600" * LONGEST_NAME,
}


def hostile_model(folder: Path, name: str, suffix: str) -> Path:
    """Save a model of which a layer has that name."""
    path = saved(chain((3,), layer("Dense", units=2, name="plain")), folder / f"model{suffix}")
    change = edited if suffix == ".keras" else edited_hdf5
    return change(path, lambda c: c["config"]["layers"][-1]["config"].update(name=name))


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.one_in(5)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_layer_of_that_name(
    loaded: GraphStore,
    scratch: str,
    name: str,
    suffix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    path = hostile_model(tmp_path, name, suffix)
    before, others = files(tmp_path), loaded.totals()
    load(path, loaded.location, name=scratch)
    assert files(tmp_path) == before
    with NeuronGraph(loaded.location, model=scratch) as graph:
        assert graph.layers()["name"].tolist()[1:] == [name]
        assert graph.neurons(NeuronFilter(layer=name))["id"].tolist() == [3, 4]
        assert graph.neurons(NeuronFilter(name=f"{name}[1]"))["id"].tolist() == [4]
        assert len(graph.edges(target=NeuronFilter(layer=name))) == 6
        assert len(graph.strongest_paths([0], NeuronFilter(layer=name), k=2)) == 4
    assert loaded.totals() == {**others, scratch: (5, 6)}


@pytest.mark.parametrize("value", [*HOSTILE.values(), "x" * 10_000], ids=[*HOSTILE, "10,000"])
def test_a_value_of_a_query(loaded: GraphStore, value: str) -> None:
    before = loaded.totals()
    with NeuronGraph(loaded.location, model="pooled") as graph:
        asked: list[Callable[[], pd.DataFrame]] = [
            lambda: graph.neurons(NeuronFilter(layer=value)),
            lambda: graph.neurons(NeuronFilter(name=[value, "other"])),
            lambda: graph.neurons(value),
            lambda: graph.edges(source=value, target=NeuronFilter(name=value)),
            lambda: graph.layers(model=value),
        ]
        for ask in asked:
            with suppress(NeurongraphError):
                assert ask().empty
        found = graph.cypher("MATCH (n:Neuron) WHERE n.layer = $value RETURN n", {"value": value})
        assert found.empty
    assert loaded.totals() == before


@pytest.mark.parametrize("name", ["../escaped", "a/b", "/tmp/x", "..", "x" * 200, "it's `$x`"])  # noqa: S108
def test_a_model_of_that_name_stays_in_its_folder(
    small_files: dict[str, Path], name: str, tmp_path: Path
) -> None:
    graph = tmp_path / "deep" / "graph.lbug"
    load(small_files["pooled"], graph, name=name)
    assert sorted(path.suffix for path in files(tmp_path)) == [".json", ".lbug"]
    assert {path.parent for path in files(tmp_path)} == {graph}
    with NeuronGraph(graph) as opened:
        assert opened.models()["name"].tolist() == [name]


@pytest.mark.parametrize("name", ["x" * 10_000, "é" * (LONGEST_NAME + 1), "zero\0byte"])
def test_a_layer_whose_name_no_graph_holds(
    loaded: GraphStore, scratch: str, name: str, tmp_path: Path
) -> None:
    before = loaded.totals()
    with pytest.raises(ModelFileError, match="name"):
        load(hostile_model(tmp_path, name, ".keras"), loaded.location, name=scratch)
    assert loaded.totals() == before
    with NeuronGraph(loaded.location) as graph:
        assert scratch not in graph.models()["name"].tolist()
