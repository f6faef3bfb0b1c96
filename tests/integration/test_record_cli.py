"""Stored inputs and circuits as a user of the command line lists and removes them."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from exporter import load
from exporter.cli import app
from queries.stores import open_store
from queries.stores.models import find_model
from tests.unit.test_traced import small

Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, digits_file: Path) -> Path:
    """Give a folder with the sample model, loaded."""
    path = tmp_path_factory.mktemp("records")
    load(digits_file, path / "digits.lbug")
    load(digits_file, f"{path}/files/")
    return path


@pytest.fixture
def invoke(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Give a function that runs the command line in this process."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEURONGRAPH_GRAPH", "digits.lbug")
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_listed_and_removed(invoke: Invoke) -> None:
    assert json.loads(invoke("inputs", "-f", "json").stdout) == []
    nodes = pa.table({"id": [0], "name": ["pixels"], "layer": ["pixels"]})
    none = pa.table({"source": [0], "target": [0]}).slice(1)
    with open_store("digits.lbug") as store:
        about = find_model(store, None)
        row = pa.table({"neuron": [3], "value": [1.0]})
        store.write_inputs(about, [({"name": name, "label": "7"}, row) for name in "ab"])
        store.write_circuit(about, {"name": "c", "input": "a", "bias": 0.5}, nodes, none)
    listed = json.loads(invoke("inputs", "--sort", "-name", "-f", "json").stdout)
    assert [each["name"] for each in listed] == ["b", "a"]
    assert listed[0]["neurons"] == 1
    (circuit,) = json.loads(invoke("circuits", "-f", "json").stdout)
    assert (circuit["input"], circuit["bias"], circuit["nodes"]) == ("a", 0.5, 1)
    assert "complete" in invoke("circuits").stdout
    refused = invoke("drop-input", "a")
    assert refused.exit_code == 1
    assert "circuits at it are stored: c; remove these first" in refused.stderr
    for words in (["drop-circuit", "c"], ["drop-input", "a"]):
        removed = invoke(*words)
        assert (removed.exit_code, removed.stdout) == (0, f"Removed {words[1]}.\n")
    assert json.loads(invoke("circuits", "-f", "json").stdout) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["drop-input", "c"], "model 'digits' has no input 'c'; "),
        (["drop-circuit", "c"], "model 'digits' has no circuit 'c'; "),
        (["drop-circuit", "c", "--graph", "files/"], "files keeps no circuits"),
        (["drop-input", "c", "--graph", "files/"], "model 'digits' has no input 'c'; none is st"),
        (["inputs", "--sort", "edges"], "edges"),
    ],
)
def test_what_is_refused(invoke: Invoke, words: list[str], said: str) -> None:
    refused = invoke(*words)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_other_graphs_keep_none(invoke: Invoke, digits_file: Path) -> None:
    for graph in ("files/", str(digits_file)):
        listed = invoke("circuits", "--graph", graph, "-f", "json")
        assert json.loads(listed.stdout) == [], listed.stderr


def test_an_import_says_the_name_of_the_circuit(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "file.json").write_text(json.dumps(small()))
    imported = invoke("import-circuit", str(tmp_path / "file.json"), "--graph", "others.lbug")
    assert imported.stdout == "Stored small with 10 relationships.\n"
    refused = invoke("import-circuit", str(tmp_path / "file.json"), "--graph", "files/")
    assert refused.exit_code == 1
    assert "files/ keeps no circuits; " in refused.stderr
