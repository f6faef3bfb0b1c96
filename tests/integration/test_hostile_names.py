"""Names that a spreadsheet would run or a terminal obey, from a model file to what is printed."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from exporter import load
from exporter.cli import app
from tests.unit.builders import chain, edited, layer, saved

# Keras takes no name with a slash.
LAYERS = ("=cmd|' -C calc'!A0", "\x1b[2J", "\u009b2J", "one\ntwo", "-1+1", "@SUM(1)", "\t=1")
SHOWN = ("'=cmd|' -C calc'!A0", "\\x1b[2J", "\\x9b2J", "one\\ntwo", "'-1+1", "'@SUM(1)", "\\t=1")
MODEL = "+1+cmd|' /C calc'!A0"

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of a model with such layers."""
    folder = tmp_path_factory.mktemp("hostile")
    plain = [layer("Dense", units=1, name=f"plain_{i}") for i in range(len(LAYERS))]
    path = saved(chain((1,), *plain), folder / "model.keras")

    def rename(config: dict[str, dict[str, list[dict[str, dict[str, str]]]]]) -> None:
        for each, name in zip(config["config"]["layers"][1:], LAYERS, strict=True):
            each["config"]["name"] = name

    return edited(path, rename)


@pytest.fixture(scope="module", params=["graph.lbug", "dataset/"])
def ask(
    request: pytest.FixtureRequest, file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Ask:
    """Give a function that asks a graph of it by the command line."""
    graph = f"{tmp_path_factory.mktemp('hostile')}/{request.param}"
    load(file, graph, name=MODEL, file_format="csv" if graph.endswith("/") else None)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, words, env={"NEURONGRAPH_GRAPH": graph})
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def names(content: str) -> list[str]:
    return [row["name"] for row in csv.DictReader(io.StringIO(content, newline=""))]


class TestNames:
    def test_are_harmless_in_csv(self, ask: Ask) -> None:
        layers = ask("query", "layers", "-f", "csv")
        assert names(layers)[1:] == list(SHOWN)
        models = ask("models", "-f", "csv")
        assert names(models) == [f"'{MODEL}"]
        for printed in (layers, models):
            assert printed.replace("\n", "").isprintable()

    def test_are_exact_in_raw_csv(self, ask: Ask) -> None:
        assert names(ask("query", "layers", "-f", "csv", "--raw"))[1:] == list(LAYERS)
        assert names(ask("models", "-f", "csv", "--raw")) == [MODEL]

    def test_are_exact_in_json_and_parquet(self, ask: Ask, tmp_path: Path) -> None:
        printed = ask("query", "layers", "-f", "json")
        assert [row["name"] for row in json.loads(printed)][1:] == list(LAYERS)
        assert printed.replace("\n", "").isprintable()
        ask("query", "layers", "-o", str(tmp_path / "a.parquet"))
        assert pq.read_table(tmp_path / "a.parquet")["name"].to_pylist()[1:] == list(LAYERS)

    def test_do_not_move_the_cursor_in_a_table(self, ask: Ask) -> None:
        for words in (["query", "layers"], ["models"], ["query", "neurons"]):
            assert ask(*words).replace("\n", "").isprintable()


def test_names_of_a_file_that_is_inspected_are_harmless(file: Path) -> None:
    def inspect(*words: str) -> str:
        return CliRunner().invoke(app, ["inspect", str(file), *words]).stdout

    content = inspect("-f", "csv")
    assert all(shown in content for shown in SHOWN)
    assert content.replace("\n", "").isprintable()
    raw = inspect("-f", "csv", "--raw")
    assert all(f'"{name}"' in raw for name in LAYERS)


@pytest.mark.parametrize("ask", ["graph.lbug"], indirect=True)  # A dataset runs no Cypher.
def test_what_a_statement_returns_is_harmless(ask: Ask) -> None:
    statement = "RETURN $text AS `=1+1`, -1 AS number"
    words = ("cypher", statement, "text=@SUM(1)", "-f", "csv")
    assert ask(*words) == "'=1+1,number\n'@SUM(1),-1\n"
    assert ask(*words, "--raw") == '"=1+1","number"\n"@SUM(1)",-1\n'


def test_a_path_that_is_told_is_harmless(file: Path, tmp_path: Path) -> None:
    graph, picture = tmp_path / "\x1b[2J.lbug", tmp_path / "\x1b[2J.html"
    for words in (
        ["load", str(file), "-g", str(graph), "-n", "m"],
        ["check", "-g", str(graph)],
        ["plot", "weight_distribution", "-g", str(graph), "-o", str(picture)],
        ["drop", "m", "-g", str(graph)],
    ):
        done = CliRunner().invoke(app, words, input="y\n")
        assert done.exit_code == 0, done.output
        assert "\\x1b[2J" in done.output or words[0] == "drop"
        assert done.output.replace("\n", "").isprintable()
