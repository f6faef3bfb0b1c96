"""Properties of neurons as a user of the command line writes, asks for and removes them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from exporter import load
from exporter.cli import app

Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, digits_file: Path) -> Path:
    """Give a folder with the sample model, loaded."""
    path = tmp_path_factory.mktemp("properties")
    load(digits_file, path / "digits.lbug")
    load(digits_file, f"{path}/files/")
    return path


@pytest.fixture
def invoke(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Give a function that runs the command line in this process."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NEURONGRAPH_GRAPH", "digits.lbug")
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def rows(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


def test_written_asked_for_and_removed(invoke: Invoke) -> None:
    written = invoke("query", "katz", "--write-property", "my_katz", "-f", "json")
    answer = rows(written)
    assert re.fullmatch(r"wrote my_katz of 810 neurons in \d+\.\d s\n", written.stderr)
    middle = sorted(float(str(each["katz"])) for each in answer)[len(answer) // 2]
    above = [each["id"] for each in answer if float(str(each["katz"])) >= middle]
    found = rows(invoke("query", "neurons", f"my_katz={middle}..", "-f", "json"))
    assert [each["id"] for each in found] == above
    assert all(float(str(each["my_katz"])) >= middle for each in found)
    edges = rows(invoke("query", "edges", f"target.my_katz={middle}..", "-f", "json"))
    assert {each["target"] for each in edges} <= set(above)
    for words in (["centrality", "measure=my_katz"], ["adjacency", f"source.my_katz={middle}.."]):
        drawn = invoke("plot", *words, "-o", "drawn.html")
        assert drawn.exit_code == 0, drawn.stderr
    to_a_file = invoke("query", "katz", "--write-property", "b", "--limit", "3", "-o", "top.csv")
    assert re.fullmatch(
        r"Wrote top\.csv with 3 rows\.\nwrote b of 810 neurons in \d+\.\d s\n", to_a_file.stderr
    )
    names = rows(invoke("properties", "--sort", "-name", "-f", "json"))
    assert [each["name"] for each in names] == ["my_katz", "b"]
    assert rows(invoke("properties", "--limit", "1", "-f", "json")) == names[1:]
    assert invoke("properties", "--remove", "b").exit_code == 0
    listed = invoke("properties", "-f", "json")
    assert rows(listed) == [{"name": "my_katz", "state": "complete", "index": False}]
    removed = invoke("properties", "--remove", "my_katz")
    assert (removed.exit_code, removed.stdout) == (0, "Removed my_katz.\n")
    assert rows(invoke("properties", "-f", "json")) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["query", "edges", "--write-property", "a"], 2, "edges gives no score"),
        (["query", "models", "--write-property", "a"], 2, "models gives no score"),
        (["query", "katz", "--index"], 2, "say --write-property as well"),
        (["query", "katz", "--write-property", "_katz"], 1, "no name of a property"),
        (["query", "katz", "--write-property", "bias"], 1, "a load gives"),
        (["query", "katz", "--write-property", "a", "--index"], 1, "Error: --index: the embedded"),
        (["query", "neurons", "katz=0.5.."], 1, "none was"),
        (["query", "neurons", "katz=0.5"], 1, "as an interval: katz=0.5.."),
        (["properties", "--remove", "katz"], 1, "none was"),
        (["properties", "--sort", "names"], 1, "--sort: the answer to properties has no column"),
        (["query", "katz", "--write-property", "a", "-g", "files/"], 1, "is read only"),
        (["properties", "--remove", "a", "-g", "files/"], 1, "is read only"),
    ],
)
def test_what_is_refused(invoke: Invoke, words: list[str], code: int, said: str) -> None:
    result = invoke(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in " ".join(result.stderr.replace("│", " ").split())
    assert "Traceback" not in result.stderr


def test_the_description_names_the_column(invoke: Invoke) -> None:
    assert (
        "--write-property writes the column value."
        in invoke("query", "top_neurons", "--describe").stdout
    )
    assert "--write-property" not in invoke("query", "edges", "--describe").stdout
